// A small form in a dialog that stays open until the hub has taken what was typed, and says at its field what is wrong.

import { h } from "/js/dom.js";
import { refusal } from "/js/shell.js";
import { t } from "/js/words.js";

let made = 0;

/**
 * Ask for something and send it. `fields`: { name, label, value, type, hint, required, … } (more: properties of the input).
 * Resolves with what `send(values)` gives, null when it was closed; what it throws is shown and may be corrected.
 */
export function sheet({ title, text = "", fields = [], yes, danger = false, send }) {
  return new Promise((resolve) => {
    const id = `sheet-${made += 1}`;
    let sent = null;
    const inputs = new Map(fields.map((field) => [field.name, input(field, `${id}-${field.name}`)]));
    const problem = h("p", { className: "error", attributes: { role: "alert" } });
    const button = h("button", { type: "submit", className: danger ? "danger" : "primary", textContent: yes });
    const form = h("form", { noValidate: true, autocomplete: "off" }, h("h2", { id, textContent: title }), text && h("p", { className: "soft", textContent: text }),
      [...inputs.values()].map(({ box }) => box), problem,
      h("p", { className: "actions" }, h("button", { type: "button", textContent: t("settings.cancel"), onclick: () => dialog.close() }), button));
    const dialog = h("dialog", { attributes: { "aria-labelledby": id } }, form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.textContent = "";
      for (const { control } of inputs.values()) control.removeAttribute("aria-invalid");
      const empty = fields.find((field) => field.required && inputs.get(field.name).control.value.trim() === "");
      if (empty) { wrong(inputs.get(empty.name).control, t("settings.needed", { name: empty.label })); return; }
      button.setAttribute("aria-busy", "true");
      try {
        sent = await send(Object.fromEntries([...inputs].map(([name, { control }]) => [name, control.value]))) ?? true;
        dialog.close();
      } catch (error) {
        const control = (inputs.get(error.field) ?? (error.code === "password-wrong" ? inputs.get("password") : null))?.control;
        problem.replaceChildren(...refusal(error));
        if (control) { control.setAttribute("aria-invalid", "true"); control.focus(); }
      } finally { button.removeAttribute("aria-busy"); }
    });
    const wrong = (control, words) => { problem.textContent = words; control.setAttribute("aria-invalid", "true"); control.focus(); };
    dialog.addEventListener("close", () => { dialog.remove(); resolve(sent); });
    document.body.append(dialog);
    dialog.showModal();
    inputs.values().next().value?.control.focus();
  });
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
