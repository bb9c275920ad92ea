// Rules and routines: what is in force and why it last acted, a dry run, and the files as text with the hub's own check.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { refusal, toast } from "/js/shell.js";
import { t, time } from "/js/words.js";

const FILES = ["rules", "routines"];
const HISTORY = 20;
const PAUSE_MS = 600;

export async function show(root, { signal }) {
  const list = h("ul", { className: "rows" });
  const history = h("ul", { className: "rows" });
  const problem = h("div", {});
  const load = async () => {
    const [status, fired] = await Promise.all([api("GET", "/rules", undefined, { signal }), api("GET", `/rules/history?limit=${HISTORY}`, undefined, { signal })]);
    problem.replaceChildren(...(status.problem ? [h("p", { className: "notice bad" }, t("rules.not_in_force"), " ", status.problem)] : []));
    list.replaceChildren(...(status.rules.length ? status.rules.map((rule) => row(rule, signal)) : [h("li", { className: "empty", textContent: t("rules.none") })]));
    history.replaceChildren(...(fired.length ? fired.map(told) : [h("li", { className: "empty", textContent: t("rules.no_history") })]));
  };
  const editors = [];
  for (const name of FILES) editors.push(await editor(name, load, signal));
  const dirty = () => editors.some((one) => one.dirty());
  window.addEventListener("beforeunload", (event) => { if (dirty()) event.preventDefault(); }, { signal });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("a[href]") && dirty() && !window.confirm(t("settings.unsaved"))) event.preventDefault();
  }, { signal, capture: true });
  root.append(h("h1", { textContent: t("rules.title") }), problem,
    h("section", { className: "card", attributes: { "aria-labelledby": "in-force" } }, h("h2", { id: "in-force", textContent: t("rules.in_force") }), list),
    ...editors.map((one) => one.element),
    h("section", { className: "card", attributes: { "aria-labelledby": "history" } }, h("h2", { id: "history", textContent: t("rules.history") }), history));
  await load();
}

function row(rule, signal) {
  const result = h("div", { attributes: { role: "status" } });
  const attempt = h("button", { type: "button", className: "small", textContent: t("rules.try"), attributes: { "aria-label": `${t("rules.try")}: ${rule.name}` } });
  attempt.onclick = async () => {
    try {
      const trial = await api("POST", "/rules/try", { name: rule.name }, { signal });
      result.replaceChildren(h("p", { className: "notice info" }, trial.would_act ? t("rules.would", { actions: trial.actions.join(", ") }) : t("rules.would_not", { because: trial.because })),
        h("ul", {}, trial.conditions.map((one) => h("li", { textContent: `${one.held ? "✓" : "✗"} ${one.condition}: ${one.value}` }))));
    } catch (error) { result.replaceChildren(h("p", { className: "error" }, refusal(error))); }
  };
  return h("li", {}, h("span", { className: "label" }, h("strong", { textContent: rule.name }),
    h("small", { textContent: [rule.when.join(", "), ...rule.conditions, rule.then.join(", ")].join(" → ") }), rule.last && h("small", { textContent: rule.last }), rule.problem && h("small", { className: "error", textContent: rule.problem }), result),
    !rule.enabled && h("span", { className: "pill muted", textContent: t("rules.off") }), attempt);
}

const told = (fired) => h("li", {}, h("span", { className: "label" }, h("strong", { textContent: fired.rule }), ` ${fired.trigger}`,
  h("small", { textContent: time(fired.at) }), fired.actions.map((one) => h("small", { textContent: `${one.ok ? "✓" : "✗"} ${one.action} ${one.outcome}` }))));

async function editor(name, saved, signal) {
  let file = await api("GET", `/automations/${name}`, undefined, { signal });
  const id = `text-${name}`;
  const text = h("textarea", { id, value: file.text, rows: 14, spellcheck: false, className: "mono", attributes: { "aria-describedby": `${id}-says`, autocapitalize: "off", autocomplete: "off" } });
  const says = h("p", { id: `${id}-says`, className: "hint", attributes: { role: "status" } });
  const save = h("button", { type: "button", className: "primary", textContent: t("settings.save") });
  const jump = h("button", { type: "button", className: "small", hidden: true });
  let timer = null;
  const wrong = (message, line) => {
    says.className = "error";
    says.textContent = message;
    text.setAttribute("aria-invalid", "true");
    jump.hidden = !line;
    jump.textContent = t("rules.line", { line });
    jump.onclick = () => select(text, line);
  };
  const check = async () => {
    const found = await api("POST", `/automations/${name}/check`, { text: text.value }, { signal });
    if (found.code) { wrong(`${found.message} (${found.code})`, found.line); return false; }
    says.className = "hint";
    says.textContent = t("rules.right", { count: found.count });
    text.removeAttribute("aria-invalid");
    jump.hidden = true;
    return true;
  };
  text.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => check().catch(() => {}), PAUSE_MS); });
  signal.addEventListener("abort", () => clearTimeout(timer));
  save.onclick = async () => {
    clearTimeout(timer);
    save.setAttribute("aria-busy", "true");
    try {
      if (!(await check())) { text.focus(); return; }
      file = await api("PUT", `/automations/${name}`, { text: text.value }, { signal, digest: file.digest });
      toast(t(file.applies === "live" ? "settings.saved_live" : "settings.saved_restart"));
      announce(t("people.saved"));
      setTimeout(saved, 2500); // the hub looks at the file every second
    } catch (error) { if (!signal.aborted) wrong(`${error.message} (${error.code})`, 0); } finally { save.removeAttribute("aria-busy"); }
  };
  const element = h("section", { className: "card stack", attributes: { "aria-label": t(`rules.${name}`) } },
    h("div", { className: "field" }, h("label", { htmlFor: id, textContent: t(`rules.${name}`) }), h("p", { className: "hint" }, t(`rules.${name}_hint`), " ", h("code", { textContent: file.file })), text, says),
    h("p", { className: "actions" }, save, jump));
  return { element, dirty: () => text.value !== file.text };
}

/** Put the cursor on a line. */
function select(text, line) {
  const lines = text.value.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  text.focus();
  text.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
}
