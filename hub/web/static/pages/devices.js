// Devices: the satellites and engines of the hub, what speaks Wyoming beside them, and a look at everything.

import { api } from "/js/api.js";
import { action } from "/js/action.js";
import { h, whenChanged } from "/js/dom.js";
import { byAddress, foundRow, shortAddress } from "/js/found.js";
import { showJob } from "/js/job.js";
import { live } from "/js/live.js";
import { restartNotice } from "/js/restart.js";
import { number, t } from "/js/words.js";

const LOOK_MS = 5000;

export async function show(root, { parts, signal }) {
  if (parts[0] === "satellite" && parts[1]) {
    const { showSatellite } = await import("/pages/devices-satellite.js");
    return showSatellite(root, parts[1], signal);
  }
  const satellites = h("ul", { className: "rows" });
  const others = h("div", { className: "stack" });
  const engines = h("ul", { className: "stack" });
  root.append(
    h("h1", { textContent: t("devices.title") }), restartNotice() ?? "",
    h("section", { className: "card" }, h("h2", { textContent: t("devices.satellites") }), satellites), others,
    h("details", { className: "card" }, h("summary", { textContent: t("devices.by_address") }), byAddress(() => look())),
    h("section", { className: "stack" }, h("h2", { textContent: t("devices.engines") }), engines),
    doctor(signal));
  const drawSatellites = whenChanged((list) => satellites.replaceChildren(...list.map(satelliteRow),
    ...(list.length ? [] : [h("li", { className: "empty", textContent: t("setup.no_satellites") })])));
  const drawFound = whenChanged((found) => {
    const out = found.filter((peer) => peer.state === "left-out");
    const services = found.filter((peer) => peer.state === "service");
    others.replaceChildren(
      out.length ? h("section", { className: "stack" }, h("h2", { textContent: t("devices.left_out") }), h("ul", { className: "stack" }, out.map((peer) => foundRow(peer, null, [], look)))) : "",
      services.length ? h("section", { className: "card" }, h("h2", { textContent: t("devices.services") }), h("ul", { className: "rows" }, services.map(serviceRow))) : "");
  });
  const drawEngines = whenChanged((list) => {
    if (engines.querySelector("progress")) return false;
    engines.replaceChildren(...list.map((engine) => engineCard(engine, look, signal)));
    return true;
  });
  const look = async () => {
    const [list, found, running] = await Promise.all(["/satellites", "/satellites/found", "/engines"].map((path) => api("GET", path, undefined, { signal })));
    drawSatellites(list.filter((one) => one.kind !== "page"));
    drawFound(found);
    drawEngines(running.map((engine) => ({ ...engine, memory_mb: engine.memory_mb === null ? null : Math.round(engine.memory_mb / 5) * 5 })));
  };
  const again = () => look().catch(() => {});
  live("satellites", again, signal, again);
  const timer = setInterval(again, LOOK_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  await look();
}

const satelliteRow = (one) => h("li", {},
  h("span", { className: "label" }, h("a", { href: `#/devices/satellite/${encodeURIComponent(one.name)}`, textContent: one.name }),
    h("small", { textContent: [one.area ?? t("devices.no_room"), shortAddress(one.address), one.detail].filter(Boolean).join(" · ") })),
  h("span", { className: "value", textContent: t("devices.volume_now", { percent: number(one.volume) }) }),
  h("span", { className: `pill ${one.state === "lost" ? "lost" : one.muted ? "muted" : one.detail ? "degraded" : "ok"}`,
    textContent: t(one.state !== "lost" && one.muted ? "devices.muted" : `devices.${one.state}`) }));

const serviceRow = (peer) => h("li", {}, h("span", { className: "label" }, peer.key, h("small", { textContent: shortAddress(peer.address) })),
  h("span", { className: "value", textContent: peer.offers.join(", ") }));

const PILLS = { ready: "ok", starting: "starting", restarting: "starting", failed: "failed", remote: "" };

function engineCard(engine, look, signal) {
  const place = h("div", {});
  const title = t(`devices.stage_${engine.stage}`);
  const measure = action(t("devices.measure"), async () => {
    const ended = await showJob(place, await api("POST", `/engines/${encodeURIComponent(engine.name)}/measure`), `${t("devices.measure")}: ${engine.name}`, signal);
    if (ended.state === "done") place.replaceChildren(measured(ended.result));
  }, { className: "small", place, label: `${t("devices.measure")}: ${engine.name}` });
  const restart = action(t("devices.restart"), async () => { await api("POST", `/engines/${encodeURIComponent(engine.name)}/restart`); await look(); },
    { className: "small", place, label: `${t("devices.restart")}: ${engine.name}` });
  return h("li", { className: "card stack" },
    h("div", { className: "head" }, h("h3", { textContent: `${engine.name} – ${title}` }), h("span", { className: `pill ${PILLS[engine.state]}`, textContent: t(`devices.engine_${engine.state}`) })),
    h("dl", {},
      engine.model && [h("dt", { textContent: t("devices.model") }), h("dd", { textContent: engine.model })],
      engine.memory_mb !== null && [h("dt", { textContent: t("models.memory") }), h("dd", { textContent: `${number(engine.memory_mb)} MB` })],
      engine.place === "here" ? [h("dt", { textContent: t("devices.restarts") }), h("dd", { textContent: number(engine.restarts) })]
        : [h("dt", { textContent: t("devices.address") }), h("dd", { textContent: engine.place })],
      engine.detail && [h("dt", { textContent: t("devices.detail") }), h("dd", { textContent: engine.detail })]),
    place,
    h("div", { className: "actions" }, measure, engine.place === "here" && restart,
      h("a", { className: "button small", href: `#/models?stage=${engine.stage}`, textContent: t("devices.other_model"), attributes: { "aria-label": `${t("devices.other_model")}: ${engine.name}` } })));
}

function measured(result) {
  const ms = (value) => `${number(value, { maximumFractionDigits: 0 })} ms`;
  return h("dl", { className: "notice good", attributes: { role: "status" } },
    h("dt", { textContent: t("devices.first") }), h("dd", { textContent: ms(result.first_ms) }),
    h("dt", { textContent: t("devices.whole") }), h("dd", { textContent: ms(result.all_ms) }),
    result.realtime_factor !== null && [h("dt", { textContent: t("devices.realtime") }), h("dd", { textContent: number(result.realtime_factor, { maximumFractionDigits: 3 }) })],
    result.words_a_second !== null && [h("dt", { textContent: t("devices.words") }), h("dd", { textContent: number(result.words_a_second) })],
    result.said && [h("dt", { textContent: t("devices.said") }), h("dd", { textContent: result.said })]);
}

function doctor(signal) {
  const place = h("div", {});
  const look = action(t("devices.doctor"), async () => {
    const ended = await showJob(place, await api("POST", "/doctor"), t("devices.doctor"), signal);
    if (ended.state === "done") place.replaceChildren(h("ul", { className: "rows", attributes: { role: "status" } }, ended.result.map(finding)));
  }, { place });
  return h("section", { className: "card stack" }, h("h2", { textContent: t("devices.doctor_title") }), h("p", { className: "soft", textContent: t("devices.doctor_about") }), place, h("p", { className: "actions" }, look));
}

const VERDICTS = { ok: "ok", warn: "degraded", fail: "failed" };

const finding = (one) => h("li", {}, h("span", { className: "label" }, one.check, h("small", {}, one.advice, " ", one.code && h("code", { textContent: one.code }))),
  h("span", { className: `pill ${VERDICTS[one.verdict]}`, textContent: t(`devices.verdict_${one.verdict}`) }));
