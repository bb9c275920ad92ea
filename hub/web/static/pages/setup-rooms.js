// First run: the rooms of the house.

import { api } from "/js/api.js";
import { action, field, refused, sure } from "/js/action.js";
import { h } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { t } from "/js/words.js";

export async function step(root, { signal }) {
  const list = h("ul", { className: "rows" });
  const said = h("div", {});
  const chips = h("div", { className: "chips", attributes: { role: "group", "aria-label": t("setup.room_ideas") } });
  const input = h("input", { maxLength: 64, autocomplete: "off" });
  const draw = async () => {
    const [{ areas }, notes] = await Promise.all([
      api("GET", "/house", undefined, { signal }), api("GET", "/house/notes", undefined, { signal })]);
    const noted = new Set(notes.room.map((room) => room.name));
    const names = areas.map((area) => area.name);
    list.replaceChildren(...names.map((name) => h("li", {}, icon("room"), h("span", { className: "label", textContent: name }),
      noted.has(name) && sure(t("setup.remove"), async () => { await api("DELETE", `/house/notes/room/${encodeURIComponent(name)}`); await draw(); },
        { place: said, label: `${t("setup.remove")}: ${name}` }))));
    if (names.length === 0) list.append(h("li", { className: "empty", textContent: t("setup.no_rooms") }));
    const there = new Set(names.map((name) => name.toLowerCase()));
    chips.replaceChildren(...t("setup.room_names").split("|").filter((name) => !there.has(name.toLowerCase()))
      .map((name) => action(name, () => add(name), { className: "small", place: said, label: `${t("setup.add")}: ${name}` })));
  };
  const add = async (name) => {
    await api("PUT", `/house/notes/room/${encodeURIComponent(name)}`, {});
    await draw();
  };
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (!name) return;
    said.replaceChildren();
    try { await add(name); input.value = ""; } catch (error) { refused(said, error); }
    input.focus();
  } }, field(t("setup.room_name"), input), h("p", { className: "actions" }, h("button", { type: "submit", textContent: t("setup.add") })));
  root.append(h("div", { className: "card" }, list), h("div", { className: "card stack" }, chips, form, said));
  await draw();
}
