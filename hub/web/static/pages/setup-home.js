// First run: the house's name and language, and where it stands. The list of cities is the box's own.

import { api } from "/js/api.js";
import { field, select } from "/js/action.js";
import { h } from "/js/dom.js";
import { waitsForRestart } from "/js/restart.js";
import { number, t } from "/js/words.js";

const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español", nl: "Nederlands" };
const WAIT_MS = 200;

export async function step(root, { signal }) {
  const home = await api("GET", "/setup/home", undefined, { signal });
  const name = h("input", { value: home.name, maxLength: 64, required: true });
  const known = home.language in LANGUAGES ? LANGUAGES : { [home.language]: home.language, ...LANGUAGES };
  const language = select(Object.entries(known), home.language);
  const city = h("input", { type: "search", autocomplete: "off", placeholder: t("setup.city_example") });
  const zone = h("input", { value: home.timezone, maxLength: 64, placeholder: "Europe/Berlin" });
  const latitude = h("input", { inputMode: "decimal", value: home.latitude ?? "" });
  const longitude = h("input", { inputMode: "decimal", value: home.longitude ?? "" });
  const found = h("div", { className: "places", attributes: { role: "group", "aria-label": t("setup.cities") } });
  const chosen = h("p", { className: "hint", attributes: { role: "status" } });
  const take = (place) => {
    zone.value = place.timezone;
    latitude.value = place.latitude;
    longitude.value = place.longitude;
    city.value = place.name;
    found.replaceChildren();
    chosen.textContent = t("setup.place_taken", { place: place.name, zone: place.timezone });
  };
  const look = async () => {
    const like = city.value.trim();
    if (!like) { found.replaceChildren(); return; }
    const places = await api("GET", `/setup/places?like=${encodeURIComponent(like)}`, undefined, { signal });
    if (city.value.trim() !== like) return;
    found.replaceChildren(...places.slice(0, 6).map((place) => h("button", { type: "button", onclick: () => take(place) },
      h("span", {}, place.name, " ", h("small", { textContent: `${place.timezone} · ${number(place.latitude)}°, ${number(place.longitude)}°` })))));
    if (places.length === 0) found.append(h("p", { className: "hint", textContent: t("setup.no_city") }));
  };
  let timer = 0;
  city.oninput = () => { clearTimeout(timer); timer = setTimeout(() => look().catch(() => {}), WAIT_MS); };
  signal.addEventListener("abort", () => clearTimeout(timer));
  root.append(h("div", { className: "card stack" },
    h("div", { className: "fields" }, field(t("setup.house_name"), name), field(t("setup.house_language"), language, t("setup.house_language_hint"))),
    field(t("setup.city"), city, t("setup.city_hint")), found, chosen,
    h("details", {}, h("summary", { textContent: t("setup.exact") }),
      h("div", { className: "fields" }, field(t("setup.timezone"), zone), field(t("setup.latitude"), latitude), field(t("setup.longitude"), longitude)))));
  if (!home.timezone) await guess(take, signal);
  return async () => {
    const degrees = (input) => (input.value.trim() === "" ? null : Number(input.value.replace(",", ".")));
    const wanted = { name: name.value.trim() || home.name, language: language.value, timezone: zone.value.trim(), latitude: degrees(latitude), longitude: degrees(longitude) };
    waitsForRestart((await api("PUT", "/setup/home", wanted)).restart);
  };
}

/** The browser knows its time zone; nobody else is asked. */
async function guess(take, signal) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  const like = zone.split("/").pop().replaceAll("_", " ");
  const places = like ? await api("GET", `/setup/places?like=${encodeURIComponent(like)}`, undefined, { signal }) : [];
  const place = places.find((one) => one.timezone === zone);
  if (place) take(place);
}
