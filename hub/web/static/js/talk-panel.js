// The button to talk with: hold it, or switch hands-free on. Used by every page on which one can speak.

import { announce, h } from "/js/dom.js";
import { NoMicrophone, Talk } from "/js/talk.js";
import { t } from "/js/words.js";

const HELD_MS = 350; // a shorter press is a click: listen until the hub hears the end of the sentence

/**
 * An element with the button, hands-free and a level meter. `area()`: the room that is meant by "here", asked at every
 * new connection. `on` is told {heard, saying, failed, done} as Talk does. It is closed when `signal` aborts.
 */
export function talkPanel({ area, signal, on = {} }) {
  let talk = null;
  const state = h("p", { className: "talk-state", attributes: { role: "status" }, textContent: t("talk.hint") });
  const meter = h("meter", { min: 0, max: 1, high: 0.9, attributes: { "aria-label": t("talk.level") } });
  const button = h("button", { type: "button", className: "talk-button primary", textContent: t("talk.hold") });
  const free = h("input", { type: "checkbox", id: "talk-free" });

  const opened = async () => {
    if (talk?.area === area()) return talk;
    talk?.close();
    const made = new Talk({ area: area() });
    made.addEventListener("state", ({ detail }) => show(detail));
    made.addEventListener("level", ({ detail }) => { meter.value = Math.min(1, Math.sqrt(detail.rms) * 1.5); });
    made.addEventListener("closed", ({ detail }) => { talk = null; free.checked = false; closed(detail.code); });
    for (const [type, told] of Object.entries(on)) made.addEventListener(type, ({ detail }) => told(detail));
    await made.open();
    talk = made;
    signal.addEventListener("abort", () => made.close());
    return talk;
  };
  const show = (name) => {
    button.dataset.state = name;
    state.textContent = t(`talk.state.${name}`);
    if (name === "listening" || name === "thinking") announce(state.textContent);
  };
  const closed = (code) => { state.textContent = code ? t("talk.closed", { code }) : t("talk.hint"); };
  const failed = (error) => {
    if (!(error instanceof NoMicrophone)) throw error;
    free.checked = false;
    state.textContent = t(`talk.no.${error.why}`, { code: error.code });
  };

  let pressed_at = null;
  let pressing = Promise.resolve(null);
  const press = () => {
    if (pressed_at !== null) return;
    pressed_at = performance.now();
    pressing = opened().then((made) => { made.press(); return made; }, (error) => { failed(error); return null; });
  };
  const release = async () => {
    if (pressed_at === null) return;
    const held_ms = performance.now() - pressed_at;
    pressed_at = null;
    const made = await pressing;
    if (made && held_ms >= HELD_MS) made.release();
  };
  button.addEventListener("pointerdown", (event) => { button.setPointerCapture(event.pointerId); press(); });
  button.addEventListener("pointerup", release);
  button.addEventListener("pointercancel", release);
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // holding is no wish for a menu
  button.addEventListener("keydown", (event) => { if (event.key === " " || event.key === "Enter") { event.preventDefault(); press(); } });
  button.addEventListener("keyup", (event) => { if (event.key === " " || event.key === "Enter") release(); });
  free.addEventListener("change", () => opened().then((made) => made.setHandsFree(free.checked), failed));
  return h("section", { className: "talk", attributes: { "aria-label": t("talk.title") } },
    button, meter, state, h("label", { className: "talk-free", htmlFor: "talk-free" }, free, ` ${t("talk.hands-free")}`));
}
