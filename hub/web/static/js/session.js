// Whether somebody is signed in here, and the way to the page where one does.

import { api, listeners } from "/js/api.js";

const PAGE = "signin";
let leaving = false;

/** Who asks, as the hub sees it (docs/api.md, access); null: it does not answer. */
export const access = (signal) => api("GET", "/access", undefined, { signal }).catch(() => null);

/**
 * Lead to where one signs in, and back afterwards; false: nobody is signed in, and only that page can be shown.
 * A hub that does not answer is no reason to ask for a password.
 */
export async function enter() {
  listeners.signedOut = leave;
  const who = await access();
  const signedIn = who === null || who.state === "signed-in";
  if (!signedIn && !isHere()) location.replace(address());
  document.documentElement.toggleAttribute("data-signed-out", !signedIn);
  return signedIn;
}

/** Go on where somebody was led away from; `otherwise` if that was nowhere. The page begins anew, as its owner's. */
export function goOn(query, otherwise = "#/") {
  const wished = query.get("back") ?? "";
  location.replace(/^#\/(?!signin)/.test(wished) ? wished : otherwise);
  location.reload();
}

/** Everything that is still open here ends with the page. */
function leave() {
  if (leaving || isHere()) return;
  leaving = true;
  location.replace(address());
  location.reload();
}

const isHere = () => location.hash.startsWith(`#/${PAGE}`);
const address = () => `#/${PAGE}?back=${encodeURIComponent(location.hash || "#/")}`;
