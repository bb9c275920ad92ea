// Talk: a conversation with the hub, by button, hands-free or written.

import { chat } from "/js/chat.js";
import { h } from "/js/dom.js";
import { t } from "/js/words.js";

export async function show(root, { signal }) {
  root.append(h("h1", { textContent: t("talk.title") }));
  await chat(root, signal);
}
