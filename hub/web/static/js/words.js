// The page's words in the reader's language; one file for each, joined by the hub from words/LANGUAGE/*.json.

export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français" };

let words = {};
export let language = "en";

/** Load the words of the chosen language, the browser's, or English. */
export async function loadWords() {
  const wished = [localStorage.getItem("language"), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  language = wished.find((tag) => tag in LANGUAGES) ?? "en";
  words = await (await fetch(`/words/${language}.json`)).json();
  document.documentElement.lang = language;
}

/** Choose a language; the page is drawn anew. */
export function chooseLanguage(tag) {
  localStorage.setItem("language", tag);
  location.reload();
}

/** The words of `key` with {names} filled in from `values`; the key itself where there are none. */
export function t(key, values = {}) {
  const text = words[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
}

/** Numbers, dates and lengths as they are written in that language. */
export const number = (value, options) => new Intl.NumberFormat(language, options).format(value);
export const time = (iso, options = { dateStyle: "medium", timeStyle: "short" }) =>
  new Intl.DateTimeFormat(language, options).format(new Date(iso));
