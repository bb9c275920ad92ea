// One turn explained: a picture and plain words first, then what each part made of it, then what a household can do.

import { api } from "/js/api.js";
import { h } from "/js/dom.js";
import { stagesOf, turnPicture } from "/js/turn-picture.js";
import { number, t, time } from "/js/words.js";
import { milliseconds, outcomePill, saidOf } from "/pages/why.js";
import { askings } from "/pages/why-askings.js";

export async function showTurn(root, { turn: identifier, signal }) {
  const explained = await api("GET", `/turns/${encodeURIComponent(identifier)}`, undefined, { signal });
  const { turn, evidence } = explained;
  root.append(...[
    h("p", {}, h("a", { href: "#/why", textContent: `← ${t("why.title")}` })),
    h("div", { className: "head" }, h("h1", { textContent: saidOf(turn) }), outcomePill(turn.outcome)),
    h("p", { className: "lead", textContent: [turn.area ?? turn.satellite, time(turn.started, { dateStyle: "full", timeStyle: "medium" })].join(" · ") }),
    turn.mark && h("p", { className: "notice info", textContent: t(`why.mark_${turn.mark.replace("-", "_")}`, { note: turn.note }) }),
    !evidence && h("p", { className: "notice", textContent: t("why.no_evidence") }),
    card("why.story", story(turn, evidence)),
    pictureCard(turn, evidence, signal),
    h("div", { className: "columns" }, card("why.hearing", hearings(evidence)), card("why.meaning", readings(evidence)), actionsCard(turn), modelCard(evidence)),
    soundCard(explained),
    ...askings(explained, signal),
  ].filter(Boolean));
}

const card = (title, ...children) => (children.flat().some(Boolean) ? h("section", { className: "card" }, h("h2", { textContent: t(title) }), children) : null);

/** The same within a card. */
const part = (title, ...children) => (children.flat().some(Boolean) ? h("section", {}, h("h3", { textContent: t(title) }), children) : null);

// --- in plain words

function story(turn, evidence) {
  const told = [wakeTold(turn), ...heardTold(turn, evidence), understoodTold(turn), ...turn.actions.map(actionTold), answerTold(turn)];
  return h("ol", { className: "story" }, told.filter(Boolean).map((textContent) => h("li", { textContent })));
}

function wakeTold({ wake }) {
  if (!wake) return null;
  const word = wake.word.replaceAll("_", " ");
  return wake.score === undefined || wake.score === null ? t("why.told_wake_there", { word }) : t("why.told_wake", { word, score: percent(wake.score) });
}

function heardTold(turn, evidence) {
  const end = evidence?.endpoint;
  if (!turn.stt && !end) return turn.transcript ? [t("why.told_written")] : [];
  if (end && end.started_ms === null) return [t("why.told_silent", { seconds: number(end.decided_ms / 1000, { maximumFractionDigits: 0 }) })];
  const told = [];
  if (turn.timings_ms.endpoint !== undefined) {
    const known = end?.reason === "silence" ? `why.told_waited_${end.expected}` : `why.told_ended_${(end?.reason ?? "silence").replace("-", "_")}`;
    told.push(t(known, { time: milliseconds(turn.timings_ms.endpoint) }));
  }
  const first = evidence?.hearings[0];
  if (first && evidence.hearings.length > 1) told.push(first.text === "" && first.confidence ? t("why.told_handed_on", { sure: percent(first.confidence), needed: percent(first.needed ?? 0) }) : t("why.told_handed_on_failed"));
  if (turn.stt) {
    const sure = turn.stt.confidence;
    const key = turn.transcript === "" ? "why.told_no_words" : sure === null ? "why.told_words" : "why.told_words_sure";
    told.push(t(key, { text: turn.transcript, sure: sure === null ? "" : percent(sure), time: milliseconds((turn.timings_ms.transcript ?? 0) - (turn.timings_ms.endpoint ?? 0)) }));
  }
  return told;
}

function understoodTold(turn) {
  const { by, intent } = turn.understood;
  if (by === "intents") return t("why.told_sentence", { intent: intentName(intent) });
  if (by === "llm") return t("why.told_model");
  if (turn.transcript) return turn.error?.code === "device-unknown" ? t("why.told_unknown_name") : t("why.told_no_sentence");
  return null;
}

function actionTold(action) {
  const values = { device: action.name, command: action.command.replaceAll("_", " "), time: milliseconds(action.evidence?.after_ms ?? 0) };
  return t(`why.told_action_${action.outcome}`, values);
}

function answerTold(turn) {
  const first = turn.timings_ms.first_audio;
  if (!turn.reply) return turn.error ? t("why.told_error", { message: turn.error.message }) : null;
  if (first === undefined) return t("why.told_answer_unheard", { reply: turn.reply });
  return t(turn.stt ? "why.told_answer" : "why.told_answer_written", { reply: turn.reply, time: milliseconds(first) });
}

// --- the picture

function pictureCard(turn, evidence, signal) {
  const picture = turnPicture(turn, evidence, signal);
  if (!picture) return null;
  const stages = stagesOf(turn, evidence);
  const legend = h("ul", { className: "stages-legend" }, stages.map(({ name, from_ms, until_ms }) =>
    h("li", {}, h("span", { className: `swatch ${name}` }), t(`why.stage_${name}`), h("strong", { className: "number", textContent: milliseconds(until_ms - from_ms) }))));
  const words = (evidence?.partials ?? []).filter((each) => each.text);
  return h("section", { className: "card" }, h("h2", { textContent: t("why.picture") }), picture, legend,
    words.length > 0 && [h("h3", { textContent: t("why.lane_words") }), h("ol", { className: "heard-so-far" }, words.map((each) =>
      h("li", {}, each.text, " ", h("span", { className: "soft number", textContent: milliseconds(each.at_ms) }), each.complete && h("span", { className: "soft", textContent: ` ${t("why.partial_whole")}` }))))],
    h("details", {}, h("summary", { textContent: t("why.as_table") }), momentsTable(turn, evidence, stages)));
}

/** The same for who cannot see the picture. */
function momentsTable(turn, evidence, stages) {
  const end = evidence?.endpoint;
  const scores = evidence?.wake?.by_word[turn.wake?.word] ?? [];
  const rows = [
    scores.length > 0 && [t("why.moment_wake"), evidence.wake.first_at_ms + (scores.indexOf(Math.max(...scores)) + 1) * evidence.wake.step_ms, percent(Math.max(...scores))],
    evidence?.word_ends_ms && [t("why.moment_word_ends"), evidence.word_ends_ms, ""],
    end?.started_ms !== null && end && [t("why.moment_started"), end.started_ms, loudest(evidence)],
    ...(evidence?.partials ?? []).filter((each) => each.text).map((each) => [t("why.moment_partial"), each.at_ms, each.text]),
    end && [t("why.moment_last"), end.last_voiced_ms, ""],
    ...stages.map(({ name, from_ms, until_ms }) => [t(`why.stage_${name}`), from_ms, milliseconds(until_ms - from_ms)]),
  ].filter(Boolean).toSorted((one, other) => one[1] - other[1]);
  return h("div", { className: "scroll", tabIndex: 0, attributes: { role: "region", "aria-label": t("why.as_table") } }, h("table", {},
    h("thead", {}, h("tr", {}, ["why.column_what", "why.column_when", "why.column_how"].map((key) => h("th", { scope: "col", textContent: t(key) })))),
    h("tbody", {}, rows.map(([what, at, how]) => h("tr", {}, h("th", { scope: "row", textContent: what }), h("td", { className: "number", textContent: milliseconds(at) }), h("td", { textContent: how }))))));
}

const loudest = (evidence) => (evidence.peaks_dbfs?.length ? t("why.loudest", { level: number(Math.max(...evidence.peaks_dbfs)) }) : "");

// --- what each part made of it

/** What was heard and what it means, of a turn that was run again. */
export const heardAgain = (evidence) => [part("why.hearing", hearings(evidence)), part("why.meaning", readings(evidence))].filter(Boolean);

function hearings(evidence) {
  return (evidence?.hearings ?? []).map((hearing) => h("div", { className: "stack" },
    h("p", {}, h("strong", { textContent: engineName(hearing.engine) }), hearing.model && hearing.model !== hearing.engine && h("span", { className: "soft", textContent: ` ${hearing.model}` })),
    hearing.problem === "unsure" && hearing.needed && h("p", { className: "soft", textContent: t("why.not_sure_enough", { needed: percent(hearing.needed) }) }),
    hearing.problem && hearing.problem !== "unsure" && h("p", { className: "soft" }, t("why.hearing_failed"), " ", h("code", { textContent: hearing.problem })),
    guesses(hearing)));
}

function guesses(hearing) {
  const told = hearing.guesses?.length ? hearing.guesses : [{ text: hearing.text, confidence: hearing.confidence }];
  return h("ul", { className: "rows" }, told.filter((guess) => guess.text).map((guess) => h("li", {},
    h("span", { className: guess.text === hearing.text ? "label believed" : "label", textContent: t("why.quote", { text: guess.text }) }),
    guess.confidence !== null && guess.confidence !== undefined && h("span", { className: "value", textContent: t("why.sure", { sure: percent(guess.confidence) }) }))));
}

function readings(evidence) {
  return (evidence?.readings ?? []).map((reading) => h("div", { className: "stack" },
    h("p", {}, h("strong", { textContent: t("why.quote", { text: reading.text }) })),
    reading.intents?.map((intent, index) => [h("p", { textContent: intentName(intent) }), slots(reading.slots[index])]),
    !reading.intents?.length && h("p", { className: "soft", textContent: reading.unknown_name ? t("why.no_name", { name: reading.unknown_name }) : t("why.told_no_sentence") }),
    reading.nearest_names?.length > 0 && h("p", { textContent: t("why.nearest", { names: reading.nearest_names.join(", ") }) }),
    reading.considered?.length > 0 && h("details", {}, h("summary", { textContent: t("why.considered") }),
      h("ul", { className: "rows" }, reading.considered.map((each) => h("li", {}, h("span", { className: "label", textContent: intentName(each.intent) }),
        h("span", { className: "value", textContent: t("why.considered_unknown", { name: each.unknown }) })))))));
}

const slots = (values) => (Object.keys(values ?? {}).length === 0 ? null : h("dl", {}, Object.entries(values).map(([name, value]) =>
  [h("dt", { textContent: name.replaceAll("_", " ") }), h("dd", { textContent: typeof value === "string" ? value : JSON.stringify(value) })])));

function actionsCard(turn) {
  return card("why.actions", turn.actions.map((action) => h("div", { className: "stack" },
    h("div", { className: "head" }, h("h3", { textContent: action.name }), h("span", { className: `pill ${action.outcome}`, textContent: t(`why.action_${action.outcome}`) })),
    h("dl", {},
      h("dt", { textContent: t("why.sent") }), h("dd", {}, h("code", { textContent: `${action.topic} ${action.payload}` })),
      action.evidence && [h("dt", { textContent: t("why.proof") }), h("dd", {}, h("code", { textContent: `${action.evidence.topic} ${action.evidence.payload}` }), " ", milliseconds(action.evidence.after_ms))]))));
}

function modelCard(evidence) {
  return card("why.model", (evidence?.model ?? []).map((asked) => h("div", { className: "stack" },
    asked.said && h("p", { textContent: t("why.quote", { text: asked.said }) }),
    asked.calls?.length > 0 && h("ul", { className: "rows" }, asked.calls.map((call) => h("li", {}, h("code", { className: "label", textContent: `${call.name} ${call.arguments}` })))),
    h("details", {}, h("summary", { textContent: t("why.prompt") }), asked.clipped && h("p", { className: "soft", textContent: t("why.clipped") }),
      asked.prompt.map((part) => h("div", {}, h("h3", { textContent: part.role }), h("pre", { className: "prompt", tabIndex: 0, textContent: part.text })))))));
}

function soundCard({ turn, speech }) {
  if (!turn.stt && !speech) return null;
  const address = `/api/v1/turns/${turn.turn}/speech`;
  return card("why.sound", speech
    ? h("audio", { controls: true, preload: "none", src: address, attributes: { "aria-label": t("why.replay") } })
    : h("p", { className: "soft", textContent: t("why.no_sound") }));
}

export const percent = (value) => number(value, { style: "percent", maximumFractionDigits: 0 });

/** HassTurnOn → "turn on". */
export const intentName = (intent) => (intent ?? "").replace(/^(Hass|Earshot)/, "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

/** What people call a transcriber. */
export function engineName(engine) {
  const known = t(`why.engine_${engine.replace(/\W/g, "_")}`);
  return known.startsWith("why.") ? engine : known;
}
