// Buttons that ask the hub for something: busy meanwhile, and what it refuses is said beside them.

import { announce, h } from "/js/dom.js";
import { refusal } from "/js/shell.js";
import { t } from "/js/words.js";

/** A button that runs `act`; while it runs it cannot be pressed again. Refusals are said in `place`. */
export function action(text, act, { className = "", place = null, label = null } = {}) {
  const attributes = label ? { "aria-label": label } : {};
  const button = h("button", { type: "button", className, textContent: text, attributes });
  button.onclick = async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    place?.replaceChildren();
    try {
      await act(button);
    } catch (error) {
      if (error.name !== "AbortError") refused(place, error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  };
  return button;
}

/** Say what the hub refused. */
export function refused(place, error) {
  if (!error.code) console.warn(error);
  place?.replaceChildren(h("p", { className: "notice bad", attributes: { role: "alert" } }, refusal(error)));
  if (!place) announce(error.message);
}

/** A button that must be pressed twice, for what cannot be taken back. */
export function sure(text, act, { place = null, label = text } = {}) {
  let asked = false;
  const button = action(text, async () => {
    if (asked) return act();
    asked = true;
    button.textContent = t("action.sure");
    button.setAttribute("aria-label", `${label}: ${t("action.sure")}`);
    setTimeout(() => { asked = false; button.textContent = text; button.setAttribute("aria-label", label); }, 6000);
  }, { className: "small danger", place, label });
  return button;
}

let count = 0;

/** A label with its control and a hint. */
export function field(label, control, hint = "") {
  const id = control.id || `control-${count += 1}`;
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { className: "field" }, h("label", { htmlFor: id, textContent: label }), control,
    hint && h("p", { id: `${id}-hint`, className: "hint", textContent: hint }));
}

/** A select of [value, text] pairs. */
export function select(options, value, onchange = () => {}) {
  const control = h("select", {}, options.map(([key, text]) => h("option", { value: key, textContent: text })));
  control.value = value;
  control.onchange = () => onchange(control.value);
  return control;
}
