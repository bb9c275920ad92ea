// One satellite: where it stands, how loud, what it listens for and how well, and what the hub logged on it.

import { api } from "/js/api.js";
import { action, field, select } from "/js/action.js";
import { announce, h } from "/js/dom.js";
import { change, forgetButton, roomChoice, shortAddress } from "/js/found.js";
import { levelMeter, wakeCheck } from "/js/listening.js";
import { live } from "/js/live.js";
import { number, t, time } from "/js/words.js";

const PILLS = { lost: "lost", idle: "ok", listening: "busy", thinking: "busy", speaking: "busy" };

export async function showSatellite(root, name, signal) {
  const path = `/satellites/${encodeURIComponent(name)}`;
  const [detail, { areas }] = await Promise.all([api("GET", path, undefined, { signal }), api("GET", "/house", undefined, { signal })]);
  const { status } = detail;
  const pill = h("span", { className: "pill" });
  const facts = h("dl", {});
  const log = h("ol", { className: "log", tabIndex: 0, attributes: { "aria-label": t("devices.log") } });
  const draw = (now) => {
    pill.className = `pill ${PILLS[now.status.state]}`;
    pill.textContent = t(now.status.muted && now.status.state === "idle" ? "devices.muted" : `devices.${now.status.state}`);
    facts.replaceChildren(...rows(now));
    log.replaceChildren(...now.log.toReversed().map((line) => h("li", { className: line.level }, h("small", { textContent: `${time(line.at, { dateStyle: "short", timeStyle: "medium" })} ${line.level}` }), line.text)));
  };
  draw(detail);
  live("satellites", async () => draw(await api("GET", path, undefined, { signal }).catch(() => detail)), signal);
  root.append(
    h("p", {}, h("a", { href: "#/devices", textContent: t("devices.title") })),
    h("div", { className: "head" }, h("h1", { textContent: status.name }), pill),
    h("section", { className: "card" }, facts),
    place(detail, areas.map((area) => area.name), signal),
    hearing(detail, signal),
    h("details", { className: "card" }, h("summary", { textContent: t("devices.log") }), detail.log.length ? log : h("p", { className: "empty", textContent: t("devices.no_log") })));
}

function rows(detail) {
  const { status } = detail;
  const when = (iso) => iso && time(iso);
  const told = [
    ["devices.address", shortAddress(status.address)],
    ["devices.kind", [detail.kind, detail.version].filter(Boolean).join(" ")],
    ["devices.update", detail.update === "unknown" ? null : t(`devices.update_${detail.update}`)],
    ["devices.here_since", when(detail.here_since)],
    ["devices.lost_since", when(detail.lost_since)],
    ["devices.last_seen", detail.lost_since && when(detail.last_seen)],
    ["devices.detail", status.detail],
  ];
  return told.filter(([, value]) => value).flatMap(([key, value]) => [h("dt", { textContent: t(key) }), h("dd", { textContent: value })]);
}

function place(detail, rooms, signal) {
  const { status } = detail;
  const said = h("div", {});
  const name = h("input", { value: status.name, maxLength: 64, autocomplete: "off" });
  const room = roomChoice(rooms, status.area ?? "");
  const save = action(t("devices.save"), async () => {
    const wanted = name.value.trim() || status.name;
    await change(status.name, { name: wanted, area: room.value || null });
    announce(t("devices.saved"));
    if (wanted !== status.name) location.hash = `#/devices/satellite/${encodeURIComponent(wanted)}`;
  }, { place: said });
  const volume = h("input", { type: "range", min: 0, max: 100, step: 5, value: status.volume });
  const loud = h("output", { className: "number" });
  const draw = () => { volume.style.setProperty("--filled", `${volume.value}%`); loud.textContent = `${number(Number(volume.value))} %`; };
  volume.oninput = draw;
  volume.onchange = () => change(status.name, { volume: Number(volume.value) }).catch(() => {});
  draw();
  const there = status.state !== "lost";
  let muted = status.muted;
  const mute = action(t(muted ? "devices.unmute" : "devices.mute"), async () => {
    muted = !muted;
    await change(status.name, { muted });
    mute.textContent = t(muted ? "devices.unmute" : "devices.mute");
  }, { place: said });
  return h("section", { className: "card stack" },
    h("div", { className: "found-form" }, field(t("devices.name"), name), field(t("devices.room"), room)),
    h("p", { className: "actions" }, save),
    field(t("devices.volume"), volume), loud, said,
    h("div", { className: "actions" },
      there && action(t("devices.identify"), () => api("POST", `/satellites/${encodeURIComponent(status.name)}/identify`, undefined, { signal }), { place: said }),
      there && mute,
      detail.in_file ? h("p", { className: "hint", textContent: t("devices.in_file") })
        : forgetButton(status.name, () => { location.hash = "#/devices"; }, said)));
}

function hearing(detail, signal) {
  const { status } = detail;
  const shown = h("div", { className: "stack" });
  let check = new AbortController();
  signal.addEventListener("abort", () => check.abort());
  const begin = async (draw) => {
    check.abort();
    check = new AbortController();
    shown.replaceChildren(await draw(check.signal));
  };
  const words = h("ul", { className: "rows" }, detail.words.map((one) => h("li", {}, h("span", { className: "label", textContent: `“${one.phrase}”` }),
    h("span", { className: "value", textContent: one.threshold === null ? t("devices.own_threshold") : t("devices.threshold_now", { threshold: number(one.threshold) }) }))));
  return h("section", { className: "card stack" }, h("h2", { textContent: t("devices.hearing") }), words,
    wordsForm(detail),
    status.state !== "lost" && h("div", { className: "actions" },
      h("button", { type: "button", textContent: t("devices.check_microphone"), onclick: () => begin((ends) => levelMeter(() => status.name, ends)) }),
      h("button", { type: "button", textContent: t("devices.check_wake"), onclick: () => begin((ends) => wakeCheck(status.name, ends)) })),
    shown);
}

/** Another word, or more or less readily; null where the satellite cannot be told. */
function wordsForm(detail) {
  const { wake } = detail.status;
  if (!wake) return h("p", { className: "hint", textContent: t(detail.listens === "satellite" ? "devices.listens_itself" : "devices.not_yet_known") });
  const said = h("div", {});
  const word = select(wake.words.map((one) => [one, one.replaceAll("_", " ")]), wake.word);
  const ready = h("input", { type: "range", min: 0, max: 100, step: 5, value: wake.sensitivity });
  const told = h("output", { className: "number" });
  const draw = () => { ready.style.setProperty("--filled", `${ready.value}%`); told.textContent = `${number(Number(ready.value))} %`; };
  ready.oninput = draw;
  draw();
  const save = action(t("devices.save_words"), async () => {
    await change(detail.status.name, { wake: { word: word.value, sensitivity: Number(ready.value) } });
    said.replaceChildren(h("p", { className: "notice good", attributes: { role: "status" }, textContent: t("devices.saved") }));
  }, { place: said });
  return h("div", { className: "stack" }, h("div", { className: "found-form" }, field(t("devices.word"), word), field(t("devices.sensitivity"), ready, t("devices.sensitivity_hint"))), told, said,
    h("p", { className: "actions" }, save));
}
