// What is around every page: navigation, the hub's health, its updates; and how a refusal reads.

import { api } from "/js/api.js";
import { h, whenChanged } from "/js/dom.js";
import { drawn, icon } from "/js/icons.js";
import { keepInstalled } from "/js/install.js";
import { live } from "/js/live.js";
import { LANGUAGES, chooseLanguage, language, t } from "/js/words.js";

let pages = {};

/** The pages that are named in a navigation, in their order: [address, page]. */
export const listed = (...kinds) => Object.entries(pages).filter(([, page]) => kinds.includes(page.nav));

/** Whether there is a page of that address. */
export const hasPage = (name) => name in pages;

export function drawNavigation(all) {
  pages = all;
  const nav = document.getElementById("nav");
  nav.setAttribute("aria-label", t("shell.pages"));
  nav.replaceChildren(
    h("ul", {}, listed("bar", true, "narrow").sort(byPlace).map(([name, page]) =>
      h("li", { className: page.nav === true ? "wide" : page.nav === "narrow" ? "narrow" : "" }, link(name, page)))),
    h("div", { className: "aside" }, languageChoice("nav-language")),
  );
}

const PLACES = ["bar", true, "narrow"];
const byPlace = ([, one], [, other]) => PLACES.indexOf(one.nav) - PLACES.indexOf(other.nav);

const link = (name, page) => h("a", { href: `#/${name}`, dataset: { page: name } },
  icon(drawn(page.icon) ? page.icon : drawn(name) ? name : "more"), h("span", { textContent: t(page.title) }));

/** A field to choose the page's language with. */
export function languageChoice(id) {
  const select = h("select", { id, onchange: () => chooseLanguage(select.value) },
    Object.entries(LANGUAGES).map(([tag, name]) => h("option", { value: tag, textContent: name, lang: tag })));
  select.value = language;
  return h("div", { className: "field" }, h("label", { htmlFor: id, textContent: t("shell.language") }), select);
}

/** What a refusal or a bug reads like: what happened, what to do, and the code to look up. */
export function refusal(error) {
  const code = error.code ?? "page-broken";
  const known = t(`error.${code}`);
  const text = known !== `error.${code}` ? known : error.message || t("shell.refused");
  return [error.code ? text : `${t("shell.broken")} ${text}`, " ", h("code", { textContent: code })];
}

let current = null;

/** The hub's health as it is told now, or null. */
export const health = () => current;

/** The pill of the hub's health; also a page that wants it is told: event "health" of the document. */
export function watchHealth() {
  const pill = document.getElementById("health");
  const draw = whenChanged((state) => {
    pill.className = `pill ${state}`;
    pill.textContent = t(`health.${state}`);
    pill.hidden = false;
  });
  const take = (told) => {
    current = told;
    draw(told.state);
    document.dispatchEvent(new CustomEvent("health"));
  };
  const ask = () => api("GET", "/health").then(take, () => {});
  live("health", take, new AbortController().signal, ask);
  ask();
}

/** Says when a newer page waits to be shown. */
export function drawUpdates() {
  const place = document.getElementById("update");
  keepInstalled((apply) => {
    place.replaceChildren(t("shell.update"), " ", h("button", { type: "button", className: "small", textContent: t("shell.reload"), onclick: apply }));
    place.hidden = false;
  });
}

const SHOWN_MS = 12000;

/** A message that goes away by itself. keep: only when it is closed. */
export function toast(text, { keep = false } = {}) {
  const box = h("div", { className: "toast" }, h("span", { textContent: text }));
  const close = h("button", { type: "button", className: "round", onclick: () => box.remove(), attributes: { "aria-label": t("shell.close") } }, icon("cross"));
  box.append(close);
  document.getElementById("toasts").append(box);
  if (!keep) setTimeout(() => box.remove(), SHOWN_MS);
}
