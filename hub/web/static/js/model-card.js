// One model of the catalogue: what it is for, its licence and size, from where it would come; fetched only when pressed.

import { api } from "/js/api.js";
import { action, refused, sure } from "/js/action.js";
import { h } from "/js/dom.js";
import { megabytes, showJob } from "/js/job.js";
import { waitsForRestart } from "/js/restart.js";
import { number, t } from "/js/words.js";

const path = (model) => `/models/${encodeURIComponent(model.name)}`;

/** A list item; `changed` is called after it was fetched, used or removed. jobs: those that run, to be taken up again. */
export function modelCard(model, { shelf, jobs, changed, signal }) {
  const place = h("div", {});
  const buttons = h("div", { className: "actions" });
  const watch = async (job, title) => {
    buttons.hidden = true;
    const ended = await showJob(place, job, title, signal);
    buttons.hidden = false;
    if (ended.state === "done" && ended.kind === "model-verify") told(place, ended.result.problems);
    else if (ended.state !== "failed") await changed();
    return ended;
  };
  const press = (text, act, options = {}) => action(text, act, { place, label: `${text}: ${model.name}`, className: "small", ...options });
  const pull = press(t(model.partly_bytes > 0 && !model.installed ? "models.resume" : "models.pull"),
    async () => { watch(await api("POST", `${path(model)}/pull`), `${t("models.pull")}: ${model.name}`); }, { className: "primary" });
  const use = press(t("models.use"), async () => {
    const switched = await api("POST", "/engines/switch", { stage: model.stage, model: model.name });
    waitsForRestart(switched.restart);
    await changed(switched);
  });
  const verify = press(t("models.verify"), async () => { watch(await api("POST", `${path(model)}/verify`), `${t("models.verify")}: ${model.name}`); });
  const remove = sure(t("models.remove"), async () => { await api("DELETE", path(model)); await changed(); }, { place, label: `${t("models.remove")}: ${model.name}` });
  if (!model.installed) buttons.append(pull);
  else buttons.append(...(["stt", "tts", "llm"].includes(model.stage) && !model.in_use ? [use] : []), verify, ...(model.in_use ? [] : [remove]));
  const running = jobs.find((job) => job.state === "running" && job.kind === "model-pull" && job.detail.split(":")[0] === model.name);
  if (running) watch(running, `${t("models.pull")}: ${model.name}`);
  return h("li", { className: "card stack model", dataset: { model: model.name } },
    h("div", { className: "head" }, h("h3", { textContent: model.name }), pills(model)),
    h("p", {}, model.about, " ", h("span", { className: "soft", textContent: model.languages.includes("*") ? t("models.many") : model.languages.join(", ") })),
    facts(model, shelf), place, buttons);
}

const pills = (model) => h("span", { className: "chips" },
  model.recommended && h("span", { className: "pill plain", textContent: t(model.measured ? "models.recommended_measured" : "models.recommended") }),
  model.in_use && h("span", { className: "pill ok", textContent: t("models.in_use", { engine: model.in_use }) }),
  model.installed && !model.in_use && h("span", { className: "pill plain", textContent: t("models.here") }));

function facts(model, shelf) {
  const fits = model.fits ? t("models.fits") : t("models.too_large", { needs: number(model.ram_mb), has: number(shelf.memory_mb) });
  const from = shelf.mirror ? t("models.from_mirror", { mirror: shelf.mirror }) : t("models.from", { hosts: model.hosts.join(", ") });
  return h("dl", {},
    h("dt", { textContent: t("models.size") }), h("dd", { textContent: model.bytes ? megabytes(model.installed ? model.here_bytes : model.bytes) : t("models.unknown") }),
    h("dt", { textContent: t("models.licence") }), h("dd", { textContent: model.non_commercial ? t("models.non_commercial", { licence: model.licence }) : model.licence }),
    h("dt", { textContent: t("models.memory") }), h("dd", { textContent: `${number(model.ram_mb)} MB · ${fits}` }),
    !model.installed && [h("dt", { textContent: t("models.source") }), h("dd", { textContent: from })],
    model.lacks && [h("dt", { textContent: t("models.lacks") }), h("dd", {}, h("code", { textContent: model.lacks }))],
    !model.is_verified && [h("dt", { textContent: t("models.proof") }), h("dd", { textContent: t("models.unverified") })]);
}

function told(place, problems) {
  place.replaceChildren(h("p", { className: `notice ${problems.length ? "bad" : "good"}`, attributes: { role: "status" }, textContent: problems.length ? problems.join("; ") : t("models.whole") }));
}

/** A button that measures which models suit the box. */
export function fitButton(changed, signal) {
  const place = h("div", {});
  const button = action(t("models.measure"), async () => {
    const ended = await showJob(place, await api("POST", "/models/fit"), t("models.measure"), signal);
    if (ended.state === "done") await changed();
  }, { place });
  return h("div", { className: "stack" }, h("p", { className: "hint", textContent: t("models.measure_hint") }), place, h("p", { className: "actions" }, button));
}

/** A select of files for a model that came by another way: each is checked as if it had been fetched. */
export function uploadForm(shelf, changed) {
  const place = h("div", {});
  const id = "upload-files";
  const input = h("input", { id, type: "file", multiple: true });
  const send = action(t("models.upload"), async () => {
    for (const file of input.files) {
      const model = shelf.models.find((one) => one.files.includes(file.name));
      if (!model) { refused(place, { code: "model-file-unknown", message: file.name }); return; }
      place.replaceChildren(h("p", { className: "soft", textContent: file.name }));
      const { model: whole } = await api("PUT", `${path(model)}/files/${encodeURIComponent(file.name)}`, file, { deadline_ms: 3600000 });
      place.replaceChildren(h("p", { className: "notice good", attributes: { role: "status" }, textContent: t(whole ? "models.uploaded" : "models.uploaded_part", { name: model.name }) }));
    }
    await changed();
  }, { place });
  return h("div", { className: "stack" }, h("div", { className: "field" }, h("label", { htmlFor: id, textContent: t("models.files") }), input,
    h("p", { className: "hint", textContent: t("models.files_hint") })), place, h("p", { className: "actions" }, send));
}
