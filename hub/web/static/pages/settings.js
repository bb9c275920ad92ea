// Settings: everything that hub.toml says, as forms made from its schema; what waits for a restart, and the restart.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { explained, field, sectionTitle, tables, titleOf } from "/js/form.js";
import { sheet } from "/js/sheet.js";
import { refusal, toast } from "/js/shell.js";
import { t } from "/js/words.js";

const BEHIND_IT = ["people", "privacy", "audit", "rules"]; // pages of their own that people look for here
const BACK_MS = 90000;
const LOOK_MS = 700;

let dirty = () => false;

export async function show(root, { parts, signal }) {
  const [schema, state] = await Promise.all(["/settings/schema", "/settings"].map((path) => api("GET", path, undefined, { signal })));
  const section = schema.sections.find((one) => one.path === parts[0]);
  dirty = () => false;
  guard(signal);
  if (section) drawSection(root, section, schema, state, signal);
  else drawAll(root, schema, state, signal);
}

/** Nobody loses what they typed without being asked. */
function guard(signal) {
  window.addEventListener("beforeunload", (event) => { if (dirty()) event.preventDefault(); }, { signal });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && dirty() && !window.confirm(t("settings.unsaved"))) event.preventDefault();
    else if (link) dirty = () => false;
  }, { signal, capture: true });
}

function drawAll(root, schema, state, signal) {
  const search = h("input", { type: "search", id: "settings-search", autocomplete: "off" });
  const found = h("div", { id: "settings-found" });
  const counts = Object.groupBy(state.given, (key) => key.split(".")[0]);
  const all = h("ul", { className: "rows card" }, schema.sections.map((section) => h("li", {},
    h("span", { className: "label" }, h("a", { href: `#/settings/${section.path}`, textContent: sectionTitle(section) }),
      h("small", {}, aboutOf(section))),
    counts[section.path] && h("span", { className: "pill plain", textContent: t("settings.count", { count: counts[section.path].length }) }))));
  const draw = () => {
    const hits = search.value.trim() ? matching(schema.sections, search.value) : null;
    all.hidden = hits !== null;
    found.replaceChildren(...(hits === null ? [] : hits.length === 0 ? [h("p", { className: "empty", textContent: t("settings.none") })] : [h("ul", { className: "rows card" }, hits.map(hit))]));
    if (hits !== null) announce(t("settings.found", { count: hits.length }));
  };
  search.addEventListener("input", draw);
  root.append(h("h1", { textContent: t("settings.title") }), ...notices(state, signal),
    h("div", { className: "field" }, h("label", { htmlFor: search.id, textContent: t("settings.search") }), search), found, all,
    h("nav", { attributes: { "aria-label": t("settings.more") } }, h("ul", { className: "rows card" }, BEHIND_IT.map((name) =>
      h("li", {}, h("a", { className: "label", href: `#/${name}`, textContent: t(`${name}.title`) }))))),
    h("p", { className: "hint" }, t("settings.file"), " ", h("code", { textContent: state.file }), ". ", t("settings.english")));
}

/** What it is about, in a few words. */
const aboutOf = (section) => {
  const known = t(`settings.about.${section.path}`);
  return known.startsWith("settings.about.") ? explained(section.explanation) : known;
};

const hit = ({ section, key }) => h("li", {}, h("span", { className: "label" },
  h("a", { href: `#/settings/${section.path.split(".")[0]}`, textContent: titleOf(`${section.path}.${key.name}`, key) }),
  h("small", {}, sectionTitle(section), " · ", h("code", { textContent: `${section.path}.${key.name}` })), h("small", {}, explained(key.explanation))));

/** Keys whose name, title or meaning has all the words. */
function matching(sections, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return sections.flatMap((section) => [
    ...section.keys.filter((key) => {
      const path = `${section.path}.${key.name}`;
      const said = `${path} ${path.replaceAll("_", " ")} ${titleOf(path, key)} ${sectionTitle(section)} ${key.explanation}`.toLowerCase();
      return words.every((word) => said.includes(word));
    }).map((key) => ({ section, key })),
    ...matching(section.sections, text),
  ]);
}

function notices(state, signal) {
  const found = [];
  if (state.problem) found.push(h("p", { className: "notice bad" }, t("settings.problem"), " ", state.problem));
  if (!state.writable) found.push(h("p", { className: "notice", textContent: t("settings.unwritable", { file: state.file }) }));
  if (state.waiting.length > 0) found.push(h("div", { className: "notice" }, h("p", {}, t("settings.waiting"), " ", h("code", { textContent: state.waiting.join(", ") })),
    h("p", { className: "actions" }, restartButton(signal))));
  return found;
}

function restartButton(signal) {
  const button = h("button", { type: "button", className: "primary", textContent: t("settings.restart") });
  button.onclick = async () => {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      const before = (await api("GET", "/status", undefined, { signal })).about.started;
      await api("POST", "/settings/restart", undefined, { signal });
      announce(t("settings.restarting"));
      button.textContent = t("settings.restarting");
      await back(before, signal);
      location.reload();
    } catch (error) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
      button.textContent = t("settings.restart");
      button.parentElement.append(h("p", { className: "error" }, refusal(error)));
    }
  };
  return button;
}

/** Until another start of the hub answers. */
async function back(before, signal) {
  const end = performance.now() + BACK_MS;
  for (;;) {
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
    const status = await api("GET", "/status", undefined, { signal }).catch((error) => { if (performance.now() > end || error.status) throw error; });
    if (status && status.about.started !== before) return;
    if (performance.now() > end) throw new Error(t("settings.not_back"));
  }
}

function drawSection(root, section, schema, state, signal) {
  const problem = h("p", { className: "notice bad", attributes: { role: "alert" }, hidden: true });
  const save = h("button", { type: "submit", className: "primary", textContent: t("settings.save") });
  const status = h("span", { className: "soft", attributes: { role: "status" } });
  let fields = [];
  const look = () => { status.textContent = dirty() ? t("settings.changed") : ""; };
  const made = (one) => {
    if (one.repeats) return [tables(one, state.values[one.path], { onchange: look }), { element: when(one.path, one, schema, state) }];
    return [...one.keys.map((key) => {
      const path = `${one.path}.${key.name}`;
      return field(path, key, state.values[path], { given: state.given.includes(path), onchange: look, extra: when(path, key, schema, state) });
    }), ...one.sections.flatMap((inner) => [heading(inner), ...made(inner)])];
  };
  const parts = made(section);
  fields = parts.filter((part) => part.changed);
  dirty = () => fields.some((part) => part.changed());
  const form = h("form", { className: "card", noValidate: true }, parts.map((part) => part.element), problem, h("p", { className: "actions" }, save, status));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    const changes = Object.fromEntries(fields.filter((part) => part.changed()).map((part) => [part.path, part.read()]));
    if (Object.keys(changes).length === 0) { status.textContent = t("settings.nothing"); return; }
    save.setAttribute("aria-busy", "true");
    try {
      const { applied } = await api("PATCH", "/settings", changes, { signal, digest: state.digest });
      dirty = () => false;
      toast(t(Object.values(applied).includes("hub") ? "settings.saved_restart" : "settings.saved_live"));
      const fresh = await api("GET", "/settings", undefined, { signal });
      root.replaceChildren();
      drawSection(root, section, schema, fresh, signal);
    } catch (error) {
      if (signal.aborted) return;
      refuse(error, fields, problem);
    } finally { save.removeAttribute("aria-busy"); }
  });
  root.append(h("p", {}, h("a", { href: "#/settings" }, t("settings.all"))), h("h1", { textContent: sectionTitle(section) }),
    h("p", { className: "lead" }, explained(section.explanation)), ...notices(state, signal), form);
  look();
}

const heading = (section) => ({ element: h("div", {}, h("h2", { textContent: sectionTitle(section) }), h("p", { className: "hint" }, explained(section.explanation))) });

/** When a change of it counts, and how a secret is stored. */
function when(path, key, schema, state) {
  const live = schema.live.includes(path);
  return h("p", { className: "hint" }, t(live ? "settings.live" : "settings.with_restart"),
    state.waiting.includes(path) && h("strong", {}, ` ${t("settings.waits")}`),
    key.secret && path !== "policy.pin_file" && h("span", { className: "actions" }, secretButton(path)));
}

function secretButton(path) {
  const button = h("button", { type: "button", className: "small", textContent: t("settings.secret") });
  button.onclick = () => askSecret(path);
  return button;
}

/** Stored on the box and never shown again. */
async function askSecret(path) {
  const stored = await sheet({ title: t("settings.secret_title"), text: t("settings.secret_hint"), yes: t("settings.secret_store"),
    fields: [{ name: "secret", label: t("settings.secret_label"), type: "password", required: true }],
    send: ({ secret }) => api("PUT", `/settings/secrets/${path}`, { secret }) });
  if (stored === null) return;
  dirty = () => false;
  toast(t("settings.secret_stored"));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

/** At the field that it is about, else above the button. */
function refuse(error, fields, problem) {
  const known = fields.find((part) => part.path === error.field);
  const inside = fields.find((part) => part.at && error.field?.startsWith(part.path));
  const target = known?.refuse ? known : inside?.at(error.field);
  if (target?.refuse) target.refuse(error.message);
  problem.replaceChildren(...refusal(error));
  if (error.status === 412) problem.append(" ", h("button", { type: "button", className: "small", textContent: t("settings.look_again"), onclick: () => { dirty = () => false; window.dispatchEvent(new HashChangeEvent("hashchange")); } }));
  problem.hidden = false;
}
