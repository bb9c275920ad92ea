// Charts: how quick answers were, how often the house woke, and how busy and warm the box is.

import { api } from "/js/api.js";
import { h } from "/js/dom.js";
import { language, number, t } from "/js/words.js";
import uPlot from "/vendor/uPlot.js";

const HOURS = [1, 24, 24 * 7, 24 * 30];
const FIGURES = ["latency", "turns", "wakes", "errors", "cpu", "memory", "temperature"];
const COLOURS = ["--transcript", "--first_audio", "--acted", "--spoken", "--understood", "--endpoint"];
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3], [1, 4], [12, 6]];
const HEIGHT = 240;
const COUNTED = new Set(["turns", "wakes", "errors"]);
const REDRAW_MS = 60_000;

export async function show(root, { query, signal }) {
  let hours = Number(query.get("hours") ?? 24);
  if (!HOURS.includes(hours)) hours = 24;
  const select = h("select", { id: "charts-hours", onchange: () => { hours = Number(select.value); draw(); } },
    HOURS.map((value) => h("option", { value, textContent: t(`charts.hours_${value}`), selected: value === hours })));
  const places = FIGURES.map((figure) => chartCard(figure));
  root.append(h("h1", { textContent: t("charts.title") }), h("p", { className: "lead", textContent: t("charts.lead") }),
    h("div", { className: "fields" }, h("div", { className: "field" }, h("label", { htmlFor: select.id, textContent: t("charts.period") }), select)),
    h("div", { className: "columns" }, places.map((each) => each.card)));
  const draw = async () => {
    const asked = hours;
    await Promise.all(places.map(async (place) => {
      const history = await api("GET", `/history?figure=${place.figure}&hours=${hours}`, undefined, { signal });
      if (asked === hours) place.draw(history, hours);
    }));
  };
  const again = setInterval(() => draw().catch(() => {}), REDRAW_MS);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw, { signal });
  signal.addEventListener("abort", () => { clearInterval(again); for (const place of places) place.end(); });
  await draw();
}

/** A card with the chart of a figure, what it means, and the same as a table. */
function chartCard(figure) {
  const place = h("div", { className: "chart" });
  const table = h("div", { className: "scroll", tabIndex: 0, attributes: { role: "region", "aria-label": t(`charts.${figure}`) } });
  const empty = h("p", { className: "empty", hidden: true, textContent: t("charts.empty") });
  const stages = figure === "latency" ? stageChoice(() => redraw()) : null;
  const details = h("details", {}, h("summary", { textContent: t("why.as_table") }), table);
  const card = h("section", { className: "card" }, h("h2", { textContent: t(`charts.${figure}`) }),
    h("p", { className: "hint", textContent: t(`charts.${figure}_hint`) }), stages?.field, place, empty, details);
  let chart = null;
  let last = null;
  const observer = new ResizeObserver(([{ contentRect }]) => chart?.setSize({ width: Math.max(200, Math.floor(contentRect.width)), height: HEIGHT }));
  observer.observe(place);
  function redraw() {
    const [history, hours] = last;
    const shown = { ...history, series: stages ? history.series.filter((each) => each.name.startsWith(`${stages.select.value}_p`)) : history.series };
    const known = shown.at.length > 1 && shown.series.some((each) => each.values.some((value) => value !== null));
    const counted = known && (!COUNTED.has(figure) || shown.series.some((each) => each.values.some((value) => value > 0)));
    chart?.destroy();
    chart = null;
    empty.hidden = counted;
    details.hidden = !counted;
    place.hidden = !counted;
    if (!counted) return;
    chart = new uPlot(optionsOf(shown, hours, place), [shown.at, ...shown.series.map((each) => each.values)], place);
    place.querySelector(".u-legend").setAttribute("role", "none"); // a table only by its looks
    place.querySelector("canvas").setAttribute("role", "img");
    place.querySelector("canvas").setAttribute("aria-label", t("charts.picture_label", { what: t(`charts.${figure}`) }));
    table.replaceChildren(tableOf(shown, hours));
  }
  const draw = (history, hours) => { last = [history, hours]; redraw(); };
  return { figure, card, draw, end: () => { observer.disconnect(); chart?.destroy(); } };
}

function stageChoice(changed) {
  const stages = ["whole", "endpoint", "transcript", "understood", "acted", "first_audio"];
  const select = h("select", { id: "charts-stage", onchange: changed },
    stages.map((value) => h("option", { value, textContent: t(value === "whole" ? "charts.whole" : `why.stage_${value}`) })));
  return { select, field: h("div", { className: "field" }, h("label", { htmlFor: select.id, textContent: t("charts.stage") }), select) };
}

function optionsOf(history, hours, place) {
  const style = getComputedStyle(place);
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 }, font: "12px system-ui, sans-serif" };
  const bars = COUNTED.has(history.figure) && history.series.length === 1;
  const written = (_, value) => (value === null || value === undefined ? "–" : valueOf(value, history.unit));
  return {
    width: Math.max(200, Math.floor(place.clientWidth)),
    height: HEIGHT,
    scales: { y: { range: (_, __, most) => [0, history.unit === "percent" ? 100 : Math.max(most ?? 0, 1) * 1.1] } },
    axes: [{ ...axis, space: 70, values: (_, ticks) => ticks.map((at) => whenOf(at, hours)) },
      { ...axis, size: 62, values: (_, ticks) => ticks.map((value) => (history.unit === "count" && value % 1 ? "" : valueOf(value, history.unit))) }],
    series: [{ label: t("charts.when"), value: (_, at) => (at === null ? "–" : whenOf(at, 0)) }, ...history.series.map((each, index) => ({
      label: nameOf(each.name), stroke: colour(COLOURS[index % COLOURS.length]), width: 2, dash: bars ? [] : DASHES[index % DASHES.length], value: written, spanGaps: false,
      ...(bars ? { fill: colour(COLOURS[0]), paths: uPlot.paths.bars({ size: [0.7, 40] }), points: { show: false } } : {}),
    }))],
    cursor: { drag: { x: false, y: false } },
  };
}

function tableOf(history, hours) {
  const rows = history.at.map((at, index) => [at, history.series.map((each) => each.values[index])]).filter(([, values]) => values.some((value) => value !== null && (!COUNTED.has(history.figure) || value > 0)));
  const thin = Math.ceil(rows.length / 60);
  return h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col", textContent: t("charts.when") }), history.series.map((each) => h("th", { scope: "col", textContent: nameOf(each.name) })))),
    h("tbody", {}, rows.filter((_, index) => index % thin === 0).map(([at, values]) => h("tr", {}, h("th", { scope: "row", textContent: whenOf(at, 0) }),
      values.map((value) => h("td", { className: "number", textContent: value === null ? "–" : valueOf(value, history.unit) }))))));
}

function nameOf(series) {
  const [, of, percent] = /^(.*)_p(50|95)$/.exec(series) ?? [];
  if (of) return t(`charts.p${percent}`);
  const outcome = t(`why.outcome_${series}`);
  return outcome.startsWith("why.") ? t(`charts.series_${series}`) : outcome;
}

function valueOf(value, unit) {
  if (unit === "ms") return value < 1000 ? t("why.ms", { value: number(Math.round(value)) }) : t("why.s", { value: number(value / 1000, { maximumFractionDigits: 2 }) });
  if (unit === "percent") return number(value / 100, { style: "percent", maximumFractionDigits: 0 });
  if (unit === "celsius") return number(value, { style: "unit", unit: "celsius", maximumFractionDigits: 0 });
  return number(value);
}

/** hours: of the whole chart; 0: say it in full. */
function whenOf(at, hours) {
  const how = hours === 0 ? { dateStyle: "short", timeStyle: "short" } : hours <= 24 ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "numeric" };
  return new Intl.DateTimeFormat(language, how).format(new Date(at * 1000));
}
