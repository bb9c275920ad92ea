// Draws /api/v1/status and asks for it again every two seconds while somebody looks. Text goes in as text, never as markup.

const POLL_MS = 2000;
const DEADLINE_MS = 5000;
const LEAST_SCALE_MS = 500;
const FRESH_TURNS = 5;
const NO_ROOM = "Elsewhere";
const OVERALL = { ok: "All well", starting: "Starting", degraded: "Needs a look", failed: "Not working" };
const PART = { ok: "well", starting: "starting", degraded: "limited", failed: "failed" };
const STAGES = [
  ["endpoint", "waiting for the end"],
  ["transcript", "recognising"],
  ["understood", "understanding"],
  ["acted", "acting"],
  ["first_audio", "finding its voice"],
];
const OUTCOMES = {
  confirmed: ["✓", "done, and the device shows it"],
  sent: ["→", "sent; this device does not report back"],
  refused: ["⊘", "refused"],
  failed: ["✗", "failed: no sign from the device"],
};
const ICONS = {
  light: "light", switch: "switch", cover: "cover", lock: "lock", fan: "fan", climate: "climate",
  sensor: "sensor", binary_sensor: "sensor", scene: "scene", button: "scene",
};
const SENSED = {
  door: ["closed", "open"], window: ["closed", "open"], garage_door: ["closed", "open"], opening: ["closed", "open"],
  motion: ["quiet", "motion"], occupancy: ["empty", "occupied"], presence: ["away", "home"], moisture: ["dry", "wet"],
  smoke: ["clear", "smoke"], lock: ["locked", "unlocked"], battery: ["full", "low"], problem: ["fine", "problem"],
};
const ACTIVE = new Set(["on", "open", "opening", "unlocked", "heat", "cool", "playing"]);
const SVG = "http://www.w3.org/2000/svg";

const byId = (id) => document.getElementById(id);

/** An element; props are properties, except `attributes`; children are nodes or text, empty ones are left out. */
function make(tag, { attributes = {}, ...props } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const icon = (name) => makeSvg("svg", { "aria-hidden": "true" }, makeSvg("use", { href: `#i-${name}` }));

/** Call `draw` only when what it draws has changed, so that nobody loses their place or their focus. */
function whenChanged(draw) {
  let drawn = null;
  return (...values) => {
    const key = JSON.stringify(values);
    if (key === drawn) return;
    drawn = key;
    draw(...values);
  };
}

function milliseconds(value) {
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(value < 10000 ? 2 : 1)} s`;
}

function clock(iso) {
  const time = new Date(iso);
  const sameDay = time.toDateString() === new Date().toDateString();
  const day = sameDay ? "" : `${time.toLocaleDateString(undefined, { day: "numeric", month: "short" })}, `;
  return day + time.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

// --- turns

/** [stage, label, from, to] in milliseconds since the end of speech, for the stages that this turn reached. */
function spans(timings) {
  let from = 0;
  return STAGES.filter(([stage]) => timings[stage] !== undefined).map(([stage, label]) => {
    const span = [stage, label, from, Math.max(from, timings[stage])];
    from = span[3];
    return span;
  });
}

function timeBar(timings, scaleMs) {
  const parts = spans(timings).filter(([, , from, to]) => to > from);
  if (!parts.length) return null;
  const told = parts.map(([, label, from, to]) => `${label} ${milliseconds(to - from)}`).join(", ");
  const rects = parts.map(([stage, label, from, to]) =>
    makeSvg("rect", {
      class: stage, x: `${(from / scaleMs) * 100}%`, width: `${((to - from) / scaleMs) * 100}%`, height: "100%",
    }, Object.assign(makeSvg("title", {}), { textContent: `${label}: ${milliseconds(to - from)}` })));
  return makeSvg("svg", { class: "bar", role: "img", "aria-label": `Time: ${told}` }, ...rects);
}

function understoodText({ by, intent, slots }) {
  if (by === "none") return "Not understood";
  const values = Object.entries(slots).map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  return [by === "llm" ? "Understood by the language model" : `Understood as ${intent}`, ...values].join(" · ");
}

function actionItem(action) {
  const [mark, words] = OUTCOMES[action.outcome];
  const proof = action.evidence ? ` after ${milliseconds(action.evidence.after_ms)}` : "";
  return make("li", {},
    make("span", { className: `mark ${action.outcome}`, attributes: { "aria-hidden": "true" } }, mark),
    make("span", {}, `${action.name}: ${action.command.replaceAll("_", " ")} `, make("span", { className: "soft" }, `— ${words}${proof}`)));
}

function details(turn) {
  const rows = spans(turn.timings_ms).map(([, label, from, to]) => [label, milliseconds(to - from)]);
  if (turn.timings_ms.done !== undefined) rows.push(["all said after", milliseconds(turn.timings_ms.done)]);
  if (turn.wake) rows.push(["wake word", turn.wake.score == null ? turn.wake.word : `${turn.wake.word} (${turn.wake.score.toFixed(2)})`]);
  if (turn.stt) {
    const sure = turn.stt.confidence === null ? "" : `, ${Math.round(turn.stt.confidence * 100)} % sure`;
    rows.push(["recogniser", [turn.stt.engine, turn.stt.model].filter(Boolean).join(" ") + sure]);
  }
  for (const { topic, payload, evidence } of turn.actions) {
    rows.push(["command", make("code", {}, `${topic} ${payload}`)]);
    if (evidence) rows.push(["proof", make("code", {}, `${evidence.topic} ${evidence.payload}`)]);
  }
  rows.push(["turn", make("code", {}, turn.turn)]);
  const list = make("dl", {}, ...rows.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)]));
  return make("details", {}, make("summary", {}, "Timing and proof"), list);
}

/** "kitchen" alone where satellite and room have one name. */
function place({ satellite, area }) {
  return !area || area.toLowerCase() === satellite.toLowerCase() ? area ?? satellite : `${satellite}, ${area}`;
}

function turnItem(turn, scaleMs) {
  const heard = turn.transcript
    ? make("p", { className: "heard" }, `“${turn.transcript}”`)
    : make("p", { className: "heard nothing" }, turn.understood.by === "none" ? "Nothing heard" : "Words are not kept");
  const first = turn.timings_ms.first_audio;
  return make("li", { className: "turn" },
    make("p", { className: "when" },
      make("time", { dateTime: turn.started, title: turn.started }, clock(turn.started)),
      make("span", {}, place(turn)),
      first === undefined ? null : make("span", { className: "total" }, `answered in ${milliseconds(first)}`)),
    heard,
    turn.transcript || turn.understood.by !== "none" ? make("p", { className: "understood" }, understoodText(turn.understood)) : null,
    turn.actions.length ? make("ul", { className: "actions" }, ...turn.actions.map(actionItem)) : null,
    turn.reply ? make("p", { className: "reply" }, icon("reply"), make("span", {}, turn.reply)) : null,
    turn.error ? make("p", { className: "wrong" }, [turn.error.code, turn.error.message].filter(Boolean).join(": ")) : null,
    timeBar(turn.timings_ms, scaleMs),
    details(turn));
}

const shownTurns = new Map();
let shownScaleMs = 0;

/** New turns are put on top of the old elements, which stay as they are (open details, focus) while the scale does. */
const drawTurns = whenChanged((turns) => {
  const longest = Math.max(LEAST_SCALE_MS, ...turns.map((turn) => turn.timings_ms.first_audio ?? 0));
  const scaleMs = Math.ceil(longest / 500) * 500;
  if (scaleMs !== shownScaleMs) shownTurns.clear();
  shownScaleMs = scaleMs;
  const items = turns.map((turn) => shownTurns.get(turn.turn) ?? turnItem(turn, scaleMs));
  shownTurns.clear();
  turns.forEach((turn, index) => shownTurns.set(turn.turn, items[index]));
  const none = make("li", { className: "empty card" }, "Nothing was said yet. Try: earshot ask --text “turn on the kitchen light”");
  byId("turn-list").replaceChildren(...(items.length ? items.slice(0, FRESH_TURNS) : [none]));
  byId("earlier-list").replaceChildren(...items.slice(FRESH_TURNS));
  byId("earlier").hidden = items.length <= FRESH_TURNS;
});

// --- rooms

function stateText({ state, unit, available, attributes, domain, device_class: kind }) {
  if (!available) return "not reachable";
  if (state === null) return domain === "scene" || domain === "button" ? "" : "unknown";
  if (domain === "binary_sensor" && SENSED[kind]) return SENSED[kind][Number(state === "on")];
  if (domain === "light" && state === "on" && attributes.brightness) return `${Math.round((attributes.brightness / 255) * 100)} %`;
  if (domain === "cover" && state === "open" && attributes.position) return `open ${attributes.position} %`;
  if (domain === "climate" && attributes.current_temperature !== undefined) return `${attributes.current_temperature}°, ${state}`;
  return unit ? `${state} ${unit}` : state.replaceAll("_", " ");
}

function deviceItem(entity) {
  const sensing = entity.domain === "sensor" || entity.domain === "binary_sensor";
  const on = entity.available && !sensing && ACTIVE.has(entity.state);
  return make("li", { className: on ? "on" : entity.available ? "" : "gone" },
    icon(ICONS[entity.domain] ?? "switch"),
    make("span", { className: "label" }, entity.name),
    make("span", { className: "value" }, stateText(entity)));
}

function satelliteItem({ name, state, muted, detail }) {
  const lost = state === "lost";
  const busy = state !== "idle" && !lost;
  const words = lost ? "not connected" : muted ? "muted" : state === "idle" ? "ready" : state;
  const look = lost ? "state failed" : muted ? "state degraded" : busy ? "state busy" : "state ok";
  return make("li", {}, icon(muted ? "muted" : "mic"),
    make("span", { className: "label" }, name, detail ? make("small", {}, detail) : null),
    make("span", { className: look }, words));
}

const drawRooms = whenChanged((house, satellites) => {
  const names = new Set(house.areas.map((area) => area.name));
  const exposed = house.entities.filter((entity) => entity.exposed);
  for (const { area } of [...exposed, ...satellites]) names.add(area ?? NO_ROOM);
  if (names.delete(NO_ROOM)) names.add(NO_ROOM); // last
  const inRoom = (name) => ({ area }) => (area ?? NO_ROOM) === name;
  const cards = [...names].map((name) => {
    const devices = exposed.filter(inRoom(name)).sort((a, b) => a.name.localeCompare(b.name));
    const ears = satellites.filter(inRoom(name));
    return make("article", { className: "card room" }, make("h3", {}, name),
      ears.length ? make("ul", { className: "satellites" }, ...ears.map(satelliteItem)) : null,
      devices.length ? make("ul", { className: "rows" }, ...devices.map(deviceItem)) : null,
      devices.length || ears.length ? null : make("p", { className: "empty" }, "Nothing here yet."));
  });
  const none = make("p", { className: "empty card" }, "No rooms yet: none of the broker's devices has told where it is.");
  byId("room-list").replaceChildren(...(cards.length ? cards : [none]));
});

// --- health

const drawHealth = whenChanged((health) => {
  const pill = byId("overall");
  pill.className = `pill ${health.state}`;
  pill.textContent = OVERALL[health.state];
  byId("part-list").replaceChildren(...health.components.map(({ name, state, detail }) =>
    make("li", {},
      make("span", { className: "label" }, name, detail ? make("small", {}, detail) : null),
      make("span", { className: `state ${state}` }, PART[state]))));
  const bad = health.components.filter(({ state }) => state === "failed" || state === "degraded");
  const problems = byId("problems");
  problems.hidden = !bad.length;
  problems.className = `problems ${health.state}`;
  problems.replaceChildren(...bad.map(({ name, detail, code }) =>
    make("p", {}, make("strong", {}, `${name}: `), detail || PART.failed, code ? make("code", { className: "soft" }, ` ${code}`) : null)));
});

const drawAbout = whenChanged(({ name, version, started }) => {
  byId("name").textContent = name;
  document.title = name;
  byId("about").textContent = `Earshot ${version}, running since ${clock(started)}. This page is for this machine only and changes nothing.`;
});

function drawStatus({ about, health, satellites, house, turns }) {
  drawAbout(about);
  drawHealth(health);
  drawTurns(turns);
  drawRooms(house, satellites);
}

// --- asking

let timer = null;

async function poll() {
  clearTimeout(timer);
  try {
    const response = await fetch("/api/v1/status", { signal: AbortSignal.timeout(DEADLINE_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    drawStatus(await response.json());
    byId("offline").hidden = true;
  } catch (error) {
    console.warn("no status from the hub:", error);
    byId("offline").hidden = false;
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, POLL_MS);
}

byId("legend").replaceChildren(...STAGES.map(([stage, label]) => make("li", { className: `swatch-${stage}` }, label)));
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : poll()));
poll();
