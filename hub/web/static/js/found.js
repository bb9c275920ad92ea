// A satellite on the network: taken or not, with its name and its room, for the first run and the page of devices.

import { api } from "/js/api.js";
import { action, field, select, sure } from "/js/action.js";
import { announce, h } from "/js/dom.js";
import { t } from "/js/words.js";

const path = (name) => `/satellites/${encodeURIComponent(name)}`;

/** One row; `look` is called after a change. */
export function foundRow(peer, satellite, rooms, look) {
  const said = h("div", {});
  const name = h("input", { value: satellite?.name ?? peer.key, maxLength: 64, autocomplete: "off" });
  const room = roomChoice(rooms, satellite?.area ?? "");
  const here = satellite?.state === "here";
  const state = peer.state === "left-out" ? "left-out" : here ? "taken" : "trying";
  const buttons = [];
  if (peer.state === "left-out") {
    buttons.push(action(t("devices.adopt"), async () => { await api("POST", "/satellites/adopt", { key: peer.key }); await look(); }, { place: said, label: `${t("devices.adopt")}: ${peer.key}` }));
  } else {
    buttons.push(
      action(t("devices.save"), async () => {
        await change(satellite.name, { name: name.value.trim() || satellite.name, area: room.value || null });
        announce(t("devices.saved"));
        await look();
      }, { className: "small", place: said, label: `${t("devices.save")}: ${peer.satellite}` }),
      action(t("devices.identify"), () => api("POST", `${path(satellite.name)}/identify`), { className: "small", place: said, label: `${t("devices.identify")}: ${peer.satellite}` }),
    );
  }
  return h("li", { className: "card stack" },
    h("div", { className: "head" }, h("h2", { textContent: satellite?.name ?? peer.key }),
      h("span", { className: `pill ${state === "taken" ? "ok" : state === "trying" ? "busy" : ""}`, textContent: t(`devices.state_${state}`) })),
    h("p", { className: "soft", textContent: shortAddress(peer.address) }),
    satellite?.detail && !here && h("p", { className: "soft" }, t("devices.why_lost"), " ", h("code", { textContent: satellite.detail })),
    satellite && h("div", { className: "found-form" }, field(t("devices.name"), name), field(t("devices.room"), room)),
    said, h("div", { className: "actions" }, buttons));
}

export const shortAddress = (address) => address.replace(/^tcp:\/\//, "").replace(/^unix:\/\/.*\//, "");

/** Rooms to choose from, and none. */
export function roomChoice(rooms, now) {
  const all = now && !rooms.includes(now) ? [now, ...rooms] : rooms;
  return select([["", t("devices.no_room")], ...all.map((room) => [room, room])], now);
}

export const change = (name, wanted) => api("PATCH", path(name), wanted);

/** Take one that cannot be found. */
export function byAddress(look) {
  const said = h("div", {});
  const address = h("input", { placeholder: "192.168.1.20:10700", autocomplete: "off", inputMode: "url" });
  const take = action(t("devices.adopt"), async () => {
    const text = address.value.trim();
    await api("POST", "/satellites/adopt", { address: text.includes("://") ? text : `tcp://${text.includes(":") ? text : `${text}:10700`}` });
    address.value = "";
    await look();
  }, { place: said });
  return h("div", { className: "stack" }, field(t("devices.address"), address, t("devices.address_hint")), said, h("p", { className: "actions" }, take));
}

/** A button that lets a satellite go. */
export const forgetButton = (name, done, place) => sure(t("devices.forget"), async () => {
  await api("DELETE", path(name));
  await done();
}, { place, label: `${t("devices.forget")}: ${name}` });
