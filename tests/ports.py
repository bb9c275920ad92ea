"""Ports for a program that a test starts later."""

from __future__ import annotations

import random
import socket
from pathlib import Path

LOWEST, TRIES = 20_000, 100


def free_port() -> int:
    """A loopback port that nobody has, below those that the kernel gives to connections: nobody gets it meanwhile."""
    highest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
    for _ in range(TRIES):
        port = random.randrange(LOWEST, highest)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise OSError(f"no port from {LOWEST} to {highest} is free")
