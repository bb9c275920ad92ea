// What rings is on every page with what silences it; what rules say comes as a message, and as one of the browser if allowed.

import { watchAgenda, called, said } from "/js/agenda.js";
import { api } from "/js/api.js";
import { announce, h, whenChanged } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { live } from "/js/live.js";
import { toast } from "/js/shell.js";
import { t } from "/js/words.js";

const always = new AbortController().signal;

/** Timers, alarms and reminders that ring: what they are, Stop and Snooze. */
export function watchRinging() {
  const place = document.getElementById("ringing");
  const draw = whenChanged((ringing, now) => {
    place.hidden = ringing.length === 0;
    place.setAttribute("aria-label", t("time.ringing"));
    place.replaceChildren(...ringing.map((item) => row(item, now)));
    if (ringing.length > 0) announce(`${t("time.ringing")}: ${ringing.map(called).join(", ")}`);
  });
  watchAgenda(({ reminders, wall }) => draw(reminders.filter((item) => item.state === "ringing" && !item.command), wall.slice(0, 10)), always).catch(() => {});
}

const act = (item, what) => api("POST", `/reminders/${item.id}/${what}`, {}).catch((error) => toast(error.message || error.code));

const row = (item, now) => h("div", { className: "rings" }, icon(item.kind === "reminder" ? "bell" : item.kind),
  h("span", { className: "label" }, h("strong", { textContent: called(item) }),
    h("small", { textContent: [item.text && t(`time.kind_${item.kind}`), item.occurrence && said(item.occurrence, now), item.area].filter(Boolean).join(" · ") })),
  h("span", { className: "actions" },
    h("button", { type: "button", textContent: t("time.snooze"), onclick: () => act(item, "snooze") }),
    h("button", { type: "button", className: "primary", textContent: t("time.stop"), onclick: () => act(item, "stop") })));

/** Notices of rules, and what begins to ring, for who does not look at this page. */
export function watchNotices() {
  live("notify", ({ text, kind }) => {
    const words = text || t(`time.kind_${kind}`);
    if (kind === "rule") toast(words, { keep: true });
    if (document.hidden) notify(words);
  }, always);
}

async function notify(text) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker) await worker.showNotification("Earshot", { body: text, icon: "/icon-192.png" });
  else new Notification("Earshot", { body: text, icon: "/icon-192.png" });
}
