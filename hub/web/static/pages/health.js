// State: what the hub is made of, how each part is, and what to do where one is not well.

import { api } from "/js/api.js";
import { h, whenChanged } from "/js/dom.js";
import { health } from "/js/shell.js";
import { t } from "/js/words.js";

const WORST_FIRST = ["failed", "degraded", "starting", "ok"];

export async function show(root, { signal }) {
  const list = h("ul", { className: "rows" });
  const sum = h("p", { className: "lead" });
  root.append(h("h1", { textContent: t("health.title") }), sum, h("section", { className: "card" }, list));
  const draw = whenChanged(({ state, components }) => {
    sum.textContent = t(`health.sum_${state}`);
    list.replaceChildren(...components.toSorted(byState).map(row));
  });
  document.addEventListener("health", () => draw(health()), { signal });
  draw(health() ?? await api("GET", "/health", undefined, { signal }));
}

const byState = (one, other) => WORST_FIRST.indexOf(one.state) - WORST_FIRST.indexOf(other.state);

/** The parts that are not well, as a list; null where there are none. */
export function problems(components) {
  const bad = components.filter((each) => each.state !== "ok" && each.state !== "starting");
  return bad.length === 0 ? null : h("ul", { className: "stack" }, bad.toSorted(byState).map((each) =>
    h("li", {}, h("strong", { textContent: named(each.name) }), " ", each.detail, " ", each.code && h("code", { textContent: each.code }))));
}

const row = (part) => h("li", {},
  h("span", { className: "label" }, named(part.name), part.detail && h("small", { textContent: part.detail }),
    part.code && h("small", {}, h("code", { textContent: part.code }))),
  h("span", { className: `pill ${part.state}`, textContent: t(part.state === "ok" ? "health.part_ok" : `health.${part.state}`) }));

function named(name) {
  const known = t(`health.part_${name.replace(/\W/g, "_")}`);
  return known.startsWith("health.") ? name : known;
}
