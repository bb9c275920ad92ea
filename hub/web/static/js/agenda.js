// What is to come, as the hub tells it: timers, alarms, reminders; and times as the house's clock shows them.

import { api } from "/js/api.js";
import { live } from "/js/live.js";
import { language, t } from "/js/words.js";

let skew_ms = 0; // the hub's clock before this device's

/** Call `told(agenda)` now and whenever something of it changes, until `signal` aborts. */
export function watchAgenda(told, signal) {
  const ask = async () => {
    const agenda = await api("GET", "/reminders", undefined, { signal });
    skew_ms = Date.parse(agenda.now) - Date.now();
    told(agenda);
  };
  const quietly = () => ask().catch(() => {});
  live("reminders", quietly, signal, quietly);
  return ask();
}

/** How long until then, by the hub's clock, in seconds. */
export const secondsUntil = (utc) => (Date.parse(utc) - Date.now() - skew_ms) / 1000;

/** "1:05:09", or "5:09". */
export function clockwise(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  const shown = parts[0] > 0 ? parts : parts.slice(1);
  return shown.map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

const written = (options) => new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });

/** A wall clock of the house ("2026-11-22T07:00:00") as one says it: "today 07:00". now: the house's. */
export function said(wall, now) {
  const at = new Date(`${wall}Z`);
  const clock = written({ hour: "2-digit", minute: "2-digit" }).format(at);
  const days = Math.round((Date.parse(wall.slice(0, 10)) - Date.parse(now.slice(0, 10))) / 86400000);
  if (days === 0) return t("time.today", { clock });
  if (days === 1) return t("time.tomorrow", { clock });
  const day = written(days > 0 && days < 7 ? { weekday: "long" } : { weekday: "short", day: "numeric", month: "short", year: days > 300 ? "numeric" : undefined });
  return t("time.on_day", { day: day.format(at), clock });
}

export const REPEATS = {
  "": "once", "FREQ=DAILY": "daily", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": "workdays", "FREQ=WEEKLY;BYDAY=SA,SU": "weekends",
  "FREQ=WEEKLY": "weekly", "FREQ=MONTHLY": "monthly", "FREQ=YEARLY": "yearly",
};

/** How it comes again, in words. */
export const repeats = (rule) => t(`time.repeat_${REPEATS[rule] ?? "other"}`);

/** What an item is called: its own words, or its kind. */
export const called = (item) => item.text || t(`time.kind_${item.kind}`);
