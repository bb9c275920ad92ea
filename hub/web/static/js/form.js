// Forms made from the schema of a configuration file: one field for each key, with its meaning and its bounds.

import { h } from "/js/dom.js";
import { number, t } from "/js/words.js";

let made = 0;

/** A key's name as people read it: translated where there are words for it, else from the name itself. */
export function titleOf(path, key) {
  const known = t(`settings.key.${path}`);
  if (known !== `settings.key.${path}`) return known;
  const bare = key.unit && key.name.endsWith(`_${key.unit}`) ? key.name.slice(0, -key.unit.length - 1) : key.name;
  const words = bare.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** An explanation, which is in English whatever the page's language; what stands `like this` in it is code. */
export function explained(text) {
  return h("span", { lang: "en" }, text.split("`").map((part, place) => (place % 2 ? h("code", { textContent: part }) : part)));
}

/**
 * A field for one key. `path`: as errors name it. `value`: now. `given`: it stands in the file.
 * Returns { element, read, changed, refuse }: what stands in it (null: not set), whether somebody changed it.
 */
export function field(path, key, value, { given = false, titled = path, onchange = () => {}, extra = null } = {}) {
  const id = `field-${made += 1}`;
  const control = controls[key.form](key, value, id);
  let reset = false;
  const before = control.read();
  const error = h("p", { className: "error", id: `${id}-error`, hidden: true });
  const mark = h("span", { className: "pill plain differs", textContent: t("settings.differs"), hidden: true });
  const back = h("button", { type: "button", className: "quiet small", textContent: t("settings.reset"), hidden: true,
    attributes: { "aria-label": t("settings.reset_key", { key: titleOf(titled, key) }) } });
  const look = () => {
    const differs = !key.required && !same(control.read(), key.default);
    mark.hidden = !differs;
    back.hidden = !(differs || (given && !reset));
    control.element.removeAttribute("aria-invalid");
    error.hidden = true;
    onchange();
  };
  control.input.addEventListener("input", () => { reset = false; look(); });
  back.onclick = () => { control.write(key.default); reset = true; look(); control.input.focus(); };
  const label = h("label", { htmlFor: id }, key.form === "switch" ? control.element : null,
    h("span", { textContent: titleOf(titled, key) + (key.unit ? ` (${unit(key.unit)})` : "") }));
  control.input.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const element = h("div", { className: "field setting", dataset: { path } },
    h("div", { className: "head" }, label, h("span", { className: "marks" }, mark, back)),
    key.form === "switch" ? null : control.element,
    h("p", { className: "hint", id: `${id}-hint` }, explained(sentence(key.explanation)), " ", bounds(key)),
    extra, error);
  look();
  return {
    path, element,
    read: () => (reset ? null : control.read()),
    changed: () => (reset ? given : !same(control.read(), before)),
    refuse(message) {
      control.input.setAttribute("aria-invalid", "true");
      error.textContent = message;
      error.hidden = false;
      control.input.focus();
    },
  };
}

/** An explanation as a sentence of its own. */
const sentence = (text) => (text ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : "");

const unit = (name) => { const known = t(`settings.unit.${name}`); return known.startsWith("settings.") ? name : known; };

/** What is allowed, and the default, in words. */
function bounds(key) {
  const parts = [];
  const low = key.at_least ?? key.above, high = key.at_most ?? key.below;
  if (low !== null && high !== null && low !== undefined && high !== undefined) parts.push(t("settings.from_to", { from: number(low), to: number(high) }));
  else if (low !== null && low !== undefined) parts.push(t("settings.from", { from: number(low) }));
  if (key.form === "list") parts.push(t("settings.one_a_line"));
  if (key.form === "names") parts.push(t("settings.name_a_line"));
  const shown = key.default;
  if (!key.required && key.form !== "switch") {
    if (shown === null || shown === "" || same(shown, []) || same(shown, {})) parts.push(t("settings.default_none"));
    else parts.push(t("settings.default", { value: Array.isArray(shown) ? shown.join(", ") : typeof shown === "number" ? number(shown) : shown }));
  }
  if (key.form === "switch") parts.push(t(shown ? "settings.default_on" : "settings.default_off"));
  return parts.join(" ");
}

const controls = {
  switch(key, value, id) {
    const input = h("input", { type: "checkbox", id, checked: value === true });
    return { element: input, input, read: () => input.checked, write: (to) => { input.checked = to === true; } };
  },
  choice(key, value, id) {
    const input = h("select", { id }, key.optional && h("option", { value: "", textContent: t("settings.not_set") }),
      key.choices.map((choice) => h("option", { value: choice, textContent: choice })));
    input.value = value ?? "";
    return { element: input, input, read: () => input.value || null, write: (to) => { input.value = to ?? ""; } };
  },
  text(key, value, id) {
    const input = h("input", { type: "text", id, value: value ?? "", autocomplete: "off", spellcheck: false,
      ...(key.longest ? { maxLength: key.longest } : {}) });
    const read = () => (input.value === "" && (key.optional || key.required) ? null : input.value);
    return { element: input, input, read, write: (to) => { input.value = to ?? ""; } };
  },
  number(key, value, id) {
    const input = h("input", { type: "text", id, inputMode: key.at_least < 0 ? "text" : "decimal", value: value ?? "", autocomplete: "off" });
    const read = () => {
      const text = input.value.trim().replace(",", ".");
      return text === "" ? null : Number.isNaN(Number(text)) ? input.value : Number(text);
    };
    return { element: input, input, read, write: (to) => { input.value = to ?? ""; } };
  },
  /** A line for each: NAME = VALUE. */
  names(key, value, id) {
    const shown = (entries) => Object.entries(entries ?? {}).map(([name, one]) => `${name} = ${one}`).join("\n");
    const input = h("textarea", { id, value: shown(value), rows: Math.max(2, Object.keys(value ?? {}).length + 1), spellcheck: false });
    const pair = (line) => { const at = line.indexOf("="); return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]; };
    const read = () => Object.fromEntries(input.value.split("\n").filter((line) => line.trim() !== "").map(pair));
    return { element: input, input, read, write: (to) => { input.value = shown(to); } };
  },
  whole(key, value, id) { return controls.number(key, value, id); },
  list(key, value, id) {
    const shown = (entries) => (entries ?? []).join("\n");
    const input = h("textarea", { id, value: shown(value), rows: Math.max(2, (value ?? []).length + 1), spellcheck: false });
    const one = (text) => (key.entry.form === "text" ? text : Number.isNaN(Number(text)) ? text : Number(text));
    const read = () => input.value.split("\n").map((line) => line.trim()).filter((line) => line !== "").map(one);
    return { element: input, input, read, write: (to) => { input.value = shown(to); } };
  },
};

/** Several fields of one table, with those of the tables in it. Read gives what differs from the defaults. */
export function table(path, section, value, titled, onchange) {
  const parts = [
    ...section.keys.map((key) => ({ name: key.name, key, part: field(`${path}.${key.name}`, key, value?.[key.name] ?? key.default, { titled: `${titled}.${key.name}`, onchange }) })),
    ...section.sections.map((inner) => {
      const name = inner.path.split(".").at(-1);
      return { name, inner, part: table(`${path}.${name}`, inner, value?.[name], inner.path, onchange) };
    }),
  ];
  const element = h("div", { className: "stack" }, parts.map(({ inner, part }) => (inner
    ? h("details", {}, h("summary", { textContent: sectionTitle(inner) }), h("p", { className: "hint" }, explained(inner.explanation)), part.element)
    : part.element)));
  return {
    path, element,
    read() {
      const found = {};
      for (const { name, key, part } of parts) {
        const told = part.read();
        if (key ? told !== null && (key.required || !same(told, key.default)) : Object.keys(told).length > 0) found[name] = told;
      }
      return found;
    },
    fields: () => parts.flatMap(({ part }) => part.fields?.() ?? [part]),
  };
}

export function sectionTitle(section) {
  const known = t(`settings.section.${section.path}`);
  return known.startsWith("settings.section.") ? section.path : known;
}

/** Tables that may repeat, as one setting: a list of them, or one for each name. */
export function tables(section, value, { onchange = () => {} } = {}) {
  const named = section.repeats === "names";
  const list = h("div", { className: "stack" });
  let items = [];
  const before = JSON.stringify(value);
  const renumber = () => items.forEach((item, place) => { item.place = place; });
  const add = (name, content, focus = false) => {
    const place = items.length;
    const path = named ? `${section.path}.${name}` : `${section.path}[${place}]`;
    const inner = table(path, section, content, section.path, onchange);
    const called = named ? field(`${path}.name`, { name: "name", form: "text", required: true, explanation: t("settings.its_name") }, name, { titled: "name", onchange }) : null;
    const remove = h("button", { type: "button", className: "danger small", textContent: t("settings.remove") });
    const box = h("fieldset", { className: "card" }, h("legend", { className: "unseen", textContent: `${sectionTitle(section)} ${place + 1}` }), called?.element, inner.element, h("p", { className: "actions" }, remove));
    const item = { box, inner, called };
    remove.onclick = () => { items = items.filter((one) => one !== item); box.remove(); renumber(); onchange(); };
    items.push(item);
    list.append(box);
    if (focus) box.querySelector("input, select, textarea")?.focus();
  };
  if (named) for (const [name, content] of Object.entries(value ?? {})) add(name, content);
  else for (const content of value ?? []) add("", content);
  const more = h("button", { type: "button", textContent: t("settings.add"), onclick: () => { add("", {}, true); onchange(); } });
  const read = () => (named ? Object.fromEntries(items.map((item) => [item.called.read() ?? "", item.inner.read()])) : items.map((item) => item.inner.read()));
  const first = JSON.stringify(read());
  return {
    path: section.path,
    element: h("section", { className: "stack", attributes: { "aria-label": sectionTitle(section) } }, list, h("p", { className: "actions" }, more)),
    read: () => { const told = read(); return (named ? Object.keys(told) : told).length ? told : before === "null" ? null : told.length === 0 || Object.keys(told).length === 0 ? null : told; },
    changed: () => JSON.stringify(read()) !== first,
    fields: () => items.flatMap((item) => [...(item.called ? [item.called] : []), ...item.inner.fields()]),
    /** Fields by the place that an error names, which counts what is there now. */
    at: (path) => {
      const match = /^[\w.]+\[(\d+)\]\.?(.*)$/.exec(path);
      if (!match) return items.flatMap((item) => item.inner.fields()).find((one) => one.path === path);
      const item = items[Number(match[1])];
      return item?.inner.fields().find((one) => one.path.endsWith(`.${match[2]}`)) ?? item?.inner.fields()[0];
    },
  };
}
