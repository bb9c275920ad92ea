// First run: the broker, the hub's own or one that is there; tried at once, and each way it fails has its words.

import { api } from "/js/api.js";
import { action, field } from "/js/action.js";
import { h } from "/js/dom.js";
import { waitsForRestart } from "/js/restart.js";
import { number, t } from "/js/words.js";

const TRY_MS = 20000;

export async function step(root, { signal }) {
  const broker = await api("GET", "/broker", undefined, { signal });
  const result = h("div", { attributes: { role: "status" } });
  const radio = (value, checked) => h("input", { type: "radio", name: "broker", value, checked, onchange: () => { form.hidden = chosen() === "own"; result.replaceChildren(); } });
  const chosen = () => root.querySelector("input[name=broker]:checked").value;
  const host = h("input", { value: broker.host, autocomplete: "off", autocapitalize: "off", placeholder: "homeassistant.local", maxLength: 253 });
  const port = h("input", { value: broker.port || "", inputMode: "numeric", placeholder: "1883" });
  const user = h("input", { value: broker.username ?? "", autocomplete: "off", autocapitalize: "off", maxLength: 200 });
  const password = h("input", { type: "password", autocomplete: "new-password", placeholder: broker.has_password ? t("setup.password_kept") : "" });
  const tls = h("input", { type: "checkbox", checked: broker.tls, onchange: () => { port.placeholder = tls.checked ? "8883" : "1883"; ca.hidden = !tls.checked; } });
  const pem = h("textarea", { spellcheck: false, placeholder: "-----BEGIN CERTIFICATE-----" });
  const ca = h("div", { hidden: !broker.tls }, field(t("setup.broker_ca"), pem, t("setup.broker_ca_hint")));
  const given = () => ({
    host: host.value.trim(), port: Number(port.value) || 0, username: user.value.trim() || null,
    password: password.value || null, tls: tls.checked, ca: tls.checked && pem.value.trim() ? pem.value : null,
  });
  let works = false;
  const attempt = async () => {
    const tried = await api("POST", "/broker/test", given(), { signal, deadline_ms: TRY_MS });
    works = tried.outcome === "ok";
    const { homeassistant, zigbee2mqtt, tasmota } = tried.devices;
    const found = t("setup.broker_found", { homeassistant: number(homeassistant), zigbee2mqtt: number(zigbee2mqtt), tasmota: number(tasmota) });
    result.replaceChildren(h("div", { className: `notice ${works ? "good" : "bad"}` },
      h("p", { textContent: t(`setup.broker_${tried.outcome.replace("-", "_")}`) }),
      h("p", { className: works ? "" : "soft", textContent: works ? found : tried.detail })));
  };
  const form = h("div", { className: "stack", hidden: broker.own },
    h("div", { className: "fields" }, field(t("setup.broker_host"), host), field(t("setup.broker_port"), port),
      field(t("setup.broker_user"), user), field(t("setup.broker_password"), password, t("setup.broker_password_hint"))),
    h("label", { className: "check" }, tls, t("setup.broker_with_tls")), ca,
    h("p", { className: "actions" }, action(t("setup.broker_test"), attempt, { place: result })));
  root.append(h("fieldset", { className: "card stack" }, h("legend", { className: "unseen", textContent: t("setup.broker") }),
    h("label", { className: "check" }, radio("own", broker.own), h("span", {}, t("setup.broker_own"), h("small", { className: "hint", textContent: ` ${t("setup.broker_own_hint")}` }))),
    h("label", { className: "check" }, radio("other", !broker.own), t("setup.broker_other")), form, result));
  return async () => {
    if (chosen() === "own") {
      if (!broker.own) waitsForRestart((await api("DELETE", "/broker")).restart);
      return true;
    }
    if (!works) await attempt();
    if (!works) return false;
    waitsForRestart((await api("PUT", "/broker", given())).restart);
    return true;
  };
}
