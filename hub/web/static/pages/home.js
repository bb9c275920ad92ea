// Home: rooms with their satellites and devices, as they are now.

import { api } from "/js/api.js";
import { h } from "/js/dom.js";
import { live } from "/js/live.js";
import { t } from "/js/words.js";

export async function show(root, { signal }) {
  const list = h("ul", { className: "rooms" });
  root.append(h("h1", { textContent: t("home.title") }), list);
  const draw = async () => {
    const { house, satellites } = await api("GET", "/status", undefined, { signal });
    list.replaceChildren(...house.areas.map((area) => h("li", { className: "card" },
      h("h2", { textContent: area.name }),
      satellites.filter((each) => each.area === area.name).map((each) => h("p", { textContent: `${each.name}: ${each.state}` })),
      house.entities.filter((each) => each.area === area.name).map((each) => h("p", { textContent: each.name })),
    )));
  };
  live("turn", draw, signal, draw);
  await draw();
}
