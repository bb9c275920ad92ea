// Settings that only count after the hub has started again: said until that has happened.

import { api } from "/js/api.js";
import { h } from "/js/dom.js";
import { t } from "/js/words.js";
import { action } from "/js/action.js";

const waiting = new Set();

/** Remember that these settings wait for a restart. */
export const waitsForRestart = (settings) => settings.forEach((one) => waiting.add(one));

/** What waits and a button for it; null where nothing does. */
export function restartNotice() {
  if (waiting.size === 0) return null;
  const place = h("div", {});
  const press = action(t("restart.now"), async () => {
    await api("POST", "/settings/restart");
    waiting.clear();
    place.parentElement.replaceChildren(h("p", { textContent: t("restart.restarting") }));
  }, { className: "small", place });
  return h("div", { className: "notice info" }, h("p", { textContent: t("restart.waits") }), place, h("p", { className: "actions" }, press));
}
