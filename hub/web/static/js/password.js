// A form that asks for secrets: a field each, what is wrong said at its field, and one button.

import { announce, h } from "/js/dom.js";
import { t } from "/js/words.js";

/** A field: `name`, words of `label` and `hint`; other properties are the input's. */
export function secret(name, label, { hint = "", type = "password", ...props } = {}) {
  const described = [hint && `${name}-hint`, `${name}-error`].filter(Boolean).join(" ");
  const input = h("input", { id: name, name, type, required: true, ...props, attributes: { "aria-describedby": described } });
  return h("div", { className: "field" },
    h("label", { htmlFor: name, textContent: label }), input,
    hint && h("p", { className: "hint", id: `${name}-hint`, textContent: hint }),
    h("p", { className: "error", id: `${name}-error` }));
}

/** A form of `fields`; `send(values)` does it. fieldOf: code of a refusal → name of the field that it is about. */
export function secretForm(fields, button, send, fieldOf = {}) {
  const submit = h("button", { className: "primary", textContent: button });
  const form = h("form", { noValidate: true }, fields, h("p", { className: "actions" }, submit));
  const inputs = [...form.querySelectorAll(".field input")];
  form.onsubmit = async (event) => {
    event.preventDefault();
    for (const input of inputs) say(form, input.name, "");
    const empty = inputs.find((input) => input.value.trim() === "");
    if (empty) return say(form, empty.name, t("access.empty"));
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    try {
      await send(Object.fromEntries(inputs.map((input) => [input.name, input.value])));
    } catch (error) {
      say(form, fieldOf[error.code] ?? inputs.at(-1).name, refused(error));
    } finally {
      submit.disabled = false;
      submit.removeAttribute("aria-busy");
    }
  };
  return form;
}

/** A refusal in the reader's language. */
export function refused(error) {
  const words = t(`access.error.${error.code}`, { seconds: error.retry_s ?? "" });
  return words.startsWith("access.error.") ? error.message || error.code || String(error) : words;
}

function say(form, name, text) {
  const input = form.querySelector(`[name="${name}"]`);
  form.querySelector(`#${name}-error`).textContent = text;
  if (text === "") input.removeAttribute("aria-invalid");
  else {
    input.setAttribute("aria-invalid", "true");
    input.focus();
    announce(text);
  }
}
