// A conversation, spoken and written: sentences in, answers piece by piece, what was done with its proof, what the hub asks back.

import { api } from "/js/api.js";
import { h } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { hasPage, refusal } from "/js/shell.js";
import { talkPanel } from "/js/talk-panel.js";
import { pageName } from "/js/talk.js";
import { number, t } from "/js/words.js";

const KEPT = 40; // messages, for as long as this tab is open; a PIN is never among them
const TURN_MS = 130000;
const YES_NO = { en: ["yes", "no"], de: ["ja", "nein"], fr: ["oui", "non"], es: ["sí", "no"], nl: ["ja", "nee"] };

/** Draw a conversation into `root` until `signal` aborts. */
export async function chat(root, signal) {
  const log = h("ol", { className: "chat" });
  const input = h("input", { id: "chat-text", maxLength: 2000, autocomplete: "off", enterKeyHint: "send", required: true });
  const label = h("label", { className: "unseen", htmlFor: "chat-text" });
  const send = h("button", { type: "submit", className: "primary round", attributes: { "aria-label": t("chat.send") } }, icon("send"));
  const rooms = h("select", { id: "chat-room", onchange: () => localStorage.setItem("room", rooms.value) });
  const form = h("form", { className: "composer" }, label, input, send);
  root.append(
    h("div", { className: "field where" }, h("label", { htmlFor: "chat-room", textContent: t("chat.where") }), rooms),
    h("div", { attributes: { role: "log", "aria-label": t("chat.log") } }, log),
    h("div", { className: "speaking-place" }, form, talkPanel({ area: () => rooms.value || null, signal, on: spoken(log, () => awaits === "pin") })));

  let awaits = "";
  const expect = (what) => {
    awaits = what;
    input.type = what === "pin" ? "password" : "text";
    input.inputMode = what === "pin" ? "numeric" : "text";
    label.textContent = t(what === "pin" ? "chat.pin" : "chat.text");
    input.placeholder = t(what === "pin" ? "chat.pin" : "chat.hint");
  };
  const say = async (text) => {
    const secret = awaits === "pin";
    if (log.firstElementChild?.classList.contains("welcome")) log.replaceChildren();
    for (const old of log.querySelectorAll(".quick")) old.remove();
    log.append(bubble("mine", secret ? "••••" : text));
    const answer = bubble("hubs", "");
    answer.setAttribute("aria-busy", "true");
    log.append(answer);
    toEnd(log);
    input.value = "";
    expect("");
    send.disabled = true;
    try {
      const last = await streamed(text, rooms.value, signal, (whole) => { words(answer).textContent = whole; toEnd(log); });
      if (last.error) throw last.error;
      finish(answer, last.trace);
      expect(last.awaits ?? "");
      if (last.trace.error?.code === "action-unconfirmed" && last.awaits === "answer") answer.append(quick(last.trace.language, say));
    } catch (error) {
      if (signal.aborted) return;
      answer.classList.add("wrong");
      words(answer).replaceChildren(...refusal(error));
    } finally {
      answer.removeAttribute("aria-busy");
      send.disabled = false;
    }
    toEnd(log);
    keep(log);
    input.focus();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text && !send.disabled) say(text);
  };
  expect("");
  restore(log);
  await drawRooms(rooms, signal);
  const begun = sessionStorage.getItem("chat-text");
  sessionStorage.removeItem("chat-text");
  if (begun) say(begun);
  else if (matchMedia("(hover: hover)").matches) input.focus(); // a phone's keyboard would hide what was said
  toEnd(log);
}

/** What is told of sentences that are said instead of written. */
function spoken(log, secret) {
  let answer = null;
  const add = (item) => {
    if (log.firstElementChild?.classList.contains("welcome")) log.replaceChildren();
    log.append(item);
    toEnd(log);
    return item;
  };
  return {
    heard: ({ text }) => add(bubble("mine", secret() ? "••••" : text || t("talk.nothing"))),
    saying: ({ text }) => { answer = add(bubble("hubs", text)); },
    failed: ({ code, message }) => {
      const item = add(bubble("hubs", message));
      item.classList.add("wrong");
      item.append(h("small", {}, h("code", { textContent: code })));
    },
    done: ({ trace }) => {
      if (answer) finish(answer, trace);
      answer = null;
      keep(log);
    },
  };
}

async function drawRooms(rooms, signal) {
  const { areas } = await api("GET", "/house", undefined, { signal });
  rooms.append(h("option", { value: "", textContent: t("chat.nowhere") }), ...areas.map(({ name }) => h("option", { value: name, textContent: name })));
  const kept = localStorage.getItem("room") ?? "";
  rooms.value = areas.some(({ name }) => name === kept) ? kept : "";
}

/** Ask, and call `written(all so far)` for each piece; the last line. */
async function streamed(text, room, signal, written) {
  const body = { text, satellite: pageName(), area: room || null };
  const response = await api("POST", "/turns/stream", body, { signal, raw: true, deadline_ms: TURN_MS });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let whole = "";
  let last = null;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines.map((each) => JSON.parse(each))) {
      if (line.piece) written(whole = `${whole} ${line.piece}`.trim());
      else last = line;
    }
  }
  if (last === null) throw Object.assign(new Error(t("error.hub-unreachable")), { code: "hub-unreachable" });
  return last;
}

const words = (item) => item.querySelector(".words");
const bubble = (whose, text) => h("li", { className: `bubble ${whose}` },
  h("span", { className: "unseen", textContent: `${t(`chat.${whose}`)}: ` }), h("p", { className: "words", textContent: text }));

const MARKS = { confirmed: "check", sent: "send", refused: "lock", failed: "warn" };

/** The whole answer, what was done and how it is known, and where to look why. */
function finish(answer, { reply, actions, error, turn, language }) {
  words(answer).textContent = reply || t("chat.nothing");
  words(answer).lang = language;
  if (actions.length > 0) answer.append(h("ul", { className: "deeds" }, actions.map((action) => h("li", { className: action.outcome },
    icon(MARKS[action.outcome] ?? "warn"), `${action.name}: ${t(`chat.${action.outcome}`)}`,
    action.evidence && h("small", { textContent: ` ${number(Math.round(action.evidence.after_ms))} ms` })))));
  const asked = error && ["action-unconfirmed", "device-ambiguous", "speech-alike", "sentence-near"].includes(error.code);
  if (error && !asked) answer.append(h("small", {}, h("code", { textContent: error.code })));
  if (hasPage("why")) answer.append(h("a", { className: "why", href: `#/why/${turn}`, textContent: t("chat.why") }));
}

function quick(language, say) {
  const [yes, no] = YES_NO[language.slice(0, 2)] ?? YES_NO.en;
  return h("div", { className: "actions quick" }, [yes, no].map((word) => h("button", { type: "button", className: "small", textContent: word, onclick: () => say(word) })));
}

function toEnd(log) {
  log.lastElementChild?.scrollIntoView({ block: "nearest" });
}

function keep(log) {
  const said = [...log.querySelectorAll(".bubble")].slice(-KEPT).map((item) => [item.classList.contains("mine") ? "mine" : "hubs", words(item).textContent]);
  sessionStorage.setItem("chat", JSON.stringify(said));
}

function restore(log) {
  const said = JSON.parse(sessionStorage.getItem("chat") ?? "[]");
  if (said.length > 0) log.append(...said.map(([whose, text]) => bubble(whose, text)));
  else log.append(h("li", { className: "welcome soft" }, h("p", { textContent: t("chat.welcome") })));
}
