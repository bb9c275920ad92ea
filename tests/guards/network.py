"""Forbids this process to reach anything but itself, and writes down every try.

An audit hook sees each connect, send and name look-up before it happens, whatever library makes it, and cannot be
taken off again. A try raises NetworkForbidden, an OSError; because code under test may well catch that and try again,
it is also recorded, and the fixture in tests/guards/plugin.py fails the test by that record.

Allowed: Unix sockets, loopback, multicast that leaves by the loopback interface, and everything inside a network
namespace that a test made for itself (nothing leads out of it).

Imported by path in child processes too (tests/guards/child/sitecustomize.py): standard library only.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from pathlib import Path

GUARD_VARIABLE = "EARSHOT_TEST_NETWORK"  # "<namespace>;<file for the record>", read by child processes
_LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_SENDS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_readlink, _write = os.readlink, os.write  # as they were before blockbuster wrapped them: the hook may run in a loop
_LOOPBACK_NAMES = ("", "localhost", "ip6-localhost", "localhost.localdomain")


class NetworkForbidden(OSError):
    """A test tried to reach something outside this machine's loopback."""


def namespace() -> str:
    return _readlink("/proc/thread-self/ns/net")


def install(home_namespace: str, record: Path) -> None:
    """Guard this process while it is in ``home_namespace``; tries are appended to ``record``, one line each."""

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event in _SENDS:
            place = _forbidden_address(args[0], args[1])
        elif event in _LOOK_UPS:
            place = _forbidden_name(args[0])
        else:
            return
        if place is None or namespace() != home_namespace:
            return
        message = f"{event} to {place} (process {os.getpid()})"
        number = os.open(record, os.O_WRONLY | os.O_APPEND)
        _write(number, f"{message}\n".encode())
        os.close(number)
        raise NetworkForbidden(f"tests may only reach loopback: {message}")

    sys.addaudithook(hook)


def _forbidden_address(sock: object, address: object) -> str | None:
    """The address as text if a packet to it would leave this machine; None if it may go."""
    if not isinstance(sock, socket.SocketType) or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    if not isinstance(address, tuple):  # None: already connected, and that was looked at
        return None
    host = str(address[0])
    try:
        ip = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _forbidden_name(host)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback or ip.is_unspecified or (ip.is_multicast and _multicast_stays_here(sock)):
        return None  # a packet to the unspecified address goes to this machine itself
    return f"{host} port {address[1]}"


def _multicast_stays_here(sock: socket.socket) -> bool:
    if sock.family == socket.AF_INET6:
        index = sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF)
        return index != 0 and socket.if_indextoname(index) == "lo"
    chosen = sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, 4)
    return ipaddress.ip_address(chosen).is_loopback


def _forbidden_name(host: object) -> str | None:
    """The host's name if finding its address would ask a server; None for addresses and names of this machine."""
    if host is None:
        return None
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in _LOOPBACK_NAMES or name == socket.gethostname():
        return None
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return f"host name {name!r}"
    return None
