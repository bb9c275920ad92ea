"""The page by HTTPS: the house's own authority, a certificate that follows the machine, and where plain HTTP leads."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from cryptography import x509

from hub.config import WebSection
from hub.web import listeners
from hub.web.access.certificates import Certificates
from hub.web.access.origins import OwnNames
from hub.web.access.tls import tls
from hub.web.connections import Bounds
from hub.web.listeners import page_server
from tests.fakes_control import FakeHub, api
from tests.signed_in import PASSWORD, quick_door, routes_of
from wire.errors import ConfigError

NOW = datetime.now(UTC)
NAMES = ["earshot.local", "localhost", "evil.example"]
LOOPBACK = ["127.0.0.1"]


class Machine:
    """What the certificate follows."""

    def __init__(self) -> None:
        self.names, self.addresses, self.now = list(NAMES), list(LOOPBACK), NOW

    def certificates(self, folder) -> Certificates:
        return Certificates(folder, "Our house", lambda: self.now)

    def secure(self, folder):
        return tls(self.certificates(folder), lambda: self.names, lambda: self.addresses, look_seconds=0.02)


@pytest.fixture
async def machine():
    return Machine()


@asynccontextmanager
async def served(home, machine, *, bounds=None):
    """Port of HTTPS and of HTTP, a context that trusts the house, and the door."""
    section = WebSection(bind="127.0.0.1", port=0, https=True, https_port=0)
    more = {"bounds": bounds} if bounds else {}
    async with (
        quick_door(home) as door,
        machine.secure(home) as secure,
        page_server(
            [*api(FakeHub()), *routes_of(door)], section, version="1", access=door.gate, tls=secure, **more
        ) as port,
    ):
        yield port, ssl.create_default_context(cadata=secure.authority.decode()), door


def leaf(folder) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "page.crt").read_bytes())


def names_of(certificate) -> list[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(each.value) for each in found]


async def test_who_installed_the_authority_sees_no_warning(home, machine):
    async with (
        served(home, machine) as (port, trusting, door),
        aiohttp.ClientSession(f"https://localhost:{port}", headers={"X-Earshot": "test"}) as browser,
    ):
        body = {"code": door.owner.code, "password": PASSWORD}
        async with browser.post("/api/v1/access/first", json=body, ssl=trusting) as response:
            assert response.status == 200
            assert (await response.json())["transport"] == "https"
            cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-earshot_session=")
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        async with browser.get("/api/v1/status", ssl=trusting) as response:
            assert response.status == 200
        async with browser.get("/", ssl=trusting) as page:
            assert "Strict-Transport-Security" not in page.headers  # its own authority may be taken away again


async def test_who_did_not_is_warned(home, machine):
    async with served(home, machine) as (port, _, _), aiohttp.ClientSession() as browser:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await browser.get(f"https://localhost:{port}/", ssl=ssl.create_default_context())


async def test_keys_are_for_the_hub_alone_and_the_authority_can_vouch_for_homes_only(home, machine):
    async with served(home, machine):
        pass
    files = {path.name: path.stat().st_mode & 0o777 for path in home.glob("page*.key")}
    assert files == {"page-ca.key": 0o600, "page.key": 0o600}
    assert names_of(leaf(home)) == ["earshot.local", "localhost", "127.0.0.1"]
    authority = x509.load_pem_x509_certificate((home / "page-ca.crt").read_bytes())
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert "evil.example" not in str(limits.value)


async def test_the_certificate_follows_the_machines_addresses_while_it_runs(home, machine):
    async with served(home, machine) as (port, trusting, _):
        before = leaf(home)
        machine.addresses.append("192.168.7.5")
        async with asyncio.timeout(10):
            while "192.168.7.5" not in names_of(leaf(home)):
                await asyncio.sleep(0.02)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname="localhost")
        shown = x509.load_der_x509_certificate(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
        writer.close()
        await writer.wait_closed()
        assert not await reader.read()
    assert shown.serial_number != before.serial_number
    assert "192.168.7.5" in names_of(shown)


@pytest.mark.parametrize(("later", "renewed"), [(timedelta(days=300), False), (timedelta(days=340), True)])
def test_it_is_renewed_before_it_ends_and_not_sooner(home, machine, later, renewed):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificates = machine.certificates(home)
    assert certificates.renew(machine.names, machine.addresses, context)
    authority = certificates.authority()
    machine.now += later
    assert certificates.renew(machine.names, machine.addresses, context) is renewed
    assert certificates.authority() == authority


def test_a_certificate_of_an_authority_that_is_gone_is_made_anew(home, machine):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificates = machine.certificates(home)
    certificates.renew(machine.names, machine.addresses, context)
    (home / "page-ca.key").unlink()
    assert certificates.renew(machine.names, machine.addresses, context)
    authority = x509.load_pem_x509_certificate(certificates.authority())
    leaf(home).verify_directly_issued_by(authority)


def test_damaged_files_are_named(home, machine):
    (home / "page-ca.key").write_text("no key")
    (home / "page-ca.crt").write_text("no certificate")
    with pytest.raises(ConfigError) as caught:
        machine.certificates(home).renew(NAMES, LOOPBACK, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    assert caught.value.code == "certificate-unusable"


async def test_plain_http_explains_and_gives_the_certificate_and_nothing_else(home, machine, monkeypatch):
    ports, bind = [], listeners._bind_tcp

    def noted(*where):
        listener = bind(*where)
        ports.append(listener.getsockname()[1])
        return listener

    monkeypatch.setattr(listeners, "_bind_tcp", noted)
    async with served(home, machine) as (port, _, _), aiohttp.ClientSession() as browser:
        (plain,) = (each for each in ports if each != port)
        async with browser.get(f"http://127.0.0.1:{plain}/") as response:
            assert response.status == 200
            assert f"https://127.0.0.1:{port}/" in await response.text()
        async with browser.get(f"http://127.0.0.1:{plain}/ca.crt") as response:
            assert response.content_type == "application/x-x509-ca-cert"
            assert await response.read() == await asyncio.to_thread((home / "page-ca.crt").read_bytes)
        for method, path in (("GET", "/api/v1/status"), ("POST", "/api/v1/access/session"), ("GET", "/api/")):
            async with browser.request(method, f"http://127.0.0.1:{plain}{path}") as response:
                assert response.status == 403
                assert (await response.json())["error"]["code"] == "https-required"
        async with browser.get(f"http://127.0.0.1:{plain}/", headers={"Host": "evil.example"}) as response:
            assert response.status == 421


async def test_who_never_finishes_the_handshake_is_counted_and_closed(home, machine):
    bounds = Bounds(of_all=3, of_address=3, head_seconds=5, handshake_seconds=0.5)
    async with served(home, machine, bounds=bounds) as (port, trusting, _), aiohttp.ClientSession() as browser:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert not await asyncio.wait_for(_rest(reader), 5)  # no room for a fourth
        for each, _ in silent:
            assert not await asyncio.wait_for(_rest(each), 5)
        await asyncio.sleep(bounds.handshake_seconds + 1)
        async with browser.get(f"https://localhost:{port}/api/v1/access", ssl=trusting) as response:
            assert response.status == 200
        for one in (writer, *(each for _, each in silent)):
            one.close()


async def _rest(reader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


def test_names_of_the_machine_are_in_it():
    assert {"localhost", "earshot.local"} <= set(OwnNames())
