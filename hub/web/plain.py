"""What plain HTTP says once the page is HTTPS: where it is now, and how a device comes to trust it."""

from __future__ import annotations

from html import escape

from aiohttp import web

from hub.web.refusal import RequestRefused

CERTIFICATE_TYPE = "application/x-x509-ca-cert"

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Earshot</title>
<link rel="stylesheet" href="/style.css"></head>
<body><div class="content"><main class="page">
<h1>This page is encrypted now</h1>
<div class="card stack">
<p><a class="button primary" href="{address}">Go on: {address}</a></p>
<p>The browser warns once, because this house vouches for itself. To end the warning for good, install the
house&rsquo;s certificate on this device, then go on.</p>
<p><a class="button" href="/ca.crt" download="earshot-ca.crt">Fetch the certificate</a></p>
<p lang="de">Diese Seite ist jetzt verschlüsselt. Der Browser warnt einmal, weil dieses Haus für sich selbst bürgt;
mit dem installierten Zertifikat nicht mehr.</p>
<p lang="fr">Cette page est maintenant chiffrée. Le navigateur avertit une fois, car cette maison se porte garante
d&rsquo;elle-même ; avec le certificat installé, plus jamais.</p>
</div></main></div></body></html>
"""


def certificate_route(authority: bytes) -> web.RouteDef:
    """The authority's certificate: open to anybody, as it has no secret."""

    async def send(_: web.Request) -> web.StreamResponse:
        named = {"Content-Disposition": 'attachment; filename="earshot-ca.crt"'}
        return web.Response(body=authority, content_type=CERTIFICATE_TYPE, headers=named)

    return web.get("/ca.crt", send)


def leading_to(port: int) -> list[web.RouteDef]:
    """Routes that lead people to the HTTPS port and refuse programs: whoever sent a key here should know it."""

    async def explain(request: web.Request) -> web.StreamResponse:
        host = request.url.host or ""
        named = f"[{host}]" if ":" in host else host
        page = _PAGE.format(address=escape(f"https://{named}:{port}/"))
        return web.Response(text=page, content_type="text/html")

    async def refuse(_: web.Request) -> web.StreamResponse:
        message = f"this hub is HTTPS on port {port}; revoke a token that you sent here, others could read it"
        raise RequestRefused("https-required", message, status=403)

    return [web.get("/", explain), web.route("*", "/api/{rest:.*}", refuse)]
