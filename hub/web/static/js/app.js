// The shell: which page the address names, its navigation, and what is said when the hub is away.

import { listeners } from "/js/api.js";
import { h } from "/js/dom.js";
import { loadWords, t } from "/js/words.js";

// Each page is a module with `export async function show(root, { parts, query, signal })`; it draws into `root` and
// ends what it began when `signal` aborts. `styles` of a page: style sheets of its own.
const PAGES = {
  "": { module: "/pages/home.js", title: "home.title", nav: true, styles: ["/pages/home.css"] },
  talk: { module: "/pages/talk.js", title: "talk.title", nav: true, styles: ["/pages/talk.css"] },
};

let leaving = new AbortController();

async function route() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...parts] = path.split("/").map(decodeURIComponent);
  const page = PAGES[name] ?? PAGES[""];
  const main = document.getElementById("main");
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${t(page.title)} – Earshot`;
  await Promise.all((page.styles ?? []).map(styled));
  const { show } = await import(page.module);
  if (signal.aborted) return;
  const root = h("div", { className: `page page-${name || "home"}` });
  main.replaceChildren(root);
  await show(root, { parts, query: new URLSearchParams(query), signal });
}

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

function navigation() {
  const links = Object.entries(PAGES).filter(([, page]) => page.nav);
  document.getElementById("nav").replaceChildren(
    ...links.map(([name, page]) => h("a", { href: `#/${name}`, textContent: t(page.title), dataset: { page: name } })),
  );
}

async function begin() {
  await loadWords();
  document.getElementById("skip").textContent = t("shell.skip");
  const offline = document.getElementById("offline");
  listeners.offline = () => { offline.textContent = t("shell.offline"); offline.hidden = false; };
  listeners.online = () => { offline.hidden = true; };
  navigation();
  window.addEventListener("hashchange", route);
  await route();
}

begin();
