// What a household can do about a turn: run it again, say that the wake word was wrong, say what was meant, forget it.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { refusal } from "/js/shell.js";
import { t } from "/js/words.js";
import { engineName, heardAgain } from "/pages/why-turn.js";

const LOOK_MS = 400;

export function askings(explained, signal) {
  const { turn } = explained;
  return [again(explained, signal), turn.wake && wakeCard(turn), (turn.transcript || explained.speech) && meantCard(explained, signal), forgetCard(turn)];
}

const card = (title, hint, ...children) => h("section", { className: "card stack" },
  h("h2", { textContent: t(title) }), h("p", { className: "hint", textContent: t(hint) }), children);

/** A button that does `work`, is busy meanwhile, and says what came of it in `told`. */
function doing(label, told, work, props = {}) {
  const button = h("button", { type: "button", textContent: t(label), ...props });
  button.onclick = async () => {
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    told.replaceChildren();
    try {
      const said = await work();
      if (said) told.replaceChildren(...[said].flat());
    } catch (error) {
      told.replaceChildren(h("p", { className: "notice bad" }, refusal(error)));
    } finally {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  };
  return button;
}

const status = () => h("div", { className: "stack", attributes: { role: "status" } });

/** What became of what somebody said, in words. */
const became = ({ became: kind, detail }) => h("p", { className: "notice good", textContent: t(`why.became_${kind.replace("-", "_")}`, { detail }) });

function again({ turn, speech, engines }, signal) {
  if (!speech && !turn.transcript) return null;
  const told = status();
  const select = h("select", { id: "why-engine" }, h("option", { value: "", textContent: t("why.engine_usual") }),
    engines.map((value) => h("option", { value, textContent: engineName(value) })));
  const run = async (body) => {
    let job = await api("POST", `/turns/${turn.turn}/again`, body, { signal });
    while (job.state === "running") {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      job = await api("GET", `/jobs/${job.id}`, undefined, { signal });
    }
    if (job.state !== "done") throw Object.assign(new Error(job.error?.message ?? ""), { code: job.error?.code ?? "internal-error" });
    return job.result;
  };
  const dry = async () => {
    const result = await run({ engine: select.value || null, act: false });
    announce(t("why.again_done"));
    return [h("p", {}, h("strong", { textContent: t("why.again_heard", { text: result.turn.transcript || t("why.no_words") }) })),
      ...heardAgain(result.evidence)];
  };
  const act = async () => {
    const result = await run({ act: true });
    return [h("p", { textContent: result.turn.reply || result.turn.error?.message || "" }), h("p", {}, h("a", { href: `#/why/${result.turn.turn}`, textContent: t("why.explain") }))];
  };
  return card("why.again", speech ? "why.again_hint_sound" : "why.again_hint_words",
    speech && engines.length > 0 && h("div", { className: "field" }, h("label", { htmlFor: select.id, textContent: t("why.engine") }), select),
    h("div", { className: "actions" }, doing("why.again_dry", told, dry, { className: "primary" }), doing("why.again_act", told, act)), told);
}

function wakeCard(turn) {
  const told = status();
  const word = turn.wake.word.replaceAll("_", " ");
  const post = async (path, body) => became(await api("POST", `/turns/${turn.turn}/${path}`, body));
  return card("why.wake", "why.wake_hint", h("p", { textContent: t("why.wake_question", { word }) }),
    h("div", { className: "actions" },
      doing("why.false_wake", told, () => post("false-wake")),
      doing("why.right_wake", told, () => post("meant", { wake: true }))), told);
}

function meantCard({ turn }, signal) {
  const told = status();
  const text = h("input", { id: "why-meant", value: turn.transcript, maxLength: 400, autocomplete: "off" });
  const sayText = async () => {
    if (!text.value.trim()) return text.focus();
    return became(await api("POST", `/turns/${turn.turn}/meant`, { text: text.value }));
  };
  return card("why.meant", "why.meant_hint",
    h("div", { className: "field" }, h("label", { htmlFor: text.id, textContent: t("why.meant_text") }), text),
    h("div", { className: "actions" }, doing("why.meant_save", told, sayText, { className: "primary" })),
    aliasForm(turn, told, signal), told);
}

function aliasForm(turn, told, signal) {
  const name = h("input", { id: "why-alias", maxLength: 100, autocomplete: "off" });
  const device = h("select", { id: "why-device" }, h("option", { value: "", textContent: t("why.alias_choose") }));
  const fill = async () => {
    if (device.options.length > 1) return;
    const { entities } = await api("GET", "/house", undefined, { signal });
    const named = entities.filter((each) => each.exposed).toSorted((one, other) => one.name.localeCompare(other.name));
    device.append(...named.map((each) => h("option", { value: each.entity_id, textContent: each.area ? `${each.name} (${each.area})` : each.name })));
  };
  const save = async () => {
    if (!name.value.trim()) return name.focus();
    if (!device.value) return device.focus();
    return became(await api("POST", `/turns/${turn.turn}/meant`, { alias: { entity: device.value, name: name.value } }));
  };
  const details = h("details", {}, h("summary", { textContent: t("why.alias") }), h("div", { className: "stack" },
    h("p", { className: "hint", textContent: t("why.alias_hint") }),
    h("div", { className: "fields" },
      h("div", { className: "field" }, h("label", { htmlFor: name.id, textContent: t("why.alias_name") }), name),
      h("div", { className: "field" }, h("label", { htmlFor: device.id, textContent: t("why.alias_device") }), device)),
    h("div", { className: "actions" }, doing("why.alias_save", told, save))));
  details.ontoggle = () => details.open && fill();
  return details;
}

function forgetCard(turn) {
  const told = status();
  const dialog = h("dialog", { attributes: { "aria-labelledby": "why-forget-title" } });
  const forget = async () => {
    await api("DELETE", `/turns/${turn.turn}`);
    dialog.close();
    announce(t("why.forgotten"));
    location.hash = "#/why";
  };
  dialog.append(h("div", { className: "stack" }, h("h2", { id: "why-forget-title", textContent: t("why.forget_sure") }), h("p", { textContent: t("why.forget_hint") }), told,
    h("div", { className: "actions" }, h("button", { type: "button", textContent: t("why.cancel"), onclick: () => dialog.close() }), doing("why.forget", told, forget, { className: "danger" }))));
  return card("why.forget_title", "why.forget_hint", h("div", { className: "actions" },
    h("button", { type: "button", className: "danger", textContent: t("why.forget"), onclick: () => dialog.showModal() })), dialog);
}
