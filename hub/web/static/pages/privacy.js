// Privacy: everything that is kept, how much and how long; taken away as one file, deleted by kind, or altogether.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { live } from "/js/live.js";
import { sheet } from "/js/sheet.js";
import { refusal, toast } from "/js/shell.js";
import { number, t, time } from "/js/words.js";

export async function show(root, { signal }) {
  const list = h("ul", { className: "rows" });
  const progress = h("div", { attributes: { role: "status" } });
  const load = async () => {
    const kept = await api("GET", "/kept", undefined, { signal });
    list.replaceChildren(...kept.map((one) => row(one, remove)));
  };
  const remove = async (kind) => {
    const job = await sheet({ title: t("privacy.delete_title", { kind: t(`privacy.kind.${kind}`) }), text: t(`privacy.about.${kind}`), yes: t("privacy.delete"), danger: true,
      send: () => api("DELETE", `/kept/${kind}`) });
    if (job === null || (await followed(job, progress, signal)).state !== "done") return;
    await load();
    toast(t("privacy.deleted"));
  };
  root.append(h("h1", { textContent: t("privacy.title") }), h("p", { className: "lead", textContent: t("privacy.lead") }), progress,
    h("section", { className: "card", attributes: { "aria-labelledby": "kept" } }, h("h2", { id: "kept", textContent: t("privacy.kept") }), list),
    h("div", { className: "columns" }, exportCard(progress, signal), forgetCard(progress, signal, load)));
  await load();
}

const bytes = (size) => (size >= 1e6 ? `${number(size / 1e6, { maximumFractionDigits: 1 })} MB` : `${number(Math.ceil(size / 1e3))} kB`);

const row = (kept, remove) => h("li", {},
  h("span", { className: "label" }, t(`privacy.kind.${kept.kind}`), h("small", { textContent: t(`privacy.about.${kept.kind}`) }),
    kept.setting && h("small", {}, h("a", { href: `#/settings/${kept.setting.split(".")[0]}`, textContent: t("privacy.bounded", { setting: t(`settings.key.${kept.setting}`) }) }))),
  h("span", { className: "value" }, kept.entries === 0 ? t("privacy.nothing") : t("privacy.amount", { count: number(kept.entries), size: bytes(kept.size_bytes) }),
    kept.oldest && h("small", {}, " ", t("privacy.since", { when: time(kept.oldest, { dateStyle: "medium" }) }))),
  h("button", { type: "button", className: "small danger", disabled: kept.entries === 0, textContent: t("privacy.delete"), onclick: () => remove(kept.kind),
    attributes: { "aria-label": `${t("privacy.delete")}: ${t(`privacy.kind.${kept.kind}`)}` } }));

function exportCard(progress, signal) {
  const place = h("p", { className: "actions" });
  const start = h("button", { type: "button", className: "primary", textContent: t("privacy.export_make") });
  place.append(start);
  start.onclick = async () => {
    start.disabled = true;
    try {
      const job = await followed(await api("POST", "/kept/export", undefined, { signal }), progress, signal);
      if (job.state !== "done") return;
      const link = h("a", { className: "button primary", href: `/api/v1${job.result.download}`, download: "", textContent: t("privacy.export_fetch", { size: bytes(job.result.size_bytes) }) });
      link.addEventListener("click", () => setTimeout(() => link.remove(), 1000)); // it is there once
      place.append(link);
      link.focus();
      announce(link.textContent);
    } catch (error) { progress.replaceChildren(h("p", { className: "notice bad" }, refusal(error))); } finally { start.disabled = false; }
  };
  return h("section", { className: "card stack", attributes: { "aria-labelledby": "export" } }, h("h2", { id: "export", textContent: t("privacy.export") }), h("p", { textContent: t("privacy.export_text") }), place);
}

function forgetCard(progress, signal, load) {
  const press = h("button", { type: "button", className: "danger", textContent: t("privacy.forget_do") });
  press.onclick = async () => {
    const { name } = (await api("GET", "/status", undefined, { signal })).about;
    const job = await sheet({ title: t("privacy.forget"), text: t("privacy.forget_sure"), yes: t("privacy.forget_do"), danger: true,
      fields: [{ name: "confirm", label: t("privacy.type_name", { name }), required: true }], send: (typed) => api("POST", "/kept/forget", typed) });
    if (job === null || (await followed(job, progress, signal)).state !== "done") return;
    await load();
    progress.replaceChildren(h("p", { className: "notice good", textContent: t("privacy.forgotten") }));
  };
  return h("section", { className: "card stack", attributes: { "aria-labelledby": "forget" } }, h("h2", { id: "forget", textContent: t("privacy.forget") }), h("p", { textContent: t("privacy.forget_text") }),
    h("p", { className: "hint", textContent: t("privacy.remains") }), h("p", { className: "actions" }, press));
}

/** Draw how far a job is until it has ended; resolves with it. */
function followed(job, place, signal) {
  return new Promise((resolve) => {
    const over = new AbortController();
    const ends = AbortSignal.any([signal, over.signal]);
    const take = (told) => {
      if (told.id !== job.id || ends.aborted) return;
      if (told.state === "running") {
        const bar = h("progress", { attributes: { "aria-label": t("privacy.working") } });
        if (told.total) Object.assign(bar, { max: told.total, value: told.done });
        place.replaceChildren(h("p", { className: "soft", textContent: t("privacy.working") }), bar);
        return;
      }
      over.abort();
      place.replaceChildren(...(told.error ? [h("p", { className: "notice bad", attributes: { role: "alert" } }, refusal(told.error))] : []));
      resolve(told);
    };
    const ask = () => api("GET", `/jobs/${job.id}`, undefined, { signal: ends }).then(take, () => {});
    live("jobs", take, ends, ask);
    take(job);
    ask();
  });
}
