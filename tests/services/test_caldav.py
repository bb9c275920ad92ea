"""A calendar on a real CalDAV server (Radicale), read and written; and servers that mean harm."""

from __future__ import annotations

import hashlib
import re
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from hub.calendar.caldav import CalDavSource, Login
from hub.calendar.source import MOST_BYTES, Copy
from hub.calendar.writing import event_text
from hub.errors import CalendarLost
from tests.caldav_server import USER, caldav_server
from tests.calendar_text import calendar, event
from tests.ports import free_port
from tests.sockets import raw_server

NOW = datetime(2026, 11, 1, 8).astimezone()


def one(summary: str, uid: str) -> str:
    return calendar(event("DTSTART:20261103T100000Z", f"SUMMARY:{summary}", uid=uid))


@pytest.fixture
async def server(tmp_path):
    async with caldav_server(tmp_path) as running:
        yield running


@pytest.fixture
def source(server):
    return CalDavSource(server.url, Login(USER, server.password_file))


def named(copy: Copy) -> set[str]:
    return {href.rpartition("/")[2] for href in copy.items}


async def test_only_what_changed_is_fetched_again(server, source):
    for number in range(120):  # more than one request asks for
        await server.put(f"e{number}", one(f"event {number}", f"e{number}"))
    first = await source.fetch(Copy())
    assert len(first.items) == 120
    assert await source.fetch(first) is first
    await server.put("e5", one("changed", "e5"))
    await server.delete("e6")
    second = await source.fetch(first)
    assert named(first) - named(second) == {"e6.ics"}
    fetched = [item for href, item in second.items.items() if item is not first.items[href]]
    assert len(fetched) == 1
    assert "SUMMARY:changed" in fetched[0].text


async def test_a_new_event_stands_on_the_server(server, source):
    text = event_text("new", NOW, NOW + timedelta(hours=1), "dentist", now=NOW)
    await source.add("new", text)
    (item,) = (await source.fetch(Copy())).items.values()
    assert "SUMMARY:dentist" in item.text


async def test_what_is_there_is_not_written_over(server, source):
    await server.put("new", one("theirs", "new"))
    with pytest.raises(CalendarLost) as lost:
        await source.add("new", event_text("new", NOW, NOW, "ours", now=NOW))
    assert lost.value.code == "calendar-read-only"
    (item,) = (await source.fetch(Copy())).items.values()
    assert "SUMMARY:theirs" in item.text


async def test_a_wrong_password_is_named_and_in_no_message(server, source):
    server.password_file.write_text("guess")
    with pytest.raises(CalendarLost) as lost:
        await source.fetch(Copy())
    assert lost.value.code == "calendar-login"
    assert "guess" not in lost.value.message
    server.password_file.chmod(0o644)
    with pytest.raises(CalendarLost) as readable:
        await source.fetch(Copy())
    assert readable.value.code == "calendar-login"


async def test_who_gives_a_users_address_is_told_the_calendars(server):
    with pytest.raises(CalendarLost) as lost:
        await CalDavSource(server.user_url, Login(USER, server.password_file)).fetch(Copy())
    assert lost.value.code == "calendar-invalid"
    assert server.url in lost.value.message


async def test_a_server_that_is_off():
    with pytest.raises(CalendarLost) as lost:
        await CalDavSource(f"http://127.0.0.1:{free_port()}/").fetch(Copy())
    assert lost.value.code == "calendar-unreachable"


@pytest.mark.parametrize("url", ["http://8.8.8.8/cal/", "https://[2001:4860:4860::8888]/cal/"])
async def test_nothing_is_sent_out_of_the_house(url):
    """The guard of the tests would fail it, too."""
    with pytest.raises(CalendarLost) as lost:
        await CalDavSource(url).fetch(Copy())
    assert lost.value.code == "calendar-outside"
    assert "allow_internet" in lost.value.message


async def test_a_name_that_leads_out_of_the_house_is_not_followed(monkeypatch):
    """What a resolver says is a peer's word: the address itself is looked at."""

    async def outside(_self, host, port=0, family=0):
        return [{"hostname": host, "host": "8.8.8.8", "port": port, "family": 2, "proto": 0, "flags": 0}]

    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", outside)  # no name server may be asked here
    with pytest.raises(CalendarLost) as lost:
        await CalDavSource("http://nas.test/cal/").fetch(Copy())
    assert lost.value.code == "calendar-outside"


def answering(text: bytes):
    """A server that answers each connection with ``text`` and closes."""

    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(text)
        await writer.drain()

    return raw_server(talk)


BOMB = b'<!DOCTYPE a [<!ENTITY x "ha">]><multistatus xmlns="DAV:">&x;</multistatus>'


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/x\r\nContent-Length: 0\r\n\r\n", "calendar-invalid"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "calendar-invalid"),
        (b"HTTP/1.1 207 X\r\nContent-Length: %d\r\n\r\n%s" % (len(BOMB), BOMB), "calendar-invalid"),
        (b"HTTP/1.1 207 X\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00", "calendar-invalid"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "calendar-unreachable"),
        (b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", "calendar-invalid"),
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "calendar-login"),
        (b"nonsense\r\n\r\n", "calendar-unreachable"),
        (b"", "calendar-unreachable"),
        (b"HTTP/1.1 207 X\r\nContent-Length: 99\r\n\r\n<mul", "calendar-unreachable"),
    ],
)
async def test_what_a_bad_server_says_is_named(answer, code):
    async with answering(answer) as port:
        with pytest.raises(CalendarLost) as lost:
            await CalDavSource(f"http://127.0.0.1:{port}/cal/").fetch(Copy())
    assert lost.value.code == code


async def test_an_answer_without_end_is_cut_off():
    sent = 0

    async def talk(reader, writer):
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 207 Multi-Status\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"<a>" * 100_000)
            sent += 300_000
            await writer.drain()

    async with raw_server(talk) as port:
        with pytest.raises(CalendarLost, match="16 MiB"):
            await CalDavSource(f"http://127.0.0.1:{port}/cal/").fetch(Copy())
    assert sent < 3 * MOST_BYTES


@asynccontextmanager
async def http_server(answer):
    """Serve ``answer`` for every request; its address."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/c/"
    finally:
        await runner.cleanup()


BARE = (
    '<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>/c/1.ics</href><propstat>'
    "<prop><resourcetype><C:calendar/></resourcetype><C:calendar-data>BEGIN:VCALENDAR</C:calendar-data></prop>"
    "</propstat></response></multistatus>"
)


async def test_a_calendar_without_marks_of_its_own_is_read_each_time():
    """No ctag and no ETags: RFC 4791 demands only the latter."""

    async def answer(_request):
        return web.Response(status=207, text=BARE)

    async with http_server(answer) as url:
        source = CalDavSource(url)
        first = await source.fetch(Copy())
        assert list(first.items) == ["/c/1.ics"]
        assert await source.fetch(first) is not first


async def test_one_path_written_in_two_ways_is_one_event_and_what_is_missing_is_asked_for_again():
    head = '<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/">'

    def response(href, prop):
        return f"<response><href>{href}</href><propstat><prop>{prop}</prop></propstat></response>"

    about = response("/c/", "<resourcetype><C:calendar/></resourcetype><S:getctag>7</S:getctag>")
    listing = response("/c/a%40b.ics", '<getetag>"1"</getetag>') + response("/c/late.ics", '<getetag>"2"</getetag>')
    texts = response("http://nas/c/a@b.ics", '<getetag>"1"</getetag><C:calendar-data>BEGIN</C:calendar-data>')
    asked = []

    async def answer(request):
        body = await request.text()
        asked.append(body)
        told = about if "propfind" in body else listing if "calendar-query" in body else texts
        return web.Response(status=207, text=f"{head}{told}</multistatus>")

    async with http_server(answer) as url:
        first = await CalDavSource(url).fetch(Copy())
        assert [item.text for item in first.items.values()] == ["BEGIN"]
        await CalDavSource(url).fetch(first)
    assert "late.ics" in asked[-1]
    assert "a%40b.ics" not in asked[-1]


@pytest.mark.parametrize("href", ["http://[x", "//[::", "\x7f\u2028", "http://nas:99999/c/"])
async def test_an_address_that_is_none_costs_only_this_calendar(href):
    def response(kind):
        prop = f"<resourcetype>{kind}</resourcetype>"
        return f"<response><href>{href}</href><propstat><prop>{prop}</prop></propstat></response>"

    async def answer(request):
        deep = request.headers.get("Depth") == "1"
        body = response("<C:calendar/>" if deep or "/b/" in request.path else "")
        return web.Response(
            status=207, text=f'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{body}</multistatus>'
        )

    async with http_server(answer) as url:
        for one in (url, url.replace("/c/", "/b/")):
            with suppress(CalendarLost):
                await CalDavSource(one).fetch(Copy())


async def test_a_server_that_wants_a_digest_is_never_sent_the_password(tmp_path):
    """Baikal's default (RFC 7616)."""
    password_file = tmp_path / "password"
    password_file.write_text("secret")
    password_file.chmod(0o600)
    heard = []

    async def answer(request):
        login = request.headers.get("Authorization", "")
        heard.append(login)
        if not login.startswith("Digest "):
            asks = 'Digest realm="dav", nonce="n1", qop="auth", algorithm=MD5'
            return web.Response(status=401, headers={"WWW-Authenticate": asks})
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', login))
        whose, what = md5("anna:dav:secret"), md5(f"{request.method}:{given['uri']}")
        right = md5(f"{whose}:n1:{given['nc']}:{given['cnonce']}:auth:{what}")
        return web.Response(status=207, text=BARE) if given["response"] == right else web.Response(status=401)

    async with http_server(answer) as url:
        copy = await CalDavSource(url, Login("anna", password_file)).fetch(Copy())
    assert list(copy.items) == ["/c/1.ics"]
    assert not any(login.startswith("Basic") for login in heard)


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
