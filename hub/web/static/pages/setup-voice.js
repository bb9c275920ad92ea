// First run: how the house sounds: each voice that is here can be heard in the browser or in a room.

import { api } from "/js/api.js";
import { action, field, select } from "/js/action.js";
import { h } from "/js/dom.js";
import { roomSatellites } from "/js/listening.js";
import { waitsForRestart } from "/js/restart.js";
import { t } from "/js/words.js";

const DEADLINE_MS = 30000;

export async function step(root, { signal }) {
  const [voices, home, satellites] = await Promise.all([
    api("GET", "/voices", undefined, { signal }), api("GET", "/setup/home", undefined, { signal }), roomSatellites(signal)]);
  const spoken = home.language.slice(0, 2);
  const fitting = voices.filter((voice) => voice.languages.some((tag) => tag.slice(0, 2).toLowerCase() === spoken));
  const said = h("div", {});
  const rooms = satellites.filter((one) => one.state !== "lost");
  const where = select([["", t("setup.here")], ...rooms.map((one) => [one.name, one.area ? `${one.name} (${one.area})` : one.name])], "");
  const sentence = t(`setup.sample_${spoken}`) === `setup.sample_${spoken}` ? t("setup.sample_en") : t(`setup.sample_${spoken}`);
  const play = async (voice) => {
    if (where.value) {
      await api("POST", "/voices/play", { satellite: where.value, text: sentence, voice, language: home.language }, { deadline_ms: DEADLINE_MS });
      return;
    }
    const query = new URLSearchParams({ text: sentence, voice, language: home.language });
    const response = await api("GET", `/voices/sample?${query}`, undefined, { signal, raw: true, deadline_ms: DEADLINE_MS });
    await heard(await response.blob(), signal);
  };
  const row = (voice, title, about) => {
    const radio = h("input", { type: "radio", name: "voice", value: voice, checked: voice === "" });
    return h("li", {}, h("label", { className: "label" }, radio, h("span", {}, title, about && h("small", { textContent: about }))),
      action(t("setup.listen"), () => play(voice), { className: "small", place: said, label: `${t("setup.listen")}: ${title}` }));
  };
  root.append(
    h("div", { className: "card" }, field(t("setup.where_to_hear"), where)),
    h("fieldset", { className: "card" }, h("legend", { className: "unseen", textContent: t("setup.voice") }),
      h("ul", { className: "rows" }, row("", t("setup.voice_own"), t("setup.voice_own_about")),
        fitting.map((voice) => row(voice.name, voice.name, [voice.engine, voice.about].filter(Boolean).join(" · "))))), said);
  return async () => {
    const chosen = root.querySelector("input[name=voice]:checked")?.value ?? "";
    if (chosen) waitsForRestart((await api("PUT", "/voices", { voice: chosen })).restart);
  };
}

/** Play it to its end, or until the page is left. */
async function heard(blob, signal) {
  const address = URL.createObjectURL(blob);
  const sound = new Audio(address);
  try {
    await sound.play();
    await new Promise((resolve) => {
      sound.onended = resolve;
      sound.onerror = resolve;
      signal.addEventListener("abort", resolve);
    });
  } finally {
    sound.pause();
    URL.revokeObjectURL(address);
  }
}
