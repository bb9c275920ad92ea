// A satellite in its room: whether it hears, what it does now, and how loud it is.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { toast } from "/js/shell.js";
import { number, t } from "/js/words.js";

export function satellite({ name, state, muted, detail, volume }) {
  const lost = state === "lost";
  const kind = lost ? "lost" : muted ? "muted" : state === "idle" ? "ok" : "busy";
  return h("li", { className: "ear" },
    h("div", { className: "line" },
      h("span", { className: "picture" }, icon(muted ? "muted" : "satellite")),
      h("span", { className: "label" }, h("span", { textContent: name }), detail && h("small", { textContent: reason(detail) })),
      h("span", { className: `pill ${kind}`, textContent: t(muted && !lost ? "home.muted" : `home.ear_${state}`) })),
    !lost && loudness(name, volume));
}

/** Why it is lost, in words where there are some. */
function reason(detail) {
  const known = t(`error.${detail}`);
  return known.startsWith("error.") ? detail : known;
}

function loudness(name, volume) {
  const told = h("span", { className: "number", textContent: `${number(volume)} %`, attributes: { "aria-hidden": "true" } });
  const input = h("input", { type: "range", min: 0, max: 100, step: 5, value: volume, attributes: { "aria-label": t("home.volume_of", { name }) } });
  const draw = () => {
    input.style.setProperty("--filled", `${input.value}%`);
    told.textContent = `${number(Number(input.value))} %`;
  };
  input.oninput = draw;
  input.onchange = () => api("PUT", `/satellites/${encodeURIComponent(name)}/volume`, { percent: Number(input.value) })
    .then(() => announce(t("home.volume_set", { name, percent: input.value })), (error) => toast(error.message || error.code));
  draw();
  return h("details", { className: "loudness" }, h("summary", {}, icon("volume"), h("span", { className: "unseen", textContent: t("home.volume_of", { name }) }), h("span", { textContent: `${number(volume)} %`, attributes: { "aria-hidden": "true" } })),
    h("div", { className: "slide" }, h("span", { textContent: t("home.volume"), attributes: { "aria-hidden": "true" } }), input, told));
}
