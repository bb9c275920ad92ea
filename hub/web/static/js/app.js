// Which page the address names: loads it, shows it, and says what went wrong where it cannot.

import { api, listeners } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { watchNotices, watchRinging } from "/js/ringing.js";
import { drawNavigation, drawUpdates, refusal, watchHealth } from "/js/shell.js";
import { enter } from "/js/session.js";
import { loadWords, t } from "/js/words.js";

// Each page is a module with `export async function show(root, { parts, query, signal })`; it draws into `root` and
// ends what it began when `signal` aborts. `styles`: style sheets of its own. `icon`: of js/icons.js.
// `nav`: "bar" is at the foot of a phone, true is on the page "More" there; on a wide screen both are at the side.
const PAGES = {
  "": { module: "/pages/home.js", title: "home.title", nav: "bar", icon: "home", styles: ["/pages/home.css"] },
  talk: { module: "/pages/talk.js", title: "talk.title", nav: "bar", icon: "talk", styles: ["/pages/talk.css"] },
  time: { module: "/pages/time.js", title: "time.title", nav: "bar", icon: "time", styles: ["/pages/time.css"] },
  announce: { module: "/pages/announce.js", title: "announce.title", nav: true, icon: "announce" },
  why: { module: "/pages/why.js", title: "why.title", nav: "bar", icon: "why", styles: ["/pages/why.css"] },
  charts: { module: "/pages/charts.js", title: "charts.title", nav: true, icon: "charts", styles: ["/vendor/uPlot.css", "/pages/why.css"] },
  access: { module: "/pages/access.js", title: "access.title", nav: true, icon: "key" },
  signin: { module: "/pages/signin.js", title: "signin.page", styles: ["/pages/signin.css"] },
  devices: { module: "/pages/devices.js", title: "devices.title", nav: true, icon: "devices", styles: ["/pages/listening.css"] },
  models: { module: "/pages/models.js", title: "models.title", nav: true, icon: "models", styles: ["/pages/listening.css"] },
  setup: { module: "/pages/setup.js", title: "setup.title", nav: true, icon: "setup", styles: ["/pages/listening.css"] },
  health: { module: "/pages/health.js", title: "health.title", nav: true, icon: "health" },
  settings: { module: "/pages/settings.js", title: "settings.title", nav: true, icon: "settings", styles: ["/pages/settings.css"] },
  people: { module: "/pages/people.js", title: "people.title", nav: true, icon: "people", styles: ["/pages/people.css"] },
  rules: { module: "/pages/rules.js", title: "rules.title", nav: true, icon: "check" },
  privacy: { module: "/pages/privacy.js", title: "privacy.title", nav: true, icon: "privacy" },
  audit: { module: "/pages/audit.js", title: "audit.title", nav: true, icon: "audit" },
  more: { module: "/pages/more.js", title: "more.title", nav: "narrow", icon: "more", styles: ["/pages/more.css"] },
};

let leaving = new AbortController();
let shown = null; // address of the page that is there

async function route() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...parts] = path.split("/").map(decoded);
  const known = Object.hasOwn(PAGES, name);
  const page = PAGES[known ? name : ""];
  const first = shown === null;
  shown = path;
  mark(known ? name : "");
  document.title = `${t(page.title)} – Earshot`;
  const root = h("div", { className: `page page-${known && name ? name : "home"}` });
  if (!known) root.append(h("p", { className: "notice", textContent: t("shell.no_page") }));
  try {
    await Promise.all((page.styles ?? []).map(styled));
    const { show } = await import(page.module);
    if (signal.aborted) return;
    document.getElementById("main").replaceChildren(root);
    await show(root, { parts, query: new URLSearchParams(query), signal });
  } catch (error) {
    if (signal.aborted) return;
    failed(root, page, error);
  }
  if (signal.aborted) return;
  if (!first) toTheTop(root);
}

/** What a page could not do stands in its place; what it has drawn stays. */
function failed(root, page, error) {
  console.warn(error);
  if (!root.isConnected) document.getElementById("main").replaceChildren(root);
  if (!root.querySelector("h1")) root.prepend(h("h1", { textContent: t(page.title) }));
  const again = h("button", { type: "button", textContent: t("shell.again"), onclick: route });
  root.append(h("div", { className: "notice bad", attributes: { role: "alert" } },
    h("p", {}, refusal(error)), h("p", { className: "actions" }, again)));
}

/** Who reads with a screen reader or keyboard begins where the new page begins. */
function toTheTop(root) {
  const heading = root.querySelector("h1") ?? root;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function mark(name) {
  const inBar = PAGES[name].nav;
  for (const link of document.querySelectorAll("#nav a")) {
    const here = link.dataset.page === name || (link.dataset.page === "more" && inBar !== "bar");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

const decoded = (part) => {
  try { return decodeURIComponent(part); } catch { return part; }
};

const loaded = new Map();

/** A style sheet of a page, once; resolves when it counts. */
function styled(href) {
  if (!loaded.has(href)) {
    loaded.set(href, new Promise((resolve) => {
      document.head.append(h("link", { rel: "stylesheet", href, onload: resolve, onerror: resolve }));
    }));
  }
  return loaded.get(href);
}

function away() {
  const offline = document.getElementById("offline");
  if (!offline.hidden) return;
  offline.textContent = t(navigator.onLine ? "shell.offline" : "shell.no_network");
  offline.hidden = false;
  document.documentElement.dataset.offline = "";
  wait();
}

function back() {
  const offline = document.getElementById("offline");
  if (offline.hidden) return;
  offline.hidden = true;
  delete document.documentElement.dataset.offline;
  announce(t("shell.back"));
}

const LOOK_MS = 3000;

/** Ask until the hub is there again; a page that failed meanwhile is shown anew. */
function wait() {
  setTimeout(async () => {
    if (document.getElementById("offline").hidden) return;
    await api("GET", "/health/live").catch(() => {});
    if (!document.getElementById("offline").hidden) wait();
    else if (document.querySelector("#main > .page > .notice.bad[role=alert]")) route();
  }, LOOK_MS);
}

async function begin() {
  listeners.offline = away;
  listeners.online = back;
  window.addEventListener("offline", away);
  const [signedIn] = await Promise.all([enter(), loadWords()]);
  window.addEventListener("hashchange", route);
  const skip = document.getElementById("skip");
  skip.textContent = t("shell.skip");
  skip.onclick = (event) => { // its address would name a page that is none
    event.preventDefault();
    document.getElementById("main").focus();
  };
  drawNavigation(PAGES);
  if (signedIn) watchHealth();
  await route();
  document.documentElement.dataset.ready = ""; // for tests: it can be used
  performance.mark("ready"); // from when on it can be used (tests/measure_page.py)
  if (signedIn) { watchRinging(); watchNotices(); }
  drawUpdates();
}

begin();
