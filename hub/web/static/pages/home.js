// Home: the rooms with what stands in them, as it is now, and moved by hand.

import { api } from "/js/api.js";
import { device, isOn } from "/js/device.js";
import { h, whenChanged } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { live } from "/js/live.js";
import { satellite } from "/js/satellite.js";
import { health } from "/js/shell.js";
import { number, t } from "/js/words.js";
import { problems } from "/pages/health.js";

export async function show(root, { signal }) {
  const title = h("h1", { textContent: t("home.title") });
  const trouble = h("div", { className: "notice", hidden: true });
  const house = h("div", { className: "house" });
  root.append(title, trouble, command(), house);

  let rooms = new Map(); // name of a room, or "" → its card
  let version = null;
  const draw = async () => {
    const home = await api("GET", "/home", undefined, { signal });
    if (home.names_version === version) { // the same devices: nobody loses their place
      for (const { entity } of home.devices) rooms.get(entity.area ?? "")?.update(entity);
      placed(rooms, home.satellites);
      return;
    }
    version = home.names_version;
    rooms = drawn(house, home);
  };
  const changed = ({ entities, names_version }) => {
    if (names_version !== version) { draw().catch(() => {}); return; }
    for (const entity of entities) rooms.get(entity.area ?? "")?.update(entity);
  };
  live("house", changed, signal, () => draw().catch(() => {}));
  live("satellites", (all) => placed(rooms, all), signal);
  const drawTrouble = whenChanged((components) => {
    const list = components && problems(components);
    trouble.hidden = !list;
    trouble.replaceChildren(...(list ? [h("p", {}, h("a", { href: "#/health", textContent: t("home.trouble") })), list] : []));
  });
  document.addEventListener("health", () => drawTrouble(health()?.components), { signal });
  drawTrouble(health()?.components);
  await draw();
}

/** A sentence, typed here and answered on its own page. */
function command() {
  const input = h("input", { type: "text", id: "command", name: "text", maxLength: 2000, placeholder: t("home.command_hint"), autocomplete: "off", enterKeyHint: "send" });
  return h("form", { className: "command", attributes: { role: "search" }, onsubmit: (event) => {
    event.preventDefault();
    if (!input.value.trim()) return;
    sessionStorage.setItem("chat-text", input.value);
    location.hash = "#/talk";
  } },
  h("label", { className: "unseen", htmlFor: "command", textContent: t("home.command") }), input,
  h("button", { type: "submit", className: "primary round", attributes: { "aria-label": t("home.send") } }, icon("send")));
}

/** All rooms anew; a map of their cards. */
function drawn(house, { areas, devices, satellites }) {
  const named = [...areas, ...(devices.some(({ entity }) => entity.area === null) || satellites.some((each) => !areas.some(({ name }) => name === each.area)) ? [{ name: "", floor: null }] : [])];
  const rooms = new Map(named.map((area) => [area.name, room(area, devices.filter(({ entity }) => (entity.area ?? "") === area.name))]));
  placed(rooms, satellites);
  const floors = [...new Set(named.map((area) => (area.name === "" ? "" : area.floor ?? "")))];
  const several = floors.filter(Boolean).length > 1;
  house.replaceChildren(...floors.map((floor) => {
    const cards = named.filter((area) => (area.name === "" ? "" : area.floor ?? "") === floor).map((area) => rooms.get(area.name).element);
    return h("section", { className: "floor" }, several && (floor || cards.length > 1) && h("h2", { className: "floor-name", textContent: floor || t("home.elsewhere") }), h("div", { className: "rooms" }, cards));
  }));
  if (named.length === 0) house.replaceChildren(h("p", { className: "card empty", textContent: t("home.nothing") }));
  return rooms;
}

const ORDER = ["light", "switch", "climate", "cover", "fan", "lock", "alarm_control_panel", "scene", "button"];
const place = ({ entity }) => (ORDER.indexOf(entity.domain) + 1 || (entity.domain.endsWith("sensor") ? 99 : 50));

/** A room's card: `element`, `update(entity)`, `satellites(list)`. */
function room(area, devices) {
  const rows = new Map();
  const now = new Map();
  const sum = h("p", { className: "sum soft" });
  const ears = h("ul", { className: "ears" });
  const id = `room-${area.name.replace(/\W+/g, "-") || "none"}`;
  const card = h("section", { className: "card room", attributes: { "aria-labelledby": id } },
    h("div", { className: "head" }, h("h3", { id, textContent: area.name || t("home.no_room") }), sum), ears,
    h("ul", { className: "devices" }, devices.toSorted((one, other) => place(one) - place(other) || one.entity.name.localeCompare(other.entity.name)).map((each) => {
      const row = device(each);
      rows.set(each.entity.entity_id, row);
      now.set(each.entity.entity_id, each.entity);
      return row.element;
    })));
  const drawSum = () => {
    const lights = [...now.values()].filter((each) => each.domain === "light" && isOn(each)).length;
    const warm = [...now.values()].find((each) => each.domain === "sensor" && each.device_class === "temperature" && each.available && Number.isFinite(Number(each.state)));
    sum.textContent = [
      lights === 1 ? t("home.one_light") : lights > 1 ? t("home.lights", { count: number(lights) }) : "",
      area.name && warm ? `${number(Number(warm.state))} ${warm.unit ?? ""}` : "",
    ].filter(Boolean).join(" · ");
    card.classList.toggle("lit", lights > 0);
  };
  drawSum();
  return {
    element: card,
    update: (entity) => {
      now.set(entity.entity_id, entity);
      rows.get(entity.entity_id)?.update(entity);
      drawSum();
    },
    satellites: whenChanged((list) => { ears.replaceChildren(...list.map(satellite)); ears.hidden = list.length === 0; }),
  };
}

/** Satellites in their rooms. */
function placed(rooms, all) {
  for (const [name, card] of rooms) card.satellites(all.filter((each) => (rooms.has(each.area ?? "") ? each.area ?? "" : "") === name));
}
