// The page's only way to the hub: the documented API (docs/api.md), with its one form of refusal.

const PREFIX = "/api/v1";
const DEADLINE_MS = 15000;

/** A refusal of the hub: `code` (docs/errors.md), `message` says what to do, `status` is HTTP's; 0: no answer.
 * `field`: which value of a form is wrong, where it is one. `retry_s`: when to try again. */
export class Refused extends Error {
  constructor(code, message, status, field = "") {
    super(message);
    this.code = code;
    this.status = status;
    this.field = field;
  }
}

/** Told of every refusal for want of a session, and of every success or silence: the shell shows them. */
export const listeners = { signedOut: () => {}, online: () => {}, offline: () => {} };

/**
 * Ask the hub: `api("GET", "/health")`, `api("POST", "/say", { text })`. Body: JSON, or a Blob as it is.
 * Returns the answer's JSON, null where there is none. Throws Refused.
 */
export async function api(method, path, body, { signal, deadline_ms = DEADLINE_MS, raw = false, digest = null } = {}) {
  const headers = { "X-Earshot": "page" }; // no other site's form or image can send it
  if (body !== undefined && !(body instanceof Blob)) headers["Content-Type"] = "application/json";
  if (digest !== null) headers["If-Match"] = `"${digest}"`; // refused if somebody else changed it meanwhile
  const sent = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
  const ends = AbortSignal.any([AbortSignal.timeout(deadline_ms), ...(signal ? [signal] : [])]);
  let response;
  try {
    response = await fetch(PREFIX + path, { method, headers, body: sent, signal: ends, cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw error;
    listeners.offline();
    throw new Refused("hub-unreachable", "", 0);
  }
  listeners.online();
  if (raw && response.ok) return response;
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (response.ok) return answer;
  const { code, message, field } = answer?.error ?? { code: "internal-error", message: response.statusText };
  if (response.status === 401) listeners.signedOut(code);
  const refused = new Refused(code, message, response.status, field);
  refused.retry_s = response.headers.get("Retry-After");
  throw refused;
}
