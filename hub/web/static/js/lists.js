// The household's lists: what is to be bought and done, put on and ticked off.

import { api } from "/js/api.js";
import { announce, h, whenChanged } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { live } from "/js/live.js";
import { refusal, toast } from "/js/shell.js";
import { t } from "/js/words.js";

/** A card with all lists, up to date until `signal` aborts. */
export function lists(signal) {
  const place = h("div", { className: "stack" });
  const item = h("input", { id: "item", maxLength: 500, required: true, autocomplete: "off" });
  const name = h("input", { id: "item-list", maxLength: 100, autocomplete: "off", placeholder: t("lists.shopping"), attributes: { list: "list-names" } });
  const names = h("datalist", { id: "list-names" });
  const card = h("section", { className: "card lists", attributes: { "aria-labelledby": "lists" } }, h("h2", { id: "lists", textContent: t("lists.title") }), place,
    h("form", { onsubmit: (event) => {
      event.preventDefault();
      change("POST", "/lists/items", { text: item.value, list: name.value }).then((done) => { if (done) { announce(t("lists.added", { text: item.value })); item.value = ""; item.focus(); } });
    } },
    h("div", { className: "fields" },
      h("div", { className: "field" }, h("label", { htmlFor: "item", textContent: t("lists.item") }), item),
      h("div", { className: "field" }, h("label", { htmlFor: "item-list", textContent: t("lists.list") }), name, names)),
    h("div", { className: "actions" }, h("button", { type: "submit", textContent: t("lists.add") }))));
  const draw = whenChanged((all) => {
    names.replaceChildren(...all.filter((each) => each.name).map((each) => h("option", { value: each.name })));
    place.replaceChildren(...all.filter((each, at) => at === 0 || each.items.length > 0).map((each) => one(each, change)));
  });
  const change = (method, path, body) => api(method, path, body, { signal }).then((all) => { draw(all); return true; }, (error) => { toast(error.message || error.code); return false; });
  const ask = () => api("GET", "/lists", undefined, { signal }).then(draw, (error) => { if (!signal.aborted) place.replaceChildren(h("p", { className: "notice" }, refusal(error))); });
  live("reminders", ask, signal);
  live("turn", ask, signal, ask); // somebody may have said it
  ask();
  return card;
}

const one = ({ name, items }, change) => h("div", {},
  h("h3", { textContent: name || t("lists.shopping") }),
  items.length === 0 ? h("p", { className: "empty", textContent: t("lists.empty") }) : h("ul", { className: "rows" }, items.map((entry) => h("li", { className: entry.done ? "done" : "" },
    h("label", {}, h("input", { type: "checkbox", checked: entry.done, disabled: entry.done, onchange: () => change("POST", `/lists/items/${entry.id}/done`, {}) }), h("span", { textContent: entry.text })),
    h("button", { type: "button", className: "round quiet", onclick: () => change("DELETE", `/lists/items/${entry.id}`), attributes: { "aria-label": t("lists.remove", { text: entry.text }) } }, icon("cross"))))));
