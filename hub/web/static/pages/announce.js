// Announce: something said aloud in rooms, after a chime.

import { api } from "/js/api.js";
import { h, whenChanged } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { live } from "/js/live.js";
import { satellite } from "/js/satellite.js";
import { refusal } from "/js/shell.js";
import { t } from "/js/words.js";

const SPEAKING_MS = 60000; // it answers when it has been spoken

export async function show(root, { signal }) {
  const text = h("textarea", { id: "announcement", required: true, maxLength: 2000, rows: 3 });
  const rooms = h("fieldset", { className: "field" }, h("legend", { textContent: t("announce.where") }));
  const chime = h("input", { type: "checkbox", checked: true });
  const told = h("p", { className: "notice", hidden: true, attributes: { role: "status" } });
  const button = h("button", { type: "submit", className: "primary" }, icon("announce"), t("announce.say"));
  const ears = h("ul", { className: "ears" });
  const form = h("form", { className: "card" },
    h("div", { className: "field" }, h("label", { htmlFor: "announcement", textContent: t("announce.text") }), text), rooms,
    h("label", {}, chime, h("span", { textContent: t("announce.chime") })), told, h("div", { className: "actions" }, button));
  const say = (kind, ...words) => { told.className = `notice ${kind}`; told.replaceChildren(...words); told.hidden = false; };
  form.onsubmit = async (event) => {
    event.preventDefault();
    const chosen = [...rooms.querySelectorAll("input:checked")].map((input) => input.value);
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    try {
      const spoke = await api("POST", "/announcements", { text: text.value, rooms: chosen, chime: chime.checked }, { deadline_ms: SPEAKING_MS, signal });
      say("good", t("announce.spoken", { where: spoke.join(", ") }));
      text.value = "";
    } catch (error) {
      if (!signal.aborted) say("bad", ...refusal(error));
    } finally {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  };
  root.append(h("h1", { textContent: t("announce.title") }), h("div", { className: "columns" }, form,
    h("section", { className: "card", attributes: { "aria-labelledby": "loud" } }, h("h2", { id: "loud", textContent: t("announce.loudness") }), ears)));

  const drawRooms = whenChanged((names) => rooms.replaceChildren(rooms.firstElementChild,
    h("p", { className: "hint", textContent: t("announce.everywhere") }),
    ...names.map((name) => h("label", {}, h("input", { type: "checkbox", value: name }), h("span", { textContent: name })))));
  const draw = whenChanged((all) => {
    drawRooms([...new Set(all.map((each) => each.area).filter(Boolean))].sort());
    ears.replaceChildren(...(all.length > 0 ? all.map(satellite) : [h("li", { className: "empty", textContent: t("announce.nobody") })]));
  });
  const ask = async () => draw(await api("GET", "/satellites", undefined, { signal }));
  live("satellites", draw, signal, () => ask().catch(() => {}));
  await ask();
}
