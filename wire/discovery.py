"""Announces this program as a Wyoming peer on the local network, and finds others (zeroconf, ``_wyoming._tcp``)."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Literal

import ifaddr
from zeroconf import AddressResolverIPv4, IPVersion, ServiceStateChange, Zeroconf
from zeroconf import Error as ZeroconfError
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from wire.tasks import Tasks

_log = logging.getLogger(__name__)

_TYPE = "_wyoming._tcp.local."
_PAGE_TYPES = {False: "_http._tcp.local.", True: "_https._tcp.local."}
_MOST_HOSTS = 9  # hubs of one network that are called earshot.local, earshot-2.local, …
_HOST_MS = 1500  # in which another machine says that it is called so
_MDNS_GROUP = ("224.0.0.251", 5353)
_RESOLVE_MS = 3000
_RECHECK_SECONDS = 5.0  # how soon a changed address of this machine is announced
_MAX_NAMES = 256  # anybody on the network can announce names: more than a house has are ignored
_MAX_NAME_BYTES = 63  # of one DNS label

OnChange = Callable[[Literal["added", "removed"], "Found"], None]
_Work = Callable[[AsyncZeroconf], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Found:
    """A peer that announced itself. Nobody proves who announces: a hint where to connect, no more.

    name: printable, at most 63 bytes. host: an IPv4 address.
    """

    name: str
    host: str
    port: int


def mac_name() -> str:
    """The name that Wyoming peers have by default: this machine's MAC address, 12 hex digits."""
    return f"{uuid.getnode():012x}"


@contextlib.asynccontextmanager
async def announce(
    name: str, port: int, addresses: Sequence[str] | None = None, *, interfaces: Sequence[str] | None = None
) -> AsyncIterator[None]:
    """Announce while the block runs; a name that is taken gets a number. Without a network: says so once, goes on.

    addresses: IPv4 to announce; None: the one that this machine has, again whenever it changes.
    interfaces: IPv4 addresses of the interfaces to speak on; None: all.
    """
    async with Tasks() as tasks:
        work = partial(_announced, name, port, addresses)
        tasks.start(_on_each_network(work, interfaces), name=f"wire.announce[{name}]")
        yield


@contextlib.asynccontextmanager
async def announce_page(
    title: str,
    host: str,
    port: int,
    *,
    secure: bool,
    on_host: Callable[[str], None],
    addresses: Sequence[str] | None = None,
    interfaces: Sequence[str] | None = None,
) -> AsyncIterator[None]:
    """Let browsers find a page as ``host``.local while the block runs; a name that is taken gets a number.

    title: shown in lists. addresses, interfaces: as of ``announce``.
    on_host: told the name that it got, again after each change of this machine's addresses.
    """
    async with Tasks() as tasks:
        work = partial(_page_announced, _label(title), (host, port, secure), on_host, addresses)
        tasks.start(_on_each_network(work, interfaces), name=f"wire.page[{host}]")
        yield


@contextlib.asynccontextmanager
async def browse(on_change: OnChange, *, interfaces: Sequence[str] | None = None) -> AsyncIterator[None]:
    """Call ``on_change`` for each peer that comes or goes while the block runs; a new address is both.

    A peer that loses power without a goodbye is only missed when its announcement expires, after 75 minutes.
    """
    async with Tasks() as tasks:
        browser = _Browser(on_change, tasks)
        tasks.start(_on_each_network(browser.browsing, interfaces), name="wire.browse")
        yield


async def _on_each_network(work: _Work, interfaces: Sequence[str] | None) -> None:
    """Do ``work`` for as long as this machine keeps its addresses, then again with the new ones."""
    told = False
    while True:
        before = own_addresses()
        try:
            async with _zeroconf(sorted(interfaces or before)) as zeroconf, work(zeroconf):
                while own_addresses() == before:  # noqa: ASYNC110  # nothing tells of a changed address
                    await asyncio.sleep(_RECHECK_SECONDS)
        except (OSError, ZeroconfError) as error:
            if not told:
                _log.warning("zeroconf-unavailable: %s; configure peers by address, or connect this machine", error)
            told = True
            await asyncio.sleep(_RECHECK_SECONDS)


@contextlib.asynccontextmanager
async def _zeroconf(interfaces: list[str]) -> AsyncIterator[AsyncZeroconf]:
    if not interfaces:
        raise OSError("this machine has no IPv4 address")
    zeroconf = AsyncZeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only)
    try:
        yield zeroconf
    finally:
        await zeroconf.async_close()  # says goodbye


def own_addresses() -> frozenset[str]:
    """IPv4 addresses of this machine."""
    return frozenset(str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4)


def _main_address() -> str:
    """The address from which this machine speaks to the group: what the ``wyoming`` package announces too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # a UDP connect sends nothing
        probe.setblocking(False)
        probe.connect(_MDNS_GROUP)
        address: str = probe.getsockname()[0]
        return address


@contextlib.asynccontextmanager
async def _announced(
    name: str, port: int, addresses: Sequence[str] | None, zeroconf: AsyncZeroconf
) -> AsyncIterator[None]:
    hosts = list(addresses) if addresses else [_main_address()]
    service = AsyncServiceInfo(
        _TYPE, f"{name}.{_TYPE}", addresses=[socket.inet_aton(host) for host in hosts], port=port
    )
    await (await zeroconf.async_register_service(service, allow_name_change=True))
    _log.info("announced as %s at %s port %s", service.name.removesuffix(f".{_TYPE}"), ", ".join(hosts), port)
    yield


@contextlib.asynccontextmanager
async def _page_announced(
    title: str,
    where: tuple[str, int, bool],
    on_host: Callable[[str], None],
    addresses: Sequence[str] | None,
    zeroconf: AsyncZeroconf,
) -> AsyncIterator[None]:
    host, port, secure = where
    kind, hosts = _PAGE_TYPES[secure], list(addresses) if addresses else [_main_address()]
    free = await _free_host(zeroconf, host, own_addresses())
    packed = [socket.inet_aton(address) for address in hosts]
    service = AsyncServiceInfo(kind, f"{title}.{kind}", addresses=packed, port=port, server=f"{free}.")
    await (await zeroconf.async_register_service(service, allow_name_change=True))
    on_host(free)
    _log.info("the page is announced as %s port %s", free, port)
    yield


def _label(title: str) -> str:
    """One DNS label, with room for the number of a name that is taken."""
    return title.replace(".", " ").encode()[: _MAX_NAME_BYTES - 4].decode(errors="ignore").strip() or "Earshot"


async def _free_host(zeroconf: AsyncZeroconf, host: str, own: frozenset[str]) -> str:
    """The first of ``host.local``, ``host-2.local``, … that no other machine answers to."""
    names = [f"{host}.local", *(f"{host}-{number}.local" for number in range(2, _MOST_HOSTS))]
    for name in names:
        resolver = AddressResolverIPv4(f"{name}.")
        await resolver.async_request(zeroconf.zeroconf, _HOST_MS)
        if set(resolver.parsed_addresses(IPVersion.V4Only)) <= own:
            return name
    raise OSError(f"{len(names)} machines are called {host} already")


class _Browser:
    """Knows who is there; outlives the zeroconf instance, which ends with each change of this machine's addresses."""

    def __init__(self, on_change: OnChange, tasks: Tasks) -> None:
        self._on_change, self._tasks = on_change, tasks
        self._found: dict[str, Found] = {}

    @contextlib.asynccontextmanager
    async def browsing(self, zeroconf: AsyncZeroconf) -> AsyncIterator[None]:
        async with AsyncServiceBrowser(zeroconf.zeroconf, [_TYPE], handlers=[self._changed]):
            yield

    def _changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        label = name.removesuffix(f".{service_type}")
        if not label.isprintable() or not 0 < len(label.encode(errors="replace")) <= _MAX_NAME_BYTES:
            _log.debug("ignored a peer named %.80r", label)
        elif state_change is ServiceStateChange.Removed:
            self._replace(label, None)
        elif len(self._tasks) <= _MAX_NAMES:
            self._tasks.start(self._resolve(zeroconf, label), name=f"wire.resolve[{label}]")

    async def _resolve(self, zeroconf: Zeroconf, label: str) -> None:
        try:
            service = AsyncServiceInfo(_TYPE, f"{label}.{_TYPE}")
            await service.async_request(zeroconf, _RESOLVE_MS)
        except ZeroconfError as error:  # a name that is none, or this machine's addresses changed meanwhile
            _log.debug("could not resolve %r: %s", label, error)
            return
        hosts = [host for host in service.parsed_addresses(IPVersion.V4Only) if _is_reachable(host)]
        known = self._found.get(label)
        if known is None and len(self._found) >= _MAX_NAMES:
            _log.debug("ignored %r: %s peers are known already", label, _MAX_NAMES)
        elif hosts and service.port and not (known and known.host in hosts and known.port == service.port):
            self._replace(label, Found(label, hosts[0], service.port))

    def _replace(self, label: str, found: Found | None) -> None:
        gone = self._found.pop(label, None)
        if gone is not None:
            self._on_change("removed", gone)
        if found is not None:
            self._found[label] = found
            self._on_change("added", found)


def _is_reachable(host: str) -> bool:
    """An announcement can name any address; these are never a peer's."""
    address = ipaddress.ip_address(host)
    return not (address.is_multicast or address.is_unspecified or address.is_reserved)
