// Questions that must be answered before something is done: a yes, or the household's PIN, which stays nowhere.

import { h } from "/js/dom.js";
import { t } from "/js/words.js";

let count = 0;

/**
 * Open a dialog with a form. `sent(close, button)` is called when it is sent, and closes it with what was answered.
 * Resolves with that, null when somebody closed it. checked: by the browser, before it is sent.
 */
export function opened({ title, text = "", content = [], yes, danger = false, checked = true, sent }) {
  return new Promise((resolve) => {
    const id = `dialog-${count += 1}`;
    let answer = null;
    const close = (answered) => { answer = answered; dialog.close(); };
    const button = h("button", { type: "submit", className: danger ? "danger" : "primary", textContent: yes });
    const form = h("form", { method: "dialog", noValidate: !checked, autocomplete: "off" },
      h("h2", { id, textContent: title }),
      text && h("p", { className: "soft", textContent: text }),
      content,
      h("div", { className: "actions" },
        h("button", { type: "button", textContent: t("shell.cancel"), onclick: () => dialog.close() }), button));
    const dialog = h("dialog", { attributes: { "aria-labelledby": id } }, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      sent(close, button);
    });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Resolves with `read()` when the form is sent, null when it is closed. */
export const ask = ({ read = () => true, ...frame }) => opened({ ...frame, sent: (close) => close(read()) });

/** Whether somebody says yes to it. */
export const confirmed = async (options) => (await ask(options)) === true;

/** The PIN, or the code of a device, that somebody types, or null. wrong: what to say of the one before. */
export function askPin({ title, kind = "pin", wrong = "" }) {
  const input = h("input", {
    id: "pin", type: "password", inputMode: "numeric", autocomplete: "off", required: true, maxLength: 40, pattern: "[0-9 ]{1,40}",
    attributes: wrong ? { "aria-invalid": "true", "aria-describedby": "pin-wrong" } : {},
  });
  return ask({
    title,
    text: t(`shell.${kind}_text`),
    content: [h("div", { className: "field" }, h("label", { htmlFor: "pin", textContent: t(`shell.${kind}`) }), input,
      wrong && h("p", { id: "pin-wrong", className: "error", textContent: wrong }))],
    yes: t("shell.pin_send"),
    read: () => input.value,
  });
}
