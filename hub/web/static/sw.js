// Keeps the page's own files, and nothing else: never what the hub says. The hub puts the files' tags in here, so that
// this text changes when any of them does and the browser installs it anew.

const FILES = {}; // address → tag
const STORE = `page-${Object.values(FILES).join("").replace(/\W/g, "").slice(0, 4000)}`;
const ADDRESSES = Object.keys(FILES);

self.addEventListener("install", (event) => event.waitUntil(fill()));

async function fill() {
  const store = await caches.open(STORE);
  await Promise.all(ADDRESSES.map(async (address) => {
    const kept = await caches.match(address);
    if (kept?.headers.get("ETag") === FILES[address]) return store.put(address, kept);
    return store.add(new Request(address, { cache: "no-cache" }));
  }));
  if (!self.registration.active) await self.skipWaiting();
}

self.addEventListener("activate", (event) => event.waitUntil(take()));

async function take() {
  for (const name of await caches.keys()) if (name !== STORE) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const name = request.mode === "navigate" && address.pathname === "/" ? "/index.html" : address.pathname;
  if (request.method !== "GET" || address.origin !== location.origin || !Object.hasOwn(FILES, name)) return;
  event.respondWith(caches.open(STORE).then((store) => store.match(name)).then((kept) => kept ?? fetch(request)));
});
