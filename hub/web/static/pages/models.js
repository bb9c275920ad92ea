// Models: what could be fetched, what is here, and what of it suits this box. Nothing comes unless somebody presses.

import { api } from "/js/api.js";
import { action, field, select } from "/js/action.js";
import { h } from "/js/dom.js";
import { megabytes, showJob } from "/js/job.js";
import { fitButton, modelCard, uploadForm } from "/js/model-card.js";
import { restartNotice } from "/js/restart.js";
import { number, t } from "/js/words.js";

const STAGES = ["stt", "tts", "llm", "wake", "vision"];

export async function show(root, { query, signal }) {
  const list = h("ul", { className: "stack" });
  const box = h("p", { className: "soft" });
  const waits = h("div", {});
  const upload = h("div", {});
  let shelf = null;
  let jobs = [];
  const stage = select([["", t("models.every_stage")], ...STAGES.map((one) => [one, t(`models.stage_${one}`)])], query.get("stage") ?? "", () => draw());
  const language = h("select", { onchange: () => draw() });
  const which = select([["suits", t("models.suits")], ["here", t("models.only_here")], ["all", t("models.all")]], query.get("stage") ? "all" : "suits", () => draw());
  const shown = (model) => (!stage.value || model.stage === stage.value)
    && (!language.value || model.languages.includes("*") || model.languages.includes(language.value) || model.installed)
    && (which.value === "all" || model.installed || (which.value === "suits" && model.recommended));
  const draw = () => {
    const some = shelf.models.filter(shown);
    list.replaceChildren(...some.map((model) => modelCard(model, { shelf, jobs, changed: look, signal })));
    if (some.length === 0) list.append(h("li", { className: "card empty", textContent: t("models.none") }));
  };
  const look = async () => {
    const [found, running, home] = await Promise.all([
      api("GET", "/models", undefined, { signal }), api("GET", "/jobs", undefined, { signal }), api("GET", "/setup/home", undefined, { signal })]);
    [shelf, jobs] = [found, running];
    box.textContent = t("models.box", { board: shelf.board, memory: number(shelf.memory_mb), free: megabytes(shelf.free_bytes) });
    if (!language.options.length) {
      const tags = [...new Set(shelf.models.flatMap((model) => model.languages))].filter((tag) => tag !== "*").toSorted();
      language.append(...[["", t("models.every_language")], ...tags.map((tag) => [tag, tag])].map(([value, text]) => h("option", { value, textContent: text })));
      language.value = tags.includes(home.language.slice(0, 2)) ? home.language.slice(0, 2) : "";
    }
    waits.replaceChildren(restartNotice() ?? "");
    if (!upload.hasChildNodes()) upload.append(uploadForm(shelf, look));
    draw();
  };
  const folder = h("input", { placeholder: "/media/usb", autocomplete: "off" });
  const place = h("div", {});
  const take = action(t("models.import"), async () => {
    const ended = await showJob(place, await api("POST", "/models/import", { folder: folder.value.trim() }), t("models.import"), signal);
    if (ended.state === "done") await look();
  }, { place });
  root.append(h("h1", { textContent: t("models.title") }), box, waits,
    h("p", { className: "notice info", textContent: t("models.only_when_pressed") }),
    h("div", { className: "card fields" }, field(t("models.for"), stage), field(t("models.language"), language), field(t("models.which"), which)),
    list, h("section", { className: "card stack" }, h("h2", { textContent: t("models.measure_title") }), fitButton(look, signal)),
    h("details", { className: "card" }, h("summary", { textContent: t("models.other_ways") }), h("div", { className: "stack" },
      upload, h("hr", {}), field(t("models.folder"), folder, t("models.folder_hint")), place, h("p", { className: "actions" }, take))));
  await look();
}
