// A small form in a dialog that stays open until the hub has taken what was typed, and says at its field what is wrong.

import { opened } from "/js/dialog.js";
import { h } from "/js/dom.js";
import { refusal } from "/js/shell.js";
import { t } from "/js/words.js";

let made = 0;

/**
 * Ask for something and send it. `fields`: { name, label, value, type, hint, required, … } (more: properties of the input).
 * Resolves with what `send(values)` gives, null when it was closed; what it throws is shown and may be corrected.
 */
export function sheet({ fields = [], send, ...frame }) {
  const id = `sheet-${made += 1}`;
  const inputs = new Map(fields.map((field) => [field.name, input(field, `${id}-${field.name}`)]));
  const problem = h("p", { className: "error", attributes: { role: "alert" } });
  const wrong = (control, words) => {
    problem.replaceChildren(...words);
    if (control) { control.setAttribute("aria-invalid", "true"); control.focus(); }
  };
  const sent = async (close, button) => {
    problem.textContent = "";
    for (const { control } of inputs.values()) control.removeAttribute("aria-invalid");
    const empty = fields.find((field) => field.required && inputs.get(field.name).control.value.trim() === "");
    if (empty) { wrong(inputs.get(empty.name).control, [t("settings.needed", { name: empty.label })]); return; }
    button.setAttribute("aria-busy", "true");
    try {
      close(await send(Object.fromEntries([...inputs].map(([name, { control }]) => [name, control.value]))) ?? true);
    } catch (error) {
      const field = inputs.get(error.field) ?? (error.code === "password-wrong" ? inputs.get("password") : null);
      wrong(field?.control, refusal(error));
    } finally { button.removeAttribute("aria-busy"); }
  };
  const answered = opened({ ...frame, content: [[...inputs.values()].map(({ box }) => box), problem], checked: false, sent });
  inputs.values().next().value?.control.focus();
  return answered;
}

function input({ name, label, hint = "", value = "", type = "text", choices = null, ...more }, id) {
  const control = choices
    ? h("select", { id }, choices.map(([one, shown]) => h("option", { value: one, textContent: shown })))
    : h("input", { id, name, type, value, autocomplete: "off", ...more });
  if (choices) control.value = value;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return { control, box: h("div", { className: "field" }, h("label", { htmlFor: id, textContent: label }), control, hint && h("p", { className: "hint", id: `${id}-hint`, textContent: hint })) };
}

/** Names that stand in one line, with commas between. */
export const names = (text) => text.split(",").map((one) => one.trim()).filter(Boolean);
