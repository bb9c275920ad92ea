// What happens now: one WebSocket for all pages of this tab, that comes back by itself.

import { api, listeners } from "/js/api.js";

const LEAST_WAIT_MS = 500;
const MOST_WAIT_MS = 5000;

const watchers = new Map(); // topic → set of functions
let socket = null;
let wait_ms = LEAST_WAIT_MS;
let timer = null;

/** Call `told(value)` for each event of `topic` until `signal` aborts. `again()`, if given, after every new connection. */
export function live(topic, told, signal, again = null) {
  const watcher = { told: unlessLeft(told, signal), again: again && unlessLeft(again, signal) };
  if (!watchers.has(topic)) watchers.set(topic, new Set());
  watchers.get(topic).add(watcher);
  reconnect();
  signal.addEventListener("abort", () => {
    watchers.get(topic).delete(watcher);
    if (watchers.get(topic).size === 0) watchers.delete(topic);
    reconnect();
  });
}

/** `work`, that may ask the hub; a page that was left meanwhile has no error to show. */
function unlessLeft(work, signal) {
  return async (value) => {
    try {
      await work(value);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
}

const GATHER_MS = 40; // a page that opens watches several topics one after another

/** Open a socket for the topics that somebody watches, unless the one that is there has them all. */
function reconnect() {
  clearTimeout(timer);
  timer = setTimeout(open, GATHER_MS);
}

function open() {
  const topics = [...watchers.keys()].sort();
  if (socket && socket.readyState <= WebSocket.OPEN && topics.every((topic) => socket.topics.includes(topic))) return;
  const old = socket;
  socket = null;
  if (old?.readyState === WebSocket.CONNECTING) old.onopen = () => old.close();
  else if (old) old.close();
  if (topics.length === 0) return;
  const address = new URL(`/api/v1/live?topics=${topics}`, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const opened = new WebSocket(address);
  opened.topics = topics;
  socket = opened;
  opened.onopen = () => {
    wait_ms = LEAST_WAIT_MS;
    listeners.online();
    for (const set of watchers.values()) for (const watcher of set) watcher.again?.();
  };
  opened.onmessage = ({ data }) => {
    for (const { topic, value } of JSON.parse(data)) {
      if (topic === "missed") for (const set of watchers.values()) for (const watcher of set) watcher.again?.();
      else for (const watcher of watchers.get(topic) ?? []) watcher.told(value);
    }
  };
  opened.onclose = () => {
    if (socket !== opened) return;
    socket = null;
    api("GET", "/access").then(({ state }) => { if (state !== "signed-in") listeners.signedOut(state); }, () => {});
    timer = setTimeout(open, wait_ms * (0.5 + Math.random()));
    wait_ms = Math.min(wait_ms * 2, MOST_WAIT_MS);
  };
}
