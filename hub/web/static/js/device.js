// One device as a row: what it shows, what moves it, and what came of moving it, with the hub's proof.

import { api } from "/js/api.js";
import { controls } from "/js/controls.js";
import { askPin, confirmed } from "/js/dialog.js";
import { h } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { refusal } from "/js/shell.js";
import { number, t } from "/js/words.js";

const SHOWN_MS = 8000;
const MARKS = { confirmed: "check", sent: "send", refused: "lock", failed: "warn", unconfirmed: "lock" };

/** The row of a device: `element`, and `update(entity)` for what it is now. */
export function device({ entity, takes }) {
  let now = entity;
  const state = h("small", {});
  const outcome = h("p", { className: "outcome", hidden: true, attributes: { role: "status" } });
  const picture = h("span", { className: "picture" }, icon(pictureOf(entity)));
  const row = h("li", { className: "device", dataset: { entity: entity.entity_id } });
  let timer = null;

  const say = (kind, ...words) => {
    clearTimeout(timer);
    outcome.className = `outcome ${kind}`;
    outcome.replaceChildren(icon(MARKS[kind] ?? "warn"), h("span", {}, ...words));
    outcome.hidden = false;
    if (kind === "confirmed") timer = setTimeout(() => { outcome.hidden = true; }, SHOWN_MS);
  };
  const act = async (command, value) => {
    row.setAttribute("aria-busy", "true");
    try {
      const done = await handled(now, command, value);
      if (done === null) say("unconfirmed", t("home.not_done"));
      else say(done.outcome, ...came(done));
    } catch (error) {
      say("failed", ...refusal(error));
    } finally {
      row.removeAttribute("aria-busy");
      update(now);
    }
  };

  const parts = controls(entity, takes, act);
  const update = (entity) => {
    now = entity;
    state.textContent = stateOf(entity);
    row.classList.toggle("on", isOn(entity));
    row.classList.toggle("gone", !entity.available);
    for (const part of parts) part.update(entity);
  };
  const more = parts.filter((part) => part.more);
  const drawer = h("div", { className: "more", id: `more-${entity.entity_id}`, hidden: true }, more.map((part) => part.element));
  row.append(
    h("div", { className: "line" }, picture, label(entity, state, more.length > 0 && drawer),
      parts.filter((part) => !part.wide).map((part) => part.element)),
    ...parts.filter((part) => part.wide && !part.more).map((part) => part.element), ...(more.length > 0 ? [drawer] : []), outcome);
  update(entity);
  return { element: row, update };
}

/** Name and state; with what is seldom wanted in a drawer that they open. */
function label(entity, state, drawer) {
  const words = h("span", {}, h("span", { textContent: entity.name }), state);
  if (!drawer) return h("span", { className: "label" }, words);
  const button = h("button", { type: "button", className: "label", attributes: { "aria-expanded": "false", "aria-controls": drawer.id }, onclick: () => {
    drawer.hidden = !drawer.hidden;
    button.setAttribute("aria-expanded", String(!drawer.hidden));
  } }, words);
  return button;
}

/** Ask the hub to do it, and a person for what the hub asks for; null: nobody gave it. */
async function handled(entity, command, value) {
  let given = {};
  for (;;) {
    const done = await api("POST", `/devices/${encodeURIComponent(entity.entity_id)}/command`, { command, value, ...given });
    if (done.needs === "") return done;
    if (done.secret === "locked") return done;
    const title = t(`home.ask_${command}`, { name: entity.name });
    const asked = title.startsWith("home.") ? t("home.ask", { name: entity.name }) : title;
    if (done.needs === "pin" || done.needs === "code") {
      const secret = await askPin({ title: asked, kind: done.needs, wrong: done.secret === "wrong" ? t(`shell.${done.needs}_wrong`) : "" });
      if (secret === null) return null;
      given = { ...given, confirmed: true, [done.needs]: secret };
    } else if (await confirmed({ title: asked, text: t("home.ask_text"), yes: t("home.yes") })) given = { confirmed: true };
    else return null;
  }
}

/** What came of it, in words. */
function came(done) {
  if (done.secret === "locked") return [t("shell.pin_locked")];
  const proof = done.actions.find((action) => action.evidence)?.evidence;
  if (done.outcome === "confirmed") return [proof ? t("home.confirmed", { ms: number(Math.round(proof.after_ms)) }) : t("home.confirmed_now")];
  if (done.outcome === "sent") return [t("home.sent")];
  if (done.outcome === "failed") return [t("home.failed"), " ", done.error && h("code", { textContent: done.error.code })];
  const reason = done.error?.message ?? "";
  const known = reason.startsWith("policy-") ? t("home.reason_policy") : reason === "rate-limited" ? t("home.reason_rate") : t("home.reason_other");
  return [known, " ", done.error && h("code", { textContent: done.error.code })];
}

const PICTURES = {
  light: "light", switch: "switch", fan: "fan", cover: "cover", lock: "lock", climate: "climate", scene: "scene", button: "button",
  sensor: "sensor", binary_sensor: "sensor", humidifier: "droplet", vacuum: "vacuum", lawn_mower: "vacuum", valve: "valve", siren: "bell",
  select: "list", number: "settings", text: "edit", alarm_control_panel: "privacy", water_heater: "climate", update: "install", event: "bell",
};
const CLASSES = { garage: "garage", gate: "garage", window: "window", door: "room", temperature: "climate", humidity: "droplet", moisture: "droplet" };

const pictureOf = (entity) => CLASSES[entity.device_class] ?? PICTURES[entity.domain] ?? "sensor";

const ON = new Set(["on", "open", "unlocked", "heat", "cool", "auto", "heat_cool", "cleaning", "mowing", "opening", "triggered"]);

/** Whether it is lit, open, running: what one would look after before leaving the house. */
export const isOn = (entity) => entity.available && (ON.has(entity.state) || entity.attributes.power === "on");

/** What it is now, in words. */
export function stateOf(entity) {
  if (!entity.available) return t("home.unavailable");
  const { state, attributes, unit } = entity;
  if (["scene", "button", "event"].includes(entity.domain)) return "";
  if (state === null) return t("home.unknown");
  const words = [];
  if (entity.domain === "binary_sensor") words.push(sensed(entity));
  else if (entity.domain === "sensor" || entity.domain === "number") words.push(measured(state, unit));
  else words.push(word(state));
  if (state === "on" && attributes.brightness !== undefined) words.push(`${number(Math.round(attributes.brightness / 2.55))} %`);
  if (state === "on" && attributes.percentage) words.push(`${number(attributes.percentage)} %`);
  if (entity.domain === "cover" && attributes.position > 0 && attributes.position < 100) words.push(`${number(attributes.position)} %`);
  if (attributes.current_temperature !== undefined) words.push(measured(attributes.current_temperature, attributes.temperature_unit));
  if (attributes.current_humidity !== undefined) words.push(measured(attributes.current_humidity, "%"));
  return words.join(" · ");
}

const word = (state) => {
  const known = t(`home.state_${state}`);
  return known.startsWith("home.") ? state : known;
};

function measured(state, unit) {
  const value = Number(state);
  const text = Number.isFinite(value) && state !== "" ? number(value) : word(String(state));
  return unit ? `${text} ${unit}` : text;
}

const KINDS = {
  door: "opening", window: "opening", garage_door: "opening", opening: "opening", motion: "motion", occupancy: "motion", presence: "motion",
  moisture: "alarm", smoke: "alarm", gas: "alarm", problem: "alarm", safety: "alarm", tamper: "alarm", battery: "battery",
};

const sensed = (entity) => {
  const kind = KINDS[entity.device_class];
  return kind ? t(`home.sensed_${kind}_${entity.state}`) : word(entity.state);
};
