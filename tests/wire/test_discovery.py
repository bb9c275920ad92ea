"""Announcing and finding, with real multicast on loopback, and in a namespace of its own where addresses change."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from zeroconf import AddressResolverIPv4, IPVersion
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from wire.discovery import Found, announce, announce_page, browse

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = ["127.0.0.1"]
TYPE = "_wyoming._tcp.local."


class Changes:
    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[str, Found]] = asyncio.Queue()

    def __call__(self, kind: str, found: Found) -> None:
        self._queue.put_nowait((kind, found))

    async def next(self) -> tuple[str, Found]:
        async with asyncio.timeout(20):
            return await self._queue.get()


async def test_who_announces_is_found_and_missed_when_it_leaves() -> None:
    changes = Changes()
    kitchen = Found("02fc00000001", "127.0.0.1", 10700)
    async with browse(changes, interfaces=LOOPBACK):
        async with announce(kitchen.name, kitchen.port, LOOPBACK, interfaces=LOOPBACK):
            assert await changes.next() == ("added", kitchen)
        assert await changes.next() == ("removed", kitchen)


async def test_who_was_there_before_is_found_too() -> None:
    changes = Changes()
    async with announce("Küche", 10700, LOOPBACK, interfaces=LOOPBACK):
        first = Changes()
        async with browse(first, interfaces=LOOPBACK):
            assert (await first.next())[1].name == "Küche"
        async with browse(changes, interfaces=LOOPBACK):
            assert await changes.next() == ("added", Found("Küche", "127.0.0.1", 10700))


async def test_a_taken_name_gets_a_number() -> None:
    changes = Changes()
    async with browse(changes, interfaces=LOOPBACK), announce("twin", 1, LOOPBACK, interfaces=LOOPBACK):
        assert (await changes.next())[1] == Found("twin", "127.0.0.1", 1)
        async with announce("twin", 2, LOOPBACK, interfaces=LOOPBACK):
            assert (await changes.next())[1] == Found("twin-2", "127.0.0.1", 2)


async def test_the_announcement_is_what_other_programs_expect() -> None:
    """As the ``wyoming`` package announces itself: no TXT, the name as it is."""
    theirs = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    try:
        seen = asyncio.Event()
        async with (
            AsyncServiceBrowser(theirs.zeroconf, [TYPE], handlers=[lambda **_: seen.set()]),
            announce("02fc00000001", 10700, LOOPBACK, interfaces=LOOPBACK),
            asyncio.timeout(20),
        ):
            await seen.wait()
            info = AsyncServiceInfo(TYPE, f"02fc00000001.{TYPE}")
            assert await info.async_request(theirs.zeroconf, 3000)
            assert (info.parsed_addresses(), info.port, info.properties) == (LOOPBACK, 10700, {})
    finally:
        await theirs.async_close()


async def test_an_address_that_no_peer_can_have_is_not_found() -> None:
    changes = Changes()
    theirs = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    try:
        async with browse(changes, interfaces=LOOPBACK):
            for name, host in (("evil", "224.0.0.251"), ("zero", "0.0.0.0"), ("good", "127.0.0.1")):
                service = AsyncServiceInfo(TYPE, f"{name}.{TYPE}", addresses=[socket.inet_aton(host)], port=1)
                await (await theirs.async_register_service(service))
            assert (await changes.next())[1].name == "good"
    finally:
        await theirs.async_close()


@pytest.mark.network
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and network namespaces")
def test_without_a_network_it_waits_for_one_and_a_new_address_is_announced() -> None:
    story = subprocess.run(
        ["unshare", "-n", sys.executable, "-m", "tests.wire.changing_network"],
        check=False,
        capture_output=True,
        text=True,
        timeout=50,
        cwd=ROOT,
    )
    lines = story.stdout.splitlines()
    assert lines[-3:] == ["added 10.7.0.1", "removed 10.7.0.1", "added 10.7.0.2"], story.stdout + story.stderr
    told = [line for line in lines if line.startswith("zeroconf-unavailable")]
    assert 1 <= len(told) <= 2, "each of the two says it once"


async def _address(name: str) -> list[str]:
    """What a phone in the same network is told."""
    phone = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    try:
        resolver = AddressResolverIPv4(f"{name}.")
        await resolver.async_request(phone.zeroconf, 3000)
        return resolver.parsed_addresses(IPVersion.V4Only)
    finally:
        await phone.async_close()


async def _announced_page(hosts: list[str]) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    page = announce_page(
        "Our house. 1", "earshot", 8765, secure=False, on_host=told.put_nowait, addresses=LOOPBACK, interfaces=LOOPBACK
    )
    async with page, asyncio.timeout(20):
        hosts.append(await told.get())
        assert await _address(hosts[-1]) == LOOPBACK


async def test_a_page_is_found_by_name() -> None:
    hosts: list[str] = []
    await _announced_page(hosts)
    assert hosts == ["earshot.local"]


async def test_a_second_house_of_the_network_gets_another_name() -> None:
    other = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    kind, there = "_http._tcp.local.", socket.inet_aton("192.0.2.7")
    try:
        theirs = AsyncServiceInfo(kind, f"Theirs.{kind}", addresses=[there], port=80, server="earshot.local.")
        await (await other.async_register_service(theirs))
        hosts: list[str] = []
        await _announced_page(hosts)
        assert hosts == ["earshot-2.local"]
    finally:
        await other.async_close()
