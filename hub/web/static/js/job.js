// Long works of the hub (docs/api.md, jobs): followed live, shown as a bar, cancelled by who began them.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { live } from "/js/live.js";
import { refusal } from "/js/shell.js";
import { number, t } from "/js/words.js";

/** Call `draw(job)` at every change; resolves with the job when it has ended. Nothing happens once `signal` aborts. */
export function follow(job, draw, signal) {
  return new Promise((resolve) => {
    const over = new AbortController();
    const ends = AbortSignal.any([signal, over.signal]);
    const take = (told) => {
      if (told.id !== job.id || ends.aborted) return;
      draw(told);
      if (told.state === "running") return;
      over.abort();
      resolve(told);
    };
    const ask = () => api("GET", `/jobs/${job.id}`, undefined, { signal: ends }).then(take, () => {});
    live("jobs", take, ends, ask);
    draw(job);
    ask();
  });
}

/** A bar with words and a button to cancel, for one job; resolves when it has ended. `place` is filled. */
export async function showJob(place, job, title, signal) {
  const bar = h("progress", { attributes: { "aria-label": title } });
  const words = h("p", { className: "soft number" });
  const cancel = h("button", { type: "button", className: "small", textContent: t("job.cancel"),
    attributes: { "aria-label": `${t("job.cancel")}: ${title}` } });
  cancel.onclick = () => { cancel.disabled = true; api("DELETE", `/jobs/${job.id}`).catch(() => { cancel.disabled = false; }); };
  place.replaceChildren(h("div", { className: "stack job" }, bar, words, h("p", { className: "actions" }, cancel)));
  const ended = await follow(job, (told) => {
    if (told.total) { bar.max = told.total; bar.value = Math.min(told.done, told.total); } else bar.removeAttribute("value");
    words.textContent = amount(told);
  }, signal);
  place.replaceChildren();
  if (ended.state === "failed") place.append(h("p", { className: "notice bad", attributes: { role: "alert" } }, refusal(ended.error)));
  if (ended.state === "cancelled") place.append(h("p", { className: "soft", textContent: t("job.cancelled") }));
  announce(`${title}: ${t(`job.${ended.state}`)}`);
  return ended;
}

function amount(job) {
  if (job.unit !== "bytes") return job.detail;
  const done = megabytes(job.done);
  return `${job.detail} · ${job.total ? t("job.of", { done, total: megabytes(job.total) }) : done}`;
}

/** Bytes as people read them. */
export const megabytes = (bytes) => (bytes >= 1e9
  ? `${number(bytes / 1e9, { maximumFractionDigits: 1 })} GB` : `${number(bytes / 1e6, { maximumFractionDigits: bytes < 1e7 ? 1 : 0 })} MB`);
