// Time: what is to come and what rings, added and cancelled; and the household's lists.

import { REPEATS, called, clockwise, repeats, said, secondsUntil, watchAgenda } from "/js/agenda.js";
import { api } from "/js/api.js";
import { confirmed } from "/js/dialog.js";
import { announce, h } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { lists } from "/js/lists.js";
import { refusal, toast } from "/js/shell.js";
import { t } from "/js/words.js";

const SECOND_MS = 1000;

export async function show(root, { signal }) {
  const coming = h("ul", { className: "rows coming" });
  let house = "";
  const form = adding(() => house, (agenda) => draw(agenda));
  const draw = ({ reminders, wall }) => {
    house = wall;
    const waiting = reminders.filter((item) => item.state !== "ringing");
    coming.replaceChildren(...(waiting.length > 0 ? waiting.map((item) => row(item, wall, draw)) : [h("li", { className: "empty", textContent: t("time.none") })]));
    tick();
  };
  const tick = () => { for (const told of coming.querySelectorAll("[data-due]")) told.textContent = clockwise(secondsUntil(told.dataset.due)); };
  root.append(h("h1", { textContent: t("time.title") }),
    h("div", { className: "columns" },
      h("div", { className: "stack" },
        h("section", { className: "card", attributes: { "aria-labelledby": "coming" } }, h("h2", { id: "coming", textContent: t("time.coming") }), coming), form),
      lists(signal)));
  const ticking = setInterval(tick, SECOND_MS);
  signal.addEventListener("abort", () => clearInterval(ticking));
  await watchAgenda(draw, signal);
}

/** One thing to come: what, when, how long still, and what can be done with it. */
function row(item, now, draw) {
  const act = (method, path, body) => api(method, path, body).then(draw, (error) => toast(error.message || error.code));
  const button = (drawing, label, pressed) => h("button", { type: "button", className: "round quiet", onclick: pressed, title: label, attributes: { "aria-label": `${label}: ${called(item)}` } }, icon(drawing));
  const path = `/reminders/${item.id}`;
  const when = item.kind === "timer"
    ? h("strong", item.left_seconds === null ? { className: "number", dataset: { due: item.due } } : { className: "number", textContent: clockwise(item.left_seconds) })
    : h("span", { className: "value", textContent: item.wall ? said(item.wall, now) : item.waits_for ? t("time.waits") : "" });
  const cancel = async () => {
    if (item.repeat && !(await confirmed({ title: t("time.cancel_all", { name: called(item) }), yes: t("time.cancel"), danger: true }))) return;
    await act("DELETE", path);
    announce(t("time.cancelled", { name: called(item) }));
  };
  return h("li", { dataset: { reminder: item.id } },
    h("span", { className: "picture" }, icon(item.kind === "reminder" ? "bell" : item.kind)),
    h("span", { className: "label" }, h("span", { textContent: called(item) }),
      h("small", { textContent: [item.text && t(`time.kind_${item.kind}`), item.repeat && repeats(item.repeat), item.area, item.person, item.state === "snoozed" && t("time.snoozed"), item.command && t("time.command", { text: item.command })].filter(Boolean).join(" · ") })),
    when,
    item.kind === "timer" && (item.left_seconds === null ? button("pause", t("time.pause"), () => act("POST", `${path}/pause`, {})) : button("play", t("time.resume"), () => act("POST", `${path}/resume`, {}))),
    button("trash", t("time.cancel"), cancel));
}

const KINDS = ["timer", "alarm", "reminder"];
const MINUTES = [1, 3, 5, 10, 15, 30, 60];

/** The form for one more. */
function adding(house, draw) {
  const error = h("p", { id: "new-error", className: "error", hidden: true, attributes: { role: "alert" } });
  const text = h("input", { id: "new-text", maxLength: 500, autocomplete: "off" });
  const minutes = h("input", { id: "new-minutes", type: "number", min: 0.05, max: 142560, step: "any", value: 10, inputMode: "decimal" });
  const at = h("input", { id: "new-at", type: "datetime-local" });
  const repeat = h("select", { id: "new-repeat" }, Object.entries(REPEATS).map(([rule, name]) => h("option", { value: rule, textContent: t(`time.repeat_${name}`) })));
  const room = h("select", { id: "new-room" }, h("option", { value: "", textContent: t("time.anywhere") }));
  const field = (input, label, ...more) => h("div", { className: "field" }, h("label", { htmlFor: input.id, textContent: t(label) }), input, ...more);
  const quick = h("div", { className: "actions quick" }, MINUTES.map((count) => h("button", { type: "button", className: "small", textContent: t("time.minutes", { count }), onclick: () => { minutes.value = count; form.requestSubmit(); } })));
  const timer = h("div", { className: "stack" }, quick, field(minutes, "time.length"));
  const moment = h("div", { className: "fields" }, field(at, "time.at"), field(repeat, "time.repeat"));
  let kind = "timer";
  const choose = () => {
    timer.hidden = kind !== "timer";
    moment.hidden = kind === "timer";
    text.required = kind === "reminder";
    at.required = kind !== "timer";
    minutes.disabled = kind !== "timer";
    if (!at.value && house()) at.value = `${later(house())}`;
  };
  const kinds = h("fieldset", { className: "kinds" }, h("legend", { className: "unseen", textContent: t("time.what") }), KINDS.map((each) => h("label", {},
    h("input", { type: "radio", name: "kind", value: each, checked: each === kind, onchange: () => { kind = each; choose(); } }), icon(each === "reminder" ? "bell" : each), h("span", { textContent: t(`time.kind_${each}`) }))));
  const form = h("form", { className: "card", attributes: { "aria-labelledby": "add" } }, h("h2", { id: "add", textContent: t("time.add") }), kinds,
    h("div", { className: "fields" }, field(text, "time.text"), field(room, "time.room")), timer, moment, error,
    h("div", { className: "actions" }, h("button", { type: "submit", className: "primary", textContent: t("time.set") })));
  form.onsubmit = async (event) => {
    event.preventDefault();
    error.hidden = true;
    const what = kind === "timer" ? { seconds: Number(minutes.value) * 60 } : { at: at.value, repeat: repeat.value };
    try {
      draw(await api("POST", "/reminders", { kind, text: text.value, area: room.value || null, ...what }));
      announce(t("time.added"));
      text.value = "";
    } catch (refused) {
      error.replaceChildren(...refusal(refused));
      error.hidden = false;
    }
  };
  api("GET", "/house").then(({ areas }) => room.append(...areas.map(({ name }) => h("option", { value: name, textContent: name }))), () => {});
  choose();
  return form;
}

/** The next full hour of the house's clock, as a field takes it. */
function later(wall) {
  const at = new Date(`${wall}Z`);
  at.setUTCHours(at.getUTCHours() + 1, 0, 0, 0);
  return at.toISOString().slice(0, 16);
}
