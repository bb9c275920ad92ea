// First run: the models that would suit this box. Nothing is fetched unless somebody presses.

import { api } from "/js/api.js";
import { h } from "/js/dom.js";
import { fitButton, modelCard } from "/js/model-card.js";
import { t } from "/js/words.js";

export async function step(root, { signal }) {
  const list = h("ul", { className: "stack" });
  const draw = async () => {
    const [shelf, jobs] = await Promise.all([api("GET", "/models", undefined, { signal }), api("GET", "/jobs", undefined, { signal })]);
    const some = shelf.models.filter((model) => model.recommended || model.in_use);
    list.replaceChildren(...some.map((model) => modelCard(model, { shelf, jobs, changed: draw, signal })));
    if (some.length === 0) list.append(h("li", { className: "card", textContent: t("setup.no_models") }));
  };
  root.append(h("p", { className: "notice info", textContent: t("models.only_when_pressed") }), list, h("div", { className: "card" }, fitButton(draw, signal)));
  await draw();
}
