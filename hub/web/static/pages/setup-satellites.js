// First run: the satellites that are on the network; each gets a name and a room, and can be made to say where it is.

import { api } from "/js/api.js";
import { h, whenChanged } from "/js/dom.js";
import { live } from "/js/live.js";
import { t } from "/js/words.js";
import { byAddress, foundRow } from "/js/found.js";

const LOOK_MS = 4000;

export async function step(root, { signal }) {
  const list = h("ul", { className: "stack" });
  const rooms = async () => (await api("GET", "/house", undefined, { signal })).areas.map((area) => area.name);
  const names = await rooms();
  const draw = whenChanged((found, satellites) => {
    if (list.contains(document.activeElement) && ["INPUT", "SELECT"].includes(document.activeElement.tagName)) return;
    const rows = found.filter((peer) => peer.state !== "service").map((peer) =>
      foundRow(peer, satellites.find((one) => one.name === peer.satellite), names, look, signal));
    list.replaceChildren(...rows);
    if (rows.length === 0) list.append(h("li", { className: "card" }, h("p", { textContent: t("setup.no_satellites") }), h("p", { className: "hint", textContent: t("setup.no_satellites_hint") })));
  });
  const look = async () => {
    const [found, satellites] = await Promise.all([
      api("GET", "/satellites/found", undefined, { signal }), api("GET", "/satellites", undefined, { signal })]);
    draw(found, satellites.map(({ name, area, state, detail }) => ({ name, area, state: state === "lost" ? "lost" : "here", detail })));
  };
  root.append(list, h("details", { className: "card" }, h("summary", { textContent: t("devices.by_address") }), byAddress(look)));
  live("satellites", () => look().catch(() => {}), signal, () => look().catch(() => {}));
  const timer = setInterval(() => look().catch(() => {}), LOOK_MS); // a new one on the network tells nobody
  signal.addEventListener("abort", () => clearInterval(timer));
  await look();
}
