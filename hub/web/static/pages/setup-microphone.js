// First run: is the microphone of each room good enough, and is the wake word heard?

import { field, refused, select } from "/js/action.js";
import { h } from "/js/dom.js";
import { levelMeter, roomSatellites, wakeCheck } from "/js/listening.js";
import { t } from "/js/words.js";

export async function step(root, { name, signal }) {
  const satellites = await roomSatellites(signal);
  const there = satellites.filter((one) => one.state !== "lost");
  if (there.length === 0) {
    root.append(h("div", { className: "card" }, h("p", { textContent: t("setup.nobody_listens") }),
      h("p", { className: "actions" }, h("a", { className: "button", href: "#/setup/satellites", textContent: t("setup.to_satellites") }))));
    return;
  }
  const place = h("div", { className: "card" });
  let shown = new AbortController();
  signal.addEventListener("abort", () => shown.abort());
  const draw = async (satellite) => {
    shown.abort();
    shown = new AbortController();
    const one = there.find((each) => each.name === satellite);
    const said = one.muted ? h("p", { className: "notice", textContent: t("listening.muted") }) : "";
    try {
      const check = name === "wake" ? await wakeCheck(satellite, shown.signal) : levelMeter(() => satellite, shown.signal);
      if (!shown.signal.aborted) place.replaceChildren(said, check);
    } catch (error) {
      if (!shown.signal.aborted) refused(place, error);
    }
  };
  const names = there.map((one) => [one.name, one.area ? `${one.name} (${one.area})` : one.name]);
  const choice = select(names, names[0][0], draw);
  root.append(h("div", { className: "card" }, field(t("setup.which_satellite"), choice)), place,
    h("p", { className: "hint", textContent: t(`setup.${name}_hint`) }));
  await draw(names[0][0]);
}
