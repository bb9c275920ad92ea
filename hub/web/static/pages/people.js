// People and rooms: who lives here, what rooms are called, which devices may be spoken to, and the PIN.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { names, sheet } from "/js/sheet.js";
import { toast } from "/js/shell.js";
import { t } from "/js/words.js";

const MOST_SHOWN = 60;

export async function show(root, { signal }) {
  const rooms = h("ul", { className: "rows" }), people = h("ul", { className: "rows" }), devices = h("ul", { className: "rows" });
  const pin = h("div", { className: "stack" });
  const search = h("input", { type: "search", id: "people-search", autocomplete: "off" });
  const count = h("p", { className: "hint", attributes: { role: "status" } });
  let state = null;
  const load = async () => {
    const [notes, house, pins, satellites] = await Promise.all(["/house/notes", "/house", "/people/pin", "/satellites"].map((path) => api("GET", path, undefined, { signal })));
    state = { notes, house, pins, satellites: satellites.map((one) => one.name) };
    draw();
  };
  const draw = () => {
    rooms.replaceChildren(...state.house.areas.map((area) => roomRow(area, load)));
    people.replaceChildren(...(state.notes.person.length ? state.notes.person.map((person) => personRow(person, state, load)) : [h("li", { className: "empty", textContent: t("people.nobody") })]));
    pin.replaceChildren(...pinParts(state.pins.is_set, null, load));
    drawDevices();
  };
  const drawDevices = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = state.house.entities.filter((one) => words.every((word) => `${one.name} ${one.area ?? ""} ${one.entity_id} ${one.aliases.join(" ")}`.toLowerCase().includes(word)));
    devices.replaceChildren(...found.slice(0, MOST_SHOWN).map((one) => deviceRow(one, state, load)));
    count.textContent = t(found.length > MOST_SHOWN ? "people.first" : "people.devices_found", { shown: MOST_SHOWN, count: found.length });
  };
  search.addEventListener("input", drawDevices);
  root.append(
    h("h1", { textContent: t("people.title") }),
    h("div", { className: "columns" },
      card("people.people", people, add("people.add_person", () => editPerson({ name: "", satellites: [] }, load))),
      card("people.pin", pin)),
    card("people.rooms", rooms, add("people.add_room", () => editRoom({ name: "", floor: null, aliases: [] }, load))),
    card("people.devices", h("p", { className: "hint", textContent: t("people.devices_hint") }),
      h("div", { className: "field" }, h("label", { htmlFor: search.id, textContent: t("people.search") }), search), count, devices));
  await load();
}

const card = (title, ...content) => h("section", { className: "card stack", attributes: { "aria-label": t(title) } }, h("h2", { textContent: t(title) }), content);

const add = (word, onclick) => h("p", { className: "actions" }, h("button", { type: "button", textContent: t(word), onclick }));

const button = (word, what, onclick, className = "small") => h("button", { type: "button", className, textContent: t(word), onclick, attributes: { "aria-label": `${t(word)}: ${what}` } });

const note = (kind, key) => `/house/notes/${kind}/${encodeURIComponent(key)}`;

/** Done, said, and everything drawn anew. */
async function after(done, load) {
  if (done === null) return;
  await load();
  toast(t("people.saved"));
  announce(t("people.saved"));
}

const remove = (kind, key, load) => sheet({ title: t("people.remove_title", { name: key }), yes: t("settings.remove"), danger: true, send: () => api("DELETE", note(kind, key)) })
  .then((done) => after(done, load));

const roomRow = (area, load) => h("li", {},
  h("span", { className: "label" }, area.name, h("small", { textContent: [area.floor, area.aliases.join(", ")].filter(Boolean).join(" · ") })),
  button("people.edit", area.name, () => editRoom(area, load)), button("settings.remove", area.name, () => remove("room", area.name, load), "small quiet"));

async function editRoom(area, load) {
  const isNew = area.name === "";
  await after(await sheet({
    title: isNew ? t("people.add_room") : area.name, yes: t("settings.save"),
    fields: [
      ...(isNew ? [{ name: "name", label: t("people.name"), required: true, maxLength: 100 }] : []),
      { name: "floor", label: t("people.floor"), value: area.floor ?? "", maxLength: 100 },
      { name: "aliases", label: t("people.aliases"), hint: t("people.commas"), value: area.aliases.join(", ") },
    ],
    send: ({ name, floor, aliases }) => api("PUT", note("room", isNew ? name.trim() : area.name), { floor: floor.trim() || null, aliases: names(aliases) }),
  }), load);
}

const personRow = (person, state, load) => h("li", {},
  h("span", { className: "label" }, person.name, h("small", { textContent: [person.satellites.join(", "), state.pins.persons.includes(person.name) ? t("people.own_pin") : ""].filter(Boolean).join(" · ") })),
  button("people.edit", person.name, () => editPerson(person, load)),
  button("people.pin_short", person.name, () => askPin(person.name, state.pins.persons.includes(person.name), load)),
  button("settings.remove", person.name, () => remove("person", person.name, load), "small quiet"));

async function editPerson(person, load) {
  const isNew = person.name === "";
  await after(await sheet({
    title: isNew ? t("people.add_person") : person.name, yes: t("settings.save"),
    fields: [
      ...(isNew ? [{ name: "name", label: t("people.name"), required: true, maxLength: 64 }] : []),
      { name: "satellites", label: t("people.reached_by"), hint: t("people.commas"), value: person.satellites.join(", ") },
    ],
    send: ({ name, satellites }) => api("PUT", note("person", isNew ? name.trim() : person.name), { satellites: names(satellites) }),
  }), load);
}

function pinParts(isSet, person, load) {
  return [
    h("p", { className: "hint", textContent: t("people.pin_hint") }),
    h("p", {}, h("span", { className: `pill ${isSet ? "ok" : ""}`, textContent: t(isSet ? "people.pin_set" : "people.pin_none") })),
    h("p", { className: "actions" },
      h("button", { type: "button", textContent: t(isSet ? "people.pin_change" : "people.pin_give"), onclick: () => askPin(person, false, load) }),
      isSet && h("button", { type: "button", className: "danger", textContent: t("people.pin_remove"), onclick: () => removePin(person, load) })),
  ];
}

const PASSWORD = () => ({ name: "password", label: t("people.password"), type: "password", required: true, hint: t("people.password_hint") });

async function askPin(person, removable, load) {
  await after(await sheet({
    title: person === null ? t("people.pin") : t("people.pin_of", { name: person }), text: removable ? t("people.pin_empty") : "", yes: t("settings.save"),
    fields: [{ name: "pin", label: t("people.pin_new"), type: "password", inputMode: "numeric", maxLength: 12, required: !removable, hint: t("people.pin_digits") }, PASSWORD()],
    send: ({ pin, password }) => api("PUT", "/people/pin", { pin: pin || null, password, person }),
  }), load);
}

async function removePin(person, load) {
  await after(await sheet({ title: t("people.pin_remove"), text: t("people.pin_gone"), yes: t("settings.remove"), danger: true, fields: [PASSWORD()],
    send: ({ password }) => api("PUT", "/people/pin", { pin: null, password, person }) }), load);
}

function deviceRow(entity, state, load) {
  const known = state.notes.device.find((one) => one.id === entity.entity_id);
  const turn = (name, word, on) => {
    const press = h("button", { type: "button", attributes: { role: "switch", "aria-checked": String(on), "aria-label": `${t(word)}: ${entity.name}` } });
    press.onclick = async () => {
      press.setAttribute("aria-busy", "true");
      await api("PUT", note("device", entity.entity_id), { [name]: !on }).then(load, (error) => { press.removeAttribute("aria-busy"); toast(`${error.message} (${error.code})`); });
    };
    return h("span", { className: "toggle" }, h("span", { textContent: t(word), attributes: { "aria-hidden": "true" } }), press);
  };
  return h("li", {},
    h("span", { className: "label" }, entity.name, h("small", { textContent: [entity.area, entity.aliases.join(", ")].filter(Boolean).join(" · ") }), h("small", {}, h("code", { textContent: entity.entity_id }))),
    turn("sensitive", "people.sensitive", entity.sensitive), turn("exposed", "people.exposed", entity.exposed),
    button("people.edit", entity.name, () => editDevice(entity, state, load)),
    known && button("people.forget", entity.name, () => remove("device", entity.entity_id, load), "small quiet"));
}

async function editDevice(entity, state, load) {
  await after(await sheet({
    title: entity.name, yes: t("settings.save"),
    fields: [
      { name: "name", label: t("people.name"), value: entity.name, maxLength: 100, required: true },
      { name: "room", label: t("people.room"), value: entity.area ?? "", choices: [["", t("people.no_room")], ...state.house.areas.map((area) => [area.name, area.name])] },
      { name: "aliases", label: t("people.aliases"), hint: t("people.commas"), value: entity.aliases.join(", ") },
    ],
    send: ({ name, room, aliases }) => api("PUT", note("device", entity.entity_id), { name: name.trim(), ...(room ? { room } : {}), aliases: names(aliases) }),
  }), load);
}
