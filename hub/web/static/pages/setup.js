// The first run: one step after another; each can be skipped, left and taken up again from any phone.

import { api } from "/js/api.js";
import { action } from "/js/action.js";
import { h } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { restartNotice } from "/js/restart.js";
import { t } from "/js/words.js";

/** Each module has `step(root, { signal, next })`; what it returns, if anything, is called before the next step. */
const STEPS = {
  home: "/pages/setup-home.js",
  rooms: "/pages/setup-rooms.js",
  satellites: "/pages/setup-satellites.js",
  microphone: "/pages/setup-microphone.js",
  wake: "/pages/setup-microphone.js",
  voice: "/pages/setup-voice.js",
  broker: "/pages/setup-broker.js",
  devices: "/pages/setup-devices.js",
  models: "/pages/setup-models.js",
  done: "/pages/setup-done.js",
};
const NAMES = Object.keys(STEPS);

export async function show(root, { parts, signal }) {
  const state = await api("GET", "/setup", undefined, { signal });
  const name = NAMES.includes(parts[0]) ? parts[0] : state.at;
  const place = NAMES.indexOf(name);
  const body = h("section", { className: "stack step" });
  const said = h("div", { attributes: { "aria-live": "polite" } });
  root.append(
    h("p", { className: "soft", textContent: t("setup.count", { number: place + 1, all: NAMES.length }) }),
    h("progress", { max: NAMES.length, value: place + 1, attributes: { "aria-label": t("setup.title") } }),
    h("h1", { textContent: t(`setup.${name}`) }),
    h("p", { className: "lead", textContent: t(`setup.${name}_lead`) }),
    body,
  );
  const last = name === "done";
  const go = (to) => { location.hash = to === null ? "#/" : `#/setup/${to}`; };
  const leave = async (how) => {
    const fresh = await api("GET", "/setup");
    const without = (list) => list.filter((one) => one !== name);
    const following = NAMES[place + 1] ?? null;
    await api("PUT", "/setup", {
      at: following ?? "done",
      done: how === "done" ? [...without(fresh.done), name] : without(fresh.done),
      skipped: how === "skipped" ? [...without(fresh.skipped), name] : without(fresh.skipped),
      finished: fresh.finished || last,
    });
    go(following);
  };
  let before = () => {};
  const { step } = await import(STEPS[name]);
  const drawn = step(body, { name, signal, state });
  root.append(
    said,
    h("div", { className: "wizard-foot" },
      place > 0 && h("a", { className: "button", href: `#/setup/${NAMES[place - 1]}` }, icon("back"), t("setup.back")),
      h("div", { className: "actions" },
        !last && action(t("setup.skip"), () => leave("skipped"), { className: "quiet", place: said }),
        action(t(last ? "setup.finish" : "setup.next"), async () => { if ((await before()) !== false) await leave("done"); }, { className: "primary", place: said }))),
    restartNotice() ?? "",
    overview(state, name),
  );
  before = (await drawn) ?? before;
}

function overview(state, current) {
  const mark = (name) => (state.done.includes(name) ? "done" : state.skipped.includes(name) ? "skipped" : "open");
  return h("details", { className: "card" }, h("summary", { textContent: t("setup.all") }),
    h("ol", { className: "steps" }, NAMES.map((name) => h("li", {}, h("a",
      { href: `#/setup/${name}`, attributes: name === current ? { "aria-current": "step" } : {} },
      icon(mark(name) === "done" ? "check" : mark(name) === "skipped" ? "next" : "minus"),
      t(`setup.${name}`), " ", h("span", { className: "soft", textContent: t(`setup.mark_${mark(name)}`) }))))));
}
