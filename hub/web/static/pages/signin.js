// Sign in; the first time, become the owner with the set-up code.

import { api } from "/js/api.js";
import { h } from "/js/dom.js";
import { refused, secret, secretForm } from "/js/password.js";
import { access, goOn } from "/js/session.js";
import { languageChoice } from "/js/shell.js";
import { t } from "/js/words.js";

export async function show(root, { query, signal }) {
  const who = await access(signal);
  if (signal.aborted) return;
  if (who?.state === "signed-in") return goOn(query);
  const first = who?.state === "first-run";
  root.append(
    h("h1", { textContent: t(first ? "signin.welcome" : "signin.title", { name: who?.name ?? "Earshot" }) }),
    h("p", { className: "lead", textContent: t(first ? "signin.first" : "signin.again") }),
    h("section", { className: "card" }, first ? becoming() : signing(query)),
    h("section", { className: "card" }, languageChoice("signin-language")),
  );
  if (who?.transport === "http" && location.hostname !== "localhost" && !location.hostname.startsWith("127.")) {
    root.append(h("p", { className: "notice", textContent: t("signin.http") }));
  }
  root.querySelector("input").focus();
}

/** Password managers want a name beside a password. */
const name = () => h("input", { name: "username", type: "text", value: "owner", autocomplete: "username", hidden: true, readOnly: true, tabIndex: -1 });

function becoming() {
  const code = secret("code", t("signin.code"), { type: "text", hint: t("signin.code_hint"), autocomplete: "one-time-code", inputMode: "numeric", maxLength: 32 });
  const said = h("p", { className: "hint", attributes: { role: "status" } });
  const speak = h("button", { type: "button", className: "small", textContent: t("signin.say_code"), onclick: () => sayCode(said) });
  code.append(h("p", { className: "actions" }, speak), said);
  const password = secret("password", t("signin.new_password"), { hint: t("access.password_hint"), autocomplete: "new-password", maxLength: 1024 });
  const send = async (values) => {
    await api("POST", "/access/first", { code: values.code, password: values.password });
    goOn(new URLSearchParams(), "#/setup");
  };
  return secretForm([name(), code, password], t("signin.become"), send, { "code-wrong": "code", "too-many-attempts": "code" });
}

/** One satellite says the code: whoever hears it is at home. */
async function sayCode(said) {
  said.textContent = "";
  try {
    const names = await api("POST", "/access/code");
    said.textContent = t("signin.said", { names: names.join(", ") });
  } catch (error) {
    said.textContent = refused(error);
  }
}

function signing(query) {
  const password = secret("password", t("signin.password"), { autocomplete: "current-password", maxLength: 1024 });
  const send = async (values) => {
    await api("POST", "/access/session", { password: values.password });
    goOn(query);
  };
  return [
    secretForm([name(), password], t("signin.enter"), send),
    h("details", {}, h("summary", { textContent: t("signin.forgotten") }), h("p", {}, t("signin.reset"), " ", h("code", { textContent: "earshot page password" }))),
  ];
}
