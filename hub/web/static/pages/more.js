// More: on a phone, the pages that its bar has no room for; the language, and the page as an app.

import { h } from "/js/dom.js";
import { drawn, icon } from "/js/icons.js";
import { canInstall, install, isInstalled, onInstallable } from "/js/install.js";
import { languageChoice, listed } from "/js/shell.js";
import { t } from "/js/words.js";

export async function show(root, { signal }) {
  const app = h("section", { className: "card", attributes: { "aria-labelledby": "app" } });
  const drawApp = () => app.replaceChildren(h("h2", { id: "app", textContent: t("more.app") }), ...appWords());
  const notices = h("section", { className: "card", attributes: { "aria-labelledby": "notices" } });
  root.append(
    h("h1", { textContent: t("more.title") }),
    h("ul", { className: "tiles" }, listed(true).map(tile)),
    h("section", { className: "card" }, languageChoice("more-language")),
    app,
    notices,
  );
  const drawNotices = () => notices.replaceChildren(h("h2", { id: "notices", textContent: t("more.notices") }), ...noticeWords(drawNotices));
  drawNotices();
  onInstallable(drawApp, signal);
  drawApp();
}

const tile = ([name, page]) => h("li", {}, h("a", { className: "card", href: `#/${name}` },
  icon(drawn(page.icon) ? page.icon : drawn(name) ? name : "more"), h("span", { textContent: t(page.title) })));

function appWords() {
  if (isInstalled()) return [h("p", { className: "soft", textContent: t("more.installed") })];
  if (!window.isSecureContext) return [h("p", { className: "soft", textContent: t("more.insecure") })];
  const words = h("p", { className: "soft", textContent: t(canInstall() ? "more.can_install" : "more.install_by_menu") });
  const button = h("button", { type: "button", className: "primary", onclick: install }, icon("install"), t("more.install"));
  return canInstall() ? [words, h("p", { className: "actions" }, button)] : [words];
}

function noticeWords(draw) {
  if (!("Notification" in window) || !window.isSecureContext) return [h("p", { className: "soft", textContent: t("more.insecure") })];
  if (Notification.permission === "granted") return [h("p", { className: "soft", textContent: t("more.notices_on") })];
  if (Notification.permission === "denied") return [h("p", { className: "soft", textContent: t("more.notices_no") })];
  const allow = () => Notification.requestPermission().then(draw);
  return [h("p", { className: "soft", textContent: t("more.notices_ask") }), h("p", { className: "actions" }, h("button", { type: "button", textContent: t("more.notices_allow"), onclick: allow }))];
}
