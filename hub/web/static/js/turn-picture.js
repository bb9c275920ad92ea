// One turn over one time axis: its sound, the wake word's score, the voice in it, words as they came, a bar a stage.

import { h, svg } from "/js/dom.js";
import { number, t } from "/js/words.js";

export const STAGES = ["endpoint", "transcript", "understood", "acted", "first_audio", "done"];
const SPEAKING_SHOWN_MS = 1500; // of a long answer
const PEAK_MS = 16;
const VOICE_MS = 32;
const QUIETEST_DBFS = -60;
const LANE = { sound: 64, wake: 44, voice: 44, words: 30, stages: 26 };
const LABEL = 18;
const GAP = 12;
const AXIS = 22;

/** The picture as a figure that keeps to the width of its place; nothing where there is nothing to draw. */
export function turnPicture(turn, evidence, signal) {
  const lanes = lanesOf(turn, evidence);
  if (lanes.length === 0) return null;
  const place = h("div", { className: "turn-picture" });
  const observer = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width > 0) place.replaceChildren(drawn(turn, evidence, lanes, Math.round(contentRect.width)));
  });
  observer.observe(place);
  signal.addEventListener("abort", () => observer.disconnect());
  return place;
}

/** From when to when each stage took, in milliseconds of the turn's sound; those that were reached. */
export function stagesOf(turn, evidence) {
  const zero_ms = evidence?.endpoint?.last_voiced_ms ?? 0;
  const found = [];
  let from_ms = 0;
  for (const name of STAGES) {
    const until_ms = turn.timings_ms[name];
    if (until_ms === undefined) continue;
    if (until_ms > from_ms) found.push({ name, from_ms: zero_ms + from_ms, until_ms: zero_ms + until_ms });
    from_ms = Math.max(from_ms, until_ms);
  }
  return found;
}

function lanesOf(turn, evidence) {
  return [
    evidence?.peaks_dbfs?.length && "sound",
    evidence?.wake && "wake",
    evidence?.voice_percent?.length && "voice",
    evidence?.partials?.some((each) => each.text) && "words",
    stagesOf(turn, evidence).length > 0 && "stages",
  ].filter(Boolean);
}

function span(turn, evidence) {
  const stages = stagesOf(turn, evidence);
  const last = stages.at(-1);
  const end = !last ? 0 : last.name === "done" ? Math.min(last.until_ms, last.from_ms + SPEAKING_SHOWN_MS) : last.until_ms;
  return [Math.min(0, evidence?.wake?.first_at_ms ?? 0), Math.max(evidence?.length_ms ?? 0, end, 1)];
}

function drawn(turn, evidence, lanes, width) {
  const [begin_ms, end_ms] = span(turn, evidence);
  const x = (at_ms) => ((Math.min(at_ms, end_ms) - begin_ms) / (end_ms - begin_ms)) * width;
  const height = lanes.reduce((sum, lane) => sum + LABEL + LANE[lane] + GAP, AXIS);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": t("why.picture_label") });
  let y = 0;
  for (const lane of lanes) {
    drawing.append(svg("text", { x: 0, y: y + 12, class: "lane" }, t(`why.lane_${lane}`)));
    y += LABEL;
    drawing.append(DRAW[lane]({ turn, evidence, x, y, width, height: LANE[lane] }));
    y += LANE[lane] + GAP;
  }
  drawing.append(moments(evidence, x, y - GAP), axis(begin_ms, end_ms, x, y, width));
  return drawing;
}

const DRAW = {
  sound({ evidence, x, y, height }) {
    const middle = y + height / 2;
    const path = evidence.peaks_dbfs.map((level, index) => {
      const half = Math.max(0.5, ((level - QUIETEST_DBFS) / -QUIETEST_DBFS) * (height / 2));
      return `M${x((index + 0.5) * PEAK_MS).toFixed(1)} ${(middle - half).toFixed(1)}V${(middle + half).toFixed(1)}`;
    });
    return svg("path", { d: path.join(""), class: "sound" });
  },
  wake({ turn, evidence, x, y, width, height }) {
    const { first_at_ms, step_ms, by_word } = evidence.wake;
    const lines = Object.entries(by_word).map(([word, scores]) => svg("polyline", {
      class: word === turn.wake?.word ? "score" : "score other",
      points: scores.map((score, index) => `${x(first_at_ms + (index + 1) * step_ms).toFixed(1)},${(y + height * (1 - score)).toFixed(1)}`).join(" "),
    }));
    return svg("g", {}, frame(y, width, height), lines);
  },
  voice({ evidence, x, y, width, height }) {
    const points = evidence.voice_percent.map((percent, index) => `${x((index + 0.5) * VOICE_MS).toFixed(1)},${(y + height * (1 - percent / 100)).toFixed(1)}`);
    const area = svg("polygon", { class: "voice", points: [`${x(0)},${y + height}`, ...points, `${x(evidence.voice_percent.length * VOICE_MS)},${y + height}`].join(" ") });
    const threshold = evidence.endpoint && y + height * (1 - evidence.endpoint.threshold);
    return svg("g", {}, frame(y, width, height), area, threshold && svg("line", { class: "threshold", x1: 0, x2: width, y1: threshold, y2: threshold }));
  },
  words({ evidence, x, y, width }) {
    const told = evidence.partials.filter((each) => each.text);
    let free = -1;
    return svg("g", {}, told.map((partial, index) => {
      const at = Math.min(x(partial.at_ms), width - 10);
      const overlaps = at - 10 < free;
      free = overlaps ? free : at + 10;
      return svg("g", { class: partial.complete ? "partial whole" : "partial" },
        svg("line", { x1: at, x2: at, y1: y, y2: y + 8 }),
        !overlaps && [svg("circle", { cx: at, cy: y + 18, r: 9 }), svg("text", { x: at, y: y + 22 }, String(index + 1))]);
    }));
  },
  stages({ turn, evidence, x, y, height }) {
    return svg("g", {}, stagesOf(turn, evidence).map(({ name, from_ms, until_ms }) => {
      const from = x(from_ms);
      const long = Math.max(2, x(until_ms) - from - 1);
      return svg("rect", { class: `stage ${name}`, x: from, y, width: long, height, rx: 3 });
    }));
  },
};

const frame = (y, width, height) => svg("rect", { class: "frame", x: 0, y, width, height });

/** Lines through all lanes: where the wake word ended, the last word, and the decision that it was the last. */
function moments(evidence, x, height) {
  const at = [["word", evidence?.word_ends_ms], ["last", evidence?.endpoint?.last_voiced_ms], ["decided", evidence?.endpoint?.decided_ms]];
  return svg("g", {}, at.filter(([, ms]) => ms).map(([name, ms]) =>
    svg("line", { class: `moment ${name}`, x1: x(ms), x2: x(ms), y1: LABEL, y2: height })));
}

function axis(begin_ms, end_ms, x, y, width) {
  const step = [100, 200, 500, 1000, 2000, 5000, 10000].find((each) => ((end_ms - begin_ms) / each) * 56 <= width) ?? 20000;
  const ticks = [];
  for (let at = Math.ceil(begin_ms / step) * step; at <= end_ms; at += step) ticks.push(at + 0); // no minus zero
  return svg("g", { class: "axis" }, ticks.map((at) => {
    const anchor = x(at) < 16 ? "start" : x(at) > width - 24 ? "end" : "middle";
    return svg("g", {}, svg("line", { x1: x(at), x2: x(at), y1: y, y2: y + 4 }),
      svg("text", { x: x(at), y: y + 16, "text-anchor": anchor }, t("why.s", { value: number(at / 1000) })));
  }));
}
