// Type: a conversation with the hub, written; its answers as they are made.

import { h } from "/js/dom.js";
import { chat } from "/js/chat.js";
import { t } from "/js/words.js";

export async function show(root, { signal }) {
  root.append(h("h1", { textContent: t("chat.title") }));
  await chat(root, signal);
}
