// First run: what the house has, by room; devices without one get the room that their name suggests.

import { api } from "/js/api.js";
import { action, refused } from "/js/action.js";
import { announce, h } from "/js/dom.js";
import { drawn, icon } from "/js/icons.js";
import { number, t } from "/js/words.js";
import { roomChoice } from "/js/found.js";

const MOST_SHOWN = 60;

export async function step(root, { signal }) {
  const said = h("div", {});
  const place = h("div", { className: "stack" });
  const note = (id, room) => api("PUT", `/house/notes/device/${encodeURIComponent(id)}`, { room });
  const draw = async () => {
    const [{ areas, entities }, ideas] = await Promise.all([
      api("GET", "/house", undefined, { signal }), api("GET", "/house/suggestions", undefined, { signal })]);
    const rooms = areas.map((area) => area.name);
    const idea = new Map(ideas.map((one) => [one.entity_id, one.room]));
    const alone = entities.filter((one) => !one.area);
    const suggested = alone.filter((one) => idea.has(one.entity_id));
    place.replaceChildren(h("div", { className: "stack" },
      h("p", { textContent: t("setup.devices_found", { count: number(entities.length), rooms: number(rooms.length) }) }),
      suggested.length > 0 && action(t("setup.take_all", { count: number(suggested.length) }), async () => {
        for (const one of suggested) await note(one.entity_id, idea.get(one.entity_id));
        announce(t("devices.saved"));
        await draw();
      }, { place: said }),
      alone.length > 0 && h("section", { className: "card" }, h("h2", { textContent: t("setup.without_room") }),
        h("ul", { className: "rows" }, alone.slice(0, MOST_SHOWN).map((one) => row(one, idea.get(one.entity_id), rooms)))),
      h("div", { className: "columns" }, rooms.map((room) => h("details", { className: "card" },
        h("summary", {}, room, " ", h("span", { className: "soft", textContent: `(${number(entities.filter((one) => one.area === room).length)})` })),
        h("ul", { className: "rows" }, entities.filter((one) => one.area === room).map((one) => h("li", {}, drawing(one), h("span", { className: "label", textContent: one.name }))))))),
    ));
    if (entities.length === 0) place.append(h("p", { className: "hint", textContent: t("setup.no_devices") }));
  };
  const row = (one, suggestion, rooms) => {
    const choice = roomChoice(rooms, suggestion ?? "");
    choice.setAttribute("aria-label", `${t("devices.room")}: ${one.name}`);
    const put = action(t("devices.save"), async () => { if (choice.value) { await note(one.entity_id, choice.value); await draw(); } },
      { className: "small", place: said, label: `${t("devices.save")}: ${one.name}` });
    return h("li", {}, drawing(one), h("span", { className: "label" }, one.name, suggestion && h("small", { textContent: t("setup.suggested") })), choice, put);
  };
  root.append(said, place);
  await draw().catch((error) => { if (!signal.aborted) refused(said, error); });
}

const drawing = (entity) => icon(drawn(entity.domain) ? entity.domain : "devices");
