"""Lets connections go to this house alone, unless somebody allowed the internet."""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_SHARED = ipaddress.ip_network("100.64.0.0/10")  # a provider's own, and what Tailscale and others give to one's devices


class FarAway(OSError):
    """The host is outside the house's own network."""


def is_near(address: str) -> bool:
    """A private, link-local or loopback address (RFC 1918, 4193, 3927, 6598)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    ip = mapped or ip
    if ip.is_multicast or ip.is_unspecified:
        return False
    return ip.is_private or ip.is_link_local or (ip.version == 4 and ip in _SHARED)


def is_far_literal(host: str) -> bool:
    """``host`` is an address, not a name, and outside the house."""
    try:
        return not is_near(host)
    except ValueError:
        return False


class NearbyResolver(AbstractResolver):
    """Gives only addresses in the house. It resolves for each connection, so that what was checked is what is used."""

    def __init__(self) -> None:
        self._every = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises FarAway where the name has addresses outside the house only."""
        found = await self._every.resolve(host, port, family)
        near = [one for one in found if is_near(one["host"])]
        if not near:
            raise FarAway(f"{host} is outside this house")
        return near

    async def close(self) -> None:
        await self._every.close()
