// What a satellite's microphone hears: a level meter with a verdict, and a wake word's score. Live only while shown.

import { api } from "/js/api.js";
import { announce, h, whenChanged } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { live } from "/js/live.js";
import { number, t } from "/js/words.js";

const QUIETEST_DBFS = -80;
const SILENT_MS = 2500;
const TIMES = 3;

/** A bar from 0 to 1 with a mark; `set(value, text)`. */
function meter(label, mark = null) {
  const bar = h("div", { className: "meter", attributes: { role: "meter", "aria-label": label, "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "0" } },
    h("div", { className: "filled" }), mark !== null && h("div", { className: "mark" }));
  if (mark !== null) bar.style.setProperty("--mark", `${mark * 100}%`);
  const set = (value, text = "", peak = null) => {
    bar.style.setProperty("--value", `${percent(value)}%`);
    if (peak !== null) bar.style.setProperty("--peak", `${percent(peak)}%`);
    bar.setAttribute("aria-valuenow", String(percent(value)));
    if (text) bar.setAttribute("aria-valuetext", text);
  };
  return { bar, set };
}

const percent = (value) => Math.round(Math.max(0, Math.min(1, value)) * 100);
const share = (dbfs) => (dbfs - QUIETEST_DBFS) / -QUIETEST_DBFS;

/** The microphone of `satellite()` as an element; told(verdict) when it changes. */
export function levelMeter(satellite, signal, told = () => {}) {
  const { bar, set } = meter(t("listening.level"));
  const numbers = h("p", { className: "soft number" });
  const verdict = h("p", { className: "verdict", attributes: { role: "status" } });
  const draw = whenChanged((name) => {
    verdict.className = `verdict notice ${MOODS[name] ?? "info"}`;
    verdict.replaceChildren(icon(name === "ok" ? "check" : MOODS[name] === "bad" ? "warn" : "talk"), h("span", { textContent: t(`listening.${name}`) }));
    told(name);
  });
  let timer = 0;
  const silent = () => { set(0); numbers.textContent = ""; draw("silent"); };
  const wait = () => { clearTimeout(timer); timer = setTimeout(silent, SILENT_MS); };
  live("levels", (level) => {
    if (level.satellite !== satellite()) return;
    const dbfs = (value) => `${number(value, { maximumFractionDigits: 0 })} dBFS`;
    set(share(level.rms_dbfs), dbfs(level.rms_dbfs), share(level.peak_dbfs));
    numbers.textContent = t("listening.numbers", { now: dbfs(level.rms_dbfs), peak: dbfs(level.peak_dbfs), floor: dbfs(level.floor_dbfs) });
    draw(level.verdict);
    wait();
  }, signal);
  signal.addEventListener("abort", () => clearTimeout(timer));
  draw("waiting");
  wait();
  return h("div", { className: "stack listening" }, bar, numbers, verdict);
}

const MOODS = { ok: "good", clipping: "bad", "too-quiet": "bad", hum: "bad", noisy: "bad", silent: "bad" };

/** Say the wake word three times: live score, the threshold, and advice where it does not get there. */
export async function wakeCheck(satellite, signal, heardAll = () => {}) {
  const detail = await api("GET", `/satellites/${encodeURIComponent(satellite)}`, undefined, { signal });
  const phrases = detail.words.map((word) => `“${word.phrase}”`).join(", ");
  const mark = detail.words[0]?.threshold ?? 0.5;
  const { bar, set } = meter(t("listening.score"), mark);
  const now = h("p", { className: "soft number" });
  const ticks = h("ol", { className: "ticks", attributes: { "aria-label": t("listening.heard") } },
    Array.from({ length: TIMES }, () => h("li", {}, icon("talk"))));
  const advice = h("p", { className: "notice info", hidden: true, attributes: { role: "status" } });
  let times = 0;
  let best = 0;
  let quietSince = 0;
  live("scores", ({ room, words, heard }) => {
    if (room !== satellite) return;
    const score = Math.max(0, ...Object.values(words));
    if (Object.keys(words).length > 0) {
      set(score, number(score, { maximumFractionDigits: 2 }));
      if (score > best) { best = score; quietSince = performance.now(); }
      now.textContent = t("listening.score_now", { score: number(score, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
        best: number(best, { minimumFractionDigits: 2, maximumFractionDigits: 2 }), threshold: number(mark, { maximumFractionDigits: 2 }) });
    }
    if (heard && times < TIMES) {
      ticks.children[times].replaceChildren(icon("check"));
      ticks.children[times].className = "yes";
      times += 1;
      best = 0;
      announce(t("listening.times", { times }));
      advice.hidden = true;
      if (times === TIMES) { advice.className = "notice good"; advice.textContent = t("listening.heard_all"); advice.hidden = false; heardAll(); }
    } else if (times < TIMES && best > 0.1 && best < mark && performance.now() - quietSince > 1500) {
      advice.className = "notice info";
      advice.textContent = t("listening.low", { score: number(best, { maximumFractionDigits: 2 }), threshold: number(mark, { maximumFractionDigits: 2 }) });
      advice.hidden = false;
    }
  }, signal);
  return h("div", { className: "stack listening" },
    h("p", { className: "say" }, t("listening.say", { phrases })), bar, now, ticks, advice);
}

/** The satellites that have a microphone of their own, by name. */
export async function roomSatellites(signal) {
  const all = await api("GET", "/satellites", undefined, { signal });
  return all.filter((one) => one.kind !== "page");
}
