// Access: which browsers are signed in, programs' tokens, the password, and whether others can listen to this page.

import { api } from "/js/api.js";
import { announce, h } from "/js/dom.js";
import { icon } from "/js/icons.js";
import { refused, secret, secretForm } from "/js/password.js";
import { t, time } from "/js/words.js";

export async function show(root, { signal }) {
  const [sessions, tokens] = await Promise.all([
    api("GET", "/access/sessions", undefined, { signal }),
    api("GET", "/access/tokens", undefined, { signal }),
  ]);
  if (signal.aborted) return;
  root.append(
    h("h1", { textContent: t("access.title") }),
    h("div", { className: "columns" },
      h("div", { className: "stack" }, sessionsCard(sessions), passwordCard()),
      h("div", { className: "stack" }, tokensCard(tokens), connectionCard()),
    ),
  );
}

const card = (id, title, ...children) => h("section", { className: "card stack", attributes: { "aria-labelledby": id } },
  h("h2", { id, textContent: title }), children);

function sessionsCard(sessions) {
  const list = h("ul", { className: "rows" });
  const others = h("button", { type: "button", className: "danger", textContent: t("access.end_others"), onclick: () => change("DELETE", "/access/sessions", draw, t("access.ended")) });
  const leave = h("button", { type: "button", textContent: t("access.leave"), onclick: async () => { await api("DELETE", "/access/session"); location.reload(); } });
  const draw = (all) => {
    list.replaceChildren(...all.map((each) => row(each, () => change("DELETE", `/access/sessions/${each.id}`, draw, t("access.ended")))));
    others.hidden = all.length < 2;
  };
  draw(sessions);
  return card("access-sessions", t("access.sessions"), list, h("p", { className: "actions" }, leave, others));
}

function row(session, end) {
  const name = session.agent || t("access.unknown_browser");
  const label = h("span", { className: "label" }, name,
    h("small", { textContent: t("access.session_used", { address: session.address, time: time(session.used) }) }));
  if (session.here) return h("li", {}, label, h("span", { className: "pill ok", textContent: t("access.here") }));
  return h("li", {}, label, h("button", { type: "button", className: "small", onclick: end, textContent: t("access.end"), attributes: { "aria-label": t("access.end_named", { name }) } }));
}

function passwordCard() {
  const current = secret("current", t("access.current"), { autocomplete: "current-password", maxLength: 1024 });
  const password = secret("password", t("access.new"), { hint: t("access.password_hint"), autocomplete: "new-password", maxLength: 1024 });
  const done = h("p", { attributes: { role: "status" } });
  const form = secretForm([current, password], t("access.change"), async (values) => {
    done.textContent = "";
    await api("POST", "/access/password", values);
    form.reset();
    done.textContent = t("access.changed");
  }, { "password-wrong": "current", "too-many-attempts": "current" });
  return card("access-password", t("access.password"), form, done);
}

function tokensCard(tokens) {
  const list = h("ul", { className: "rows" });
  const made = h("div", { attributes: { role: "status" } });
  const draw = (all) => list.replaceChildren(...(all.length ? all.map((each) => tokenRow(each, () => change("DELETE", `/access/tokens/${each.id}`, draw, t("access.revoked"))))
    : [h("li", { className: "empty", textContent: t("access.no_tokens") })]));
  draw(tokens);
  return card("access-tokens", t("access.tokens"), h("p", { className: "soft", textContent: t("access.tokens_what") }), list, made, newToken(async (token) => {
    made.replaceChildren(h("div", { className: "notice good" }, h("p", { textContent: t("access.token_once") }), h("p", {}, h("code", { textContent: token.key }))));
    draw(await api("GET", "/access/tokens"));
  }));
}

function tokenRow(token, end) {
  const used = token.used ? t("access.token_used", { time: time(token.used) }) : t("access.token_unused");
  const ends = token.expires ? ` · ${t("access.token_ends", { time: time(token.expires, { dateStyle: "medium" }) })}` : "";
  return h("li", {},
    h("span", { className: "label" }, token.name, h("small", { textContent: `${scopeWords(token.scope)} · ${used}${ends}` })),
    h("button", { type: "button", className: "small", onclick: end, textContent: t("access.revoke"), attributes: { "aria-label": t("access.revoke_named", { name: token.name }) } }));
}

const SCOPES = ["read", "act", "admin"];
const scopeWords = (scope) => t(`access.scope_${scope}`);
const DAYS = [null, 30, 365];

function newToken(done) {
  const error = h("p", { className: "error", id: "token-error" });
  const name = h("input", { id: "token-name", required: true, maxLength: 64, autocomplete: "off", attributes: { "aria-describedby": "token-error" } });
  const scope = h("select", { id: "token-scope" }, SCOPES.map((each) => h("option", { value: each, textContent: scopeWords(each) })));
  const days = h("select", { id: "token-days" }, DAYS.map((each) => h("option", { value: each ?? "", textContent: each ? t("access.days", { days: each }) : t("access.for_ever") })));
  const form = h("form", { noValidate: true },
    field("token-name", t("access.token_name"), name, error),
    h("div", { className: "fields" }, field("token-scope", t("access.token_scope"), scope), field("token-days", t("access.token_days"), days)),
    h("p", { className: "actions" }, h("button", { textContent: t("access.make_token") }, icon("plus"))));
  form.onsubmit = async (event) => {
    event.preventDefault();
    error.textContent = name.value.trim() ? "" : t("access.empty");
    if (error.textContent) return name.focus();
    try {
      await done(await api("POST", "/access/tokens", { name: name.value.trim(), scope: scope.value, days: days.value ? Number(days.value) : null }));
      form.reset();
    } catch (problem) {
      error.textContent = refused(problem);
    }
  };
  return h("details", {}, h("summary", { textContent: t("access.new_token") }), form);
}

const field = (id, label, control, ...after) => h("div", { className: "field" }, h("label", { htmlFor: id, textContent: label }), control, after);

function connectionCard() {
  const safe = location.protocol === "https:";
  return card("access-connection", t("access.connection"),
    h("p", {}, h("span", { className: `pill ${safe ? "ok" : "degraded"}`, textContent: safe ? "HTTPS" : "HTTP" })),
    h("p", { textContent: t(safe ? "access.https" : "access.http") }),
    safe && h("p", {}, h("a", { className: "button", href: "/ca.crt", attributes: { download: "earshot-ca.crt" } }, icon("install"), t("access.certificate"))),
    safe && h("p", { className: "hint", textContent: t("access.certificate_hint") }));
}

async function change(method, path, draw, told) {
  try {
    draw(await api(method, path));
    announce(told);
  } catch (error) {
    announce(refused(error));
  }
}
