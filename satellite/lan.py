"""The address of this machine on the local network: where the satellite listens unless told otherwise."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import ifaddr

_ROUTES = Path("/proc/net/route")
_EVERYWHERE = "00000000"


def lan_address() -> str | None:
    """IPv4 of the interface that the default route uses, or of the first one that has any; None without a network."""
    addresses = dict(_addresses())
    for interface in _default_interfaces():
        if interface in addresses:
            return addresses[interface]
    return next(iter(addresses.values()), None)


def _addresses() -> Iterator[tuple[str, str]]:
    for adapter in ifaddr.get_adapters():
        for address in adapter.ips:
            if address.is_IPv4 and not ipaddress.ip_address(str(address.ip)).is_loopback:
                yield adapter.name, str(address.ip)
                break


def _default_interfaces() -> list[str]:
    """Those with a default route, best metric first."""
    try:
        lines = _ROUTES.read_text("ascii").splitlines()[1:]
    except OSError:
        return []
    routes = [line.split() for line in lines]
    defaults = [(int(fields[6]), fields[0]) for fields in routes if len(fields) > 6 and fields[1] == _EVERYWHERE]
    return [interface for _, interface in sorted(defaults)]
