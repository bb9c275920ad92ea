// What moves a device, by what it is and what it takes: switches, sliders, buttons; made once, brought up to date in place.

import { h } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { number, t } from "/js/words.js";

/**
 * The controls of a device: a list of `{ element, update(entity), wide, more }`. wide: below its name; more: when asked for.
 * takes: the values that it lets one set; act(command, value): does it, and tells when it is over.
 */
export function controls(entity, takes, act) {
  const can = (...names) => names.every((name) => takes.includes(name));
  const made = BY_DOMAIN[entity.domain]?.(entity, can, act) ?? [];
  return made.filter(Boolean);
}

const switched = (entity, can, act) => can("state") && toggle(entity, act, (now) => now.state !== null && now.state !== "off");

const BY_DOMAIN = {
  light: (entity, can, act) => [
    switched(entity, can, act),
    can("brightness") && slider(entity, { label: t("home.brightness"), command: "brightness", act, unit: "%", min: 1,
      value: (now) => now.attributes.brightness === undefined ? null : Math.max(1, Math.round(now.attributes.brightness / 2.55)), shown: lit }),
    can("color_temp_kelvin") && slider(entity, { label: t("home.warmth"), command: "color_temperature", act, unit: "K", min: 2000, max: 6500, step: 100, className: "warmth", more: true,
      value: (now) => now.attributes.color_temp_kelvin ?? null, shown: (now) => lit(now) && now.attributes.color_temp_kelvin !== undefined }),
  ],
  switch: (entity, can, act) => [switched(entity, can, act)],
  siren: (entity, can, act) => [switched(entity, can, act)],
  humidifier: (entity, can, act) => [
    switched(entity, can, act),
    can("humidity") && stepper(entity, { label: t("home.humidity"), command: "humidity", act, unit: "%", step: 5,
      min: (now) => now.attributes.min_humidity ?? 0, max: (now) => now.attributes.max_humidity ?? 100, value: (now) => now.attributes.humidity ?? null }),
  ],
  fan: (entity, can, act) => [
    switched(entity, can, act),
    can("percentage") && slider(entity, { label: t("home.speed"), command: "speed", act, unit: "%", min: 0,
      step: Math.max(1, Math.round(entity.attributes.percentage_step ?? 1)), value: (now) => now.attributes.percentage ?? null, shown: lit }),
  ],
  cover: (entity, can, act) => opening(entity, can, act),
  valve: (entity, can, act) => opening(entity, can, act),
  lock: (entity, can, act) => [can("state") && oneOfTwo(entity, act, (now) => now.state === "locked", ["unlock", "unlocked"], ["lock", "lock"])],
  climate: (entity, can, act) => [
    can("temperature") && stepper(entity, { label: t("home.temperature"), command: "temperature", act, unit: entity.attributes.temperature_unit ?? "°", step: 0.5,
      min: (now) => now.attributes.min_temp ?? 7, max: (now) => now.attributes.max_temp ?? 35, value: (now) => now.attributes.temperature ?? null }),
    can("state") && (entity.attributes.hvac_modes ?? []).length > 0
      && choice(entity, { label: t("home.mode"), more: true, options: entity.attributes.hvac_modes, value: (now) => now.state,
        chosen: (mode) => (mode === "off" ? act("turn_off") : act("mode", mode)) }),
  ],
  water_heater: (entity, can, act) => [
    can("power") && toggle(entity, act, (now) => now.attributes.power === "on"),
    can("temperature") && stepper(entity, { label: t("home.temperature"), command: "temperature", act, unit: entity.attributes.temperature_unit ?? "°", step: 1,
      min: (now) => now.attributes.min_temp ?? 30, max: (now) => now.attributes.max_temp ?? 80, value: (now) => now.attributes.temperature ?? null }),
  ],
  scene: (entity, can, act) => [can("press") && push(entity, "play", t("home.start"), () => act("press"))],
  button: (entity, can, act) => [can("press") && push(entity, "button", t("home.press"), () => act("press"))],
  vacuum: (entity, can, act) => [can("state") && oneOfTwo(entity, act, (now) => now.state === "cleaning", ["turn_off", "home"], ["turn_on", "play"], "dock", "start")],
  lawn_mower: (entity, can, act) => [can("state") && oneOfTwo(entity, act, (now) => now.state === "mowing", ["turn_off", "home"], ["turn_on", "play"], "dock", "start")],
  select: (entity, can, act) => [can("value") && choice(entity, { label: entity.name, options: entity.attributes.options ?? [], value: (now) => now.state, chosen: (option) => act("value", option) })],
  number: (entity, can, act) => [can("value") && slider(entity, { label: entity.name, command: "value", act, unit: entity.unit ?? "",
    min: entity.attributes.min ?? 0, max: entity.attributes.max ?? 100, step: entity.attributes.step ?? 1, value: (now) => Number(now.state), shown: () => true })],
  alarm_control_panel: (entity, can, act) => [can("state") && choice(entity, { label: entity.name,
    options: ["disarmed", ...(entity.attributes.armed_states ?? [])], value: (now) => now.state,
    chosen: (state) => (state === "disarmed" ? act("disarm") : act("arm", state.replace("armed_", ""))) })],
};

const lit = (now) => now.available && now.state === "on";

const opening = (entity, can, act) => [
  can("state") && push(entity, "up", t("home.open"), () => act("open"), (now) => now.attributes.position === 100 || (now.state === "open" && now.attributes.position === undefined)),
  can("stop") && push(entity, "stop", t("home.stop"), () => act("stop")),
  can("state") && push(entity, "down", t("home.close"), () => act("close"), (now) => now.state === "closed"),
  can("position") && slider(entity, { label: t("home.position"), command: "position", act, unit: "%", more: true, value: (now) => now.attributes.position ?? null, shown: (now) => now.available }),
];

function toggle(entity, act, on) {
  const element = h("button", { type: "button", attributes: { role: "switch", "aria-label": entity.name } });
  element.onclick = () => {
    element.setAttribute("aria-busy", "true");
    act(element.getAttribute("aria-checked") === "true" ? "turn_off" : "turn_on").finally(() => element.removeAttribute("aria-busy"));
  };
  return { element, update: (now) => element.setAttribute("aria-checked", String(on(now))) };
}

/** A button with a drawing. done: whether there is nothing left to do. */
function push(entity, drawing, label, pressed, done = () => false) {
  const element = h("button", { type: "button", className: "round", onclick: pressed, title: label, attributes: { "aria-label": `${entity.name}: ${label}` } }, icon(drawing));
  return { element, update: (now) => element.classList.toggle("quiet", done(now)) };
}

/** One button for what is not so now. */
function oneOfTwo(entity, act, first, whenFirst, otherwise, nameFirst = whenFirst[0], nameOther = otherwise[0]) {
  const element = h("button", { type: "button", className: "small" });
  return { element, update: (now) => {
    const [command, drawing] = first(now) ? whenFirst : otherwise;
    const name = t(`home.${first(now) ? nameFirst : nameOther}`);
    element.replaceChildren(icon(drawing), name);
    element.setAttribute("aria-label", `${entity.name}: ${name}`);
    element.onclick = () => act(command);
  } };
}

function slider(entity, { label, command, act, unit, value, shown, min = 0, max = 100, step = 1, className = "", more = false }) {
  const input = h("input", { type: "range", min, max, step, attributes: { "aria-label": `${entity.name}: ${label}` } });
  const told = h("span", { className: "number", attributes: { "aria-hidden": "true" } });
  const element = h("div", { className: `slide ${className}` }, h("span", { textContent: label, attributes: { "aria-hidden": "true" } }), input, told);
  let held = false;
  const draw = () => {
    input.style.setProperty("--filled", `${100 * (input.value - min) / (max - min)}%`);
    told.textContent = `${number(Number(input.value))} ${unit}`;
    input.setAttribute("aria-valuetext", told.textContent);
  };
  input.oninput = () => { held = true; draw(); };
  input.onchange = () => { held = false; act(command, Number(input.value)); };
  return { element, wide: true, more, update: (now) => {
    element.hidden = !shown(now);
    const current = value(now);
    if (held || current === null) return;
    input.value = current;
    draw();
  } };
}

const SETTLE_MS = 700; // several taps are one command

function stepper(entity, { label, command, act, unit, step, min, max, value }) {
  const told = h("output", { className: "number" });
  let wanted = null;
  let timer = null;
  let now = entity;
  const draw = () => {
    const current = wanted ?? value(now);
    told.textContent = current === null ? "–" : `${number(current)} ${unit}`;
  };
  const move = (by) => {
    wanted = Math.min(max(now), Math.max(min(now), (wanted ?? value(now) ?? min(now)) + by));
    draw();
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const sent = wanted;
      await act(command, sent);
      if (wanted === sent) wanted = null;
      draw();
    }, SETTLE_MS);
  };
  const button = (drawing, word, by) => h("button", { type: "button", className: "round", onclick: () => move(by), attributes: { "aria-label": `${entity.name}: ${word}` } }, icon(drawing));
  const element = h("div", { className: "stepper", attributes: { role: "group", "aria-label": `${entity.name}: ${label}` } },
    button("minus", t("home.less"), -step), told, button("plus", t("home.greater"), step));
  return { element, update: (entity) => { now = entity; draw(); } };
}

function choice(entity, { label, options, value, chosen, more = false }) {
  const select = h("select", { attributes: { "aria-label": `${entity.name}: ${label}` }, onchange: () => chosen(select.value) },
    options.map((option) => {
      const known = t(`home.state_${option}`);
      return h("option", { value: option, textContent: known.startsWith("home.") ? option : known });
    }));
  return { element: h("div", { className: "choose" }, select), wide: true, more, update: (now) => { select.value = value(now); } };
}
