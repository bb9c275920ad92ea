// The page as an app: its files kept by a worker, so that it opens without the hub and then says that it is away.

let offered = null; // the browser's offer to install, until it is used
const told = new Set();

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = event;
  for (const each of told) each();
});
window.addEventListener("appinstalled", () => { offered = null; for (const each of told) each(); });

export const canInstall = () => offered !== null;
export const isInstalled = () => matchMedia("(display-mode: standalone)").matches;

/** Call `change` whenever that it can be installed changes, until `signal` aborts. */
export function onInstallable(change, signal) {
  told.add(change);
  signal.addEventListener("abort", () => told.delete(change));
}

export async function install() {
  const offer = offered;
  offered = null;
  await offer?.prompt();
}

/** Keep the worker; `waits(apply)` when a newer page is there that must not take the place of one in use by itself. */
export async function keepInstalled(waits) {
  if (!("serviceWorker" in navigator)) return; // plain HTTP from another machine: a browser keeps no worker there
  const workers = navigator.serviceWorker;
  const trusted = self.trustedTypes?.createPolicy("worker", { createScriptURL: (address) => address });
  const registration = await workers.register(trusted ? trusted.createScriptURL("/sw.js") : "/sw.js", { updateViaCache: "none" }).catch(() => null);
  if (!registration) return;
  const was = workers.controller !== null;
  let applied = false;
  workers.addEventListener("controllerchange", () => { if (was && applied) location.reload(); });
  const offer = (worker) => waits(() => { applied = true; worker.postMessage("take over"); });
  if (registration.waiting && was) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker.addEventListener("statechange", () => { if (worker.state === "installed" && workers.controller) offer(worker); });
  });
}
