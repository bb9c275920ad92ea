// First run, the end: say something to the house, and see the first turn happen.

import { api } from "/js/api.js";
import { h } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { roomSatellites } from "/js/listening.js";
import { live } from "/js/live.js";
import { t } from "/js/words.js";

export async function step(root, { state, signal }) {
  const newest = async () => (await api("GET", "/turns?limit=1", undefined, { signal }))[0];
  const [{ entities }, satellites, before] = await Promise.all([api("GET", "/house", undefined, { signal }), roomSatellites(signal), newest()]);
  const room = satellites.find((one) => one.state !== "lost") ?? null;
  const lamps = entities.filter((one) => one.domain === "light" || one.domain === "switch");
  const lamp = lamps.find((one) => one.area && one.area === room?.area) ?? lamps[0] ?? null;
  const phrase = room ? (await api("GET", `/satellites/${encodeURIComponent(room.name)}`, undefined, { signal })).words[0]?.phrase : null;
  const first = h("div", { attributes: { role: "status" } });
  const sentence = lamp ? t("setup.say_lamp", { lamp: lamp.name }) : t("setup.say_time");
  root.append(
    h("div", { className: "card stack" },
      h("p", { className: "say" }, icon("talk"), " ", phrase ? `“${phrase}, ${sentence}”` : `“${sentence}”`),
      h("p", { className: "hint", textContent: t(room ? "setup.done_hint" : "setup.done_no_room") }),
      h("p", { className: "actions" }, h("a", { className: "button", href: "#/talk", textContent: t("setup.or_type") })), first),
    h("p", { className: "soft", hidden: state.skipped.length === 0, textContent: t("setup.skipped_later") }),
  );
  let heard = false;
  const tell = (turn) => {  // nobody's words are taken away by a wake word with none behind it
    if (heard && !turn.transcript) return;
    heard = Boolean(turn.transcript);
    first.replaceChildren(shown(turn));
  };
  live("turn", tell, signal, async () => {  // somebody may speak before the page is connected
    const turn = await newest();
    if (turn && turn.turn !== before?.turn) tell(turn);
  });
}

const shown = (turn) => h("div", { className: `notice ${turn.error ? "bad" : "good"}` },
  h("p", {}, h("strong", { textContent: t("setup.first_turn") }), " ", turn.satellite),
  turn.transcript && h("p", { textContent: `“${turn.transcript}”` }),
  turn.reply && h("p", { textContent: turn.reply }),
  turn.error && h("p", {}, turn.error.message, " ", h("code", { textContent: turn.error.code })));
