// The audit log: what was done to devices, by whose leave; whether it is whole; and all of it as a file.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { refusal } from "/js/shell.js";
import { number, t, time } from "/js/words.js";

const PAGE = 50;
const FILTERS = ["entity", "area", "satellite"];

export async function show(root, { query, signal }) {
  const chosen = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  const list = h("ul", { className: "rows" });
  const more = h("button", { type: "button", textContent: t("audit.more"), hidden: true });
  const selects = FILTERS.map((name) => h("select", { id: `audit-${name}` }));
  const fields = h("div", { className: "fields" }, FILTERS.map((name, place) => h("div", { className: "field" }, h("label", { htmlFor: `audit-${name}`, textContent: t(`audit.${name}`) }), selects[place])));
  let seen = 0;
  const load = async (again) => {
    if (again) seen = 0;
    const wanted = new URLSearchParams({ limit: PAGE, skip: seen, ...Object.fromEntries(Object.entries(chosen).filter(([, value]) => value)) });
    const { entries, filters } = await api("GET", `/audit?${wanted}`, undefined, { signal });
    if (again) list.replaceChildren();
    list.append(...entries.map(row));
    if (list.children.length === 0) list.append(h("li", { className: "empty", textContent: t("audit.nothing") }));
    seen += entries.length;
    more.hidden = entries.length < PAGE;
    FILTERS.forEach((name, place) => choices(selects[place], filters[name], chosen[name]));
    announce(t("audit.shown", { count: seen }));
  };
  selects.forEach((select, place) => { select.onchange = () => { chosen[FILTERS[place]] = select.value; load(true); }; });
  more.onclick = () => load(false);
  root.append(h("h1", { textContent: t("audit.title") }), h("p", { className: "lead", textContent: t("audit.lead") }), whole(signal),
    h("section", { className: "card stack", attributes: { "aria-label": t("audit.title") } }, fields, list, h("p", { className: "actions" }, more)));
  await load(true);
}

function choices(select, values, chosen) {
  select.replaceChildren(h("option", { value: "", textContent: t("audit.all") }), ...values.map((value) => h("option", { value, textContent: value })));
  select.value = chosen;
}

function row(entry) {
  const outcome = h("span", { className: `pill ${entry.outcome}`, textContent: t(`audit.outcome.${entry.outcome}`) });
  const who = [...new Set([entry.person, entry.area, entry.satellite, entry.via, entry.granted && t(`audit.granted`, { what: entry.granted })])].filter(Boolean).join(" · ");
  const why = entry.sentence ? `“${entry.sentence}”` : entry.why ?? "";
  return h("li", {},
    h("span", { className: "label" }, h("strong", { textContent: entry.entity }), ` ${entry.command.replaceAll("_", " ")}`,
      why && h("small", { textContent: why }), h("small", {}, time(entry.at), who && ` · ${who}`),
      h("details", {}, h("summary", { textContent: t("audit.details") }), h("dl", {}, ["topic", "payload", "problem", "evidence_topic", "evidence_payload", "evidence_after_ms", "turn", "hash"].filter((name) => entry[name] !== null && entry[name] !== "")
        .flatMap((name) => [h("dt", { textContent: t(`audit.${name}`) }), h("dd", {}, h("code", { textContent: String(entry[name]) }))])))),
    outcome);
}

function whole(signal) {
  const result = h("div", { attributes: { role: "status" } });
  const check = h("button", { type: "button", textContent: t("audit.verify") });
  check.onclick = async () => {
    check.setAttribute("aria-busy", "true");
    try {
      const found = await api("GET", "/audit/verify", undefined, { signal, deadline_ms: 60000 });
      result.replaceChildren(found.broken
        ? h("p", { className: "notice bad" }, t("audit.broken", { id: found.broken.id }), " ", found.broken.why)
        : h("p", { className: "notice good" }, t("audit.whole", { count: number(found.sealed) }), " ", found.unsealed > 0 && t("audit.unsealed", { count: number(found.unsealed) }), " ", h("small", {}, t("audit.head"), " ", h("code", { textContent: found.head || "–" }))));
    } catch (error) { result.replaceChildren(h("p", { className: "notice bad" }, refusal(error))); } finally { check.removeAttribute("aria-busy"); }
  };
  return h("section", { className: "card stack", attributes: { "aria-label": t("audit.verify") } }, h("p", { className: "actions" }, check,
    ["csv", "jsonl"].map((form) => h("a", { className: "button", href: `/api/v1/audit/export?format=${form}`, download: `audit.${form}`, textContent: t("audit.export", { form: form.toUpperCase() }) }))), result);
}
