// Talk: speak with the hub, or type; the same turns as any satellite's.

import { h } from "/js/dom.js";
import { talkPanel, typed } from "/js/talk-panel.js";
import { pageName } from "/js/talk.js";
import { t } from "/js/words.js";

export async function show(root, { query, signal }) {
  const area = query.get("room");
  const log = h("ol", { className: "talk-log", attributes: { "aria-label": t("talk.log"), role: "log" } });
  const add = (who, text) => {
    log.append(h("li", { className: who, textContent: text }));
    log.lastChild.scrollIntoView({ block: "nearest" });
  };
  const on = {
    heard: ({ text }) => add("person", text || t("talk.nothing")),
    saying: ({ text }) => add("hub", text),
    failed: ({ code, message }) => add("problem", `${code}: ${message}`),
  };
  const field = h("input", { id: "talk-text", maxLength: 2000, autocomplete: "off", enterKeyHint: "send" });
  const form = h("form", { className: "talk-form" },
    h("label", { htmlFor: "talk-text", textContent: t("talk.type") }), field,
    h("button", { type: "submit", textContent: t("talk.send") }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    add("person", text);
    try {
      const trace = await typed(text, { area, name: pageName() });
      add(trace.error ? "problem" : "hub", trace.error ? `${trace.error.code}: ${trace.error.message}` : trace.reply);
    } catch (error) {
      add("problem", `${error.code}: ${error.message}`);
    }
  });
  root.append(h("h1", { textContent: t("talk.title") }), log, talkPanel({ area, signal, on }), form);
}
