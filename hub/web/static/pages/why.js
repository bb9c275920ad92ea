// Why: every turn in a list, the one that runs now above it; each leads to the picture that explains it.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { live } from "/js/live.js";
import { number, t, time } from "/js/words.js";
import { showTurn } from "/pages/why-turn.js";

const SHOWN = 20;
const GONE_MS = 4000; // how long a turn that is done stays in the live box
const OUTCOMES = ["done", "answered", "asked", "refused", "not-understood", "silent", "stopped", "failed"];
const PILL = { done: "done", answered: "ok", asked: "busy", refused: "refused", "not-understood": "degraded", silent: "", stopped: "", failed: "failed" };

export async function show(root, { parts, query, signal }) {
  if (parts[0]) return showTurn(root, { turn: parts[0], signal });
  const filter = { satellite: query.get("satellite") ?? "", outcome: query.get("outcome") ?? "" };
  const list = h("ul", { className: "rows turns-list" });
  const empty = h("p", { className: "empty", textContent: t("why.none"), hidden: true });
  const older = h("button", { type: "button", textContent: t("why.older"), hidden: true });
  const now = h("ul", { className: "stack" });
  root.append(
    h("div", { className: "head" }, h("h1", { textContent: t("why.title") }),
      h("a", { className: "button small", href: "#/charts", textContent: t("why.charts") })),
    h("p", { className: "lead", textContent: t("why.lead") }),
    now,
    await filters(filter, () => draw(), signal),
    h("section", { className: "card", attributes: { "aria-label": t("why.list") } }, list, empty, h("div", { className: "actions" }, older)),
  );
  watchRunning(now, signal);

  async function read(before) {
    const asked = new URLSearchParams({ limit: SHOWN, ...(before ? { before } : {}) });
    for (const [name, value] of Object.entries(filter)) if (value) asked.set(name, value);
    const turns = await api("GET", `/turns?${asked}`, undefined, { signal });
    older.hidden = turns.length < SHOWN;
    return turns;
  }
  async function draw() {
    const turns = await read();
    list.replaceChildren(...turns.map(row));
    empty.hidden = turns.length > 0;
  }
  older.onclick = async () => {
    const turns = await read(list.lastElementChild.dataset.turn);
    const rows = turns.map(row);
    list.append(...rows);
    rows[0]?.querySelector("a").focus();
    announce(t("why.more_shown", { count: turns.length }));
  };
  live("turn", draw, signal, draw);
  await draw();
}

export const outcomePill = (outcome) =>
  h("span", { className: `pill ${PILL[outcome]}`, textContent: t(`why.outcome_${outcome}`) });

/** What was said, or what stood in its place. */
export function saidOf(turn) {
  if (turn.transcript) return t("why.quote", { text: turn.transcript });
  return turn.why || t(turn.outcome === "silent" ? "why.nobody_spoke" : "why.no_words");
}

function row(turn) {
  const waited = turn.timings_ms.first_audio;
  const where = [turn.area ?? turn.satellite, time(turn.started)].join(" · ");
  return h("li", { dataset: { turn: turn.turn } },
    h("a", { className: "label", href: `#/why/${turn.turn}` }, h("strong", { textContent: saidOf(turn) }), h("small", { textContent: where })),
    outcomePill(turn.outcome),
    h("span", { className: "value" }, turn.mark === "false-wake" ? t("why.marked_false_wake") : waited !== undefined && milliseconds(waited)));
}

/** Milliseconds as people read them: seconds from one second on. */
export function milliseconds(value) {
  if (value < 1000) return t("why.ms", { value: number(Math.round(value)) });
  return t("why.s", { value: number(value / 1000, { maximumFractionDigits: 1 }) });
}

async function filters(filter, draw, signal) {
  const satellites = await api("GET", "/satellites", undefined, { signal });
  const choices = {
    satellite: [["", t("why.any_room")], ...satellites.map((each) => [each.name, each.area ? `${each.area} (${each.name})` : each.name])],
    outcome: [["", t("why.any_outcome")], ...OUTCOMES.map((each) => [each, t(`why.outcome_${each}`)])],
  };
  const labels = { satellite: t("why.room"), outcome: t("why.outcome") };
  return h("div", { className: "fields why-filters", attributes: { role: "group", "aria-label": t("why.filter") } },
    Object.entries(choices).map(([name, options]) => {
      const select = h("select", { id: `why-${name}`, onchange: () => { filter[name] = select.value; draw(); } },
        options.map(([value, textContent]) => h("option", { value, textContent, selected: value === filter[name] })));
      return h("div", { className: "field" }, h("label", { htmlFor: select.id, textContent: labels[name] }), select);
    }));
}

/** A box for each turn that runs, in `place`: where it is, and what was heard so far. */
function watchRunning(place, signal) {
  const boxes = new Map();
  const remove = (turn) => { boxes.get(turn)?.box.remove(); boxes.delete(turn); };
  live("progress", (progress) => {
    let entry = boxes.get(progress.turn);
    if (!entry) {
      const heard = h("p", { className: "heard" });
      const stage = h("p", { className: "soft", attributes: { role: "status" } });
      const link = h("a", { href: `#/why/${progress.turn}`, textContent: t("why.explain"), hidden: true });
      const box = h("li", { className: "card running" }, h("h2", { textContent: progress.area ?? progress.satellite }), heard, stage, link);
      entry = { box, heard, stage, link };
      boxes.set(progress.turn, entry);
      place.prepend(box);
    }
    if (progress.partial) entry.heard.textContent = t("why.quote", { text: progress.partial });
    const told = t(`why.now_${progress.stage}`);
    if (entry.stage.textContent !== told) entry.stage.textContent = told;
    entry.link.hidden = progress.stage !== "done";
    if (progress.stage === "done") setTimeout(() => remove(progress.turn), GONE_MS);
  }, signal);
}
