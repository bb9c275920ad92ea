"""A satellite behind a network that fails, in network namespaces of the test's own (needs root, iproute2, nftables)."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flow.test_whole import LIMIT_SECONDS, spoken
from tests.programs import configure, room_program, running_hub

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("nft") or not shutil.which("ip"),
        reason="needs root, iproute2 and nftables (scripts/setup --test)",
    ),
]

HUB_ADDRESS, ROOM_ADDRESS = "10.77.0.1", "10.77.0.2"
CUT_SECONDS = 5.0
LOSS_PERCENT = 10


@dataclass(frozen=True)
class Network:
    """Two namespaces joined by one cable: the hub's and the room's."""

    hub: str
    room: str

    def inside(self, name: str) -> tuple[str, ...]:
        return ("ip", "netns", "exec", name)

    def drop(self, rule: str = "drop") -> None:
        """Drop what arrives in the room and at the hub, both ways."""
        for name in (self.hub, self.room):
            self._nft(name, "add table inet cut")
            self._nft(name, "add chain inet cut in { type filter hook input priority 0 ; }")
            self._nft(name, f"add rule inet cut in iifname veth* {rule}")

    def heal(self) -> None:
        for name in (self.hub, self.room):
            self._nft(name, "delete table inet cut")

    def _nft(self, name: str, command: str) -> None:
        subprocess.run([*self.inside(name), "nft", command], check=True, capture_output=True)


@pytest.fixture
def network() -> Iterator[Network]:
    with joined_namespaces() as pair:
        yield pair


@contextmanager
def joined_namespaces() -> Iterator[Network]:
    tag = secrets.token_hex(3)
    pair = Network(f"hub-{tag}", f"room-{tag}")
    commands = [
        f"ip netns add {pair.hub}",
        f"ip netns add {pair.room}",
        f"ip link add veth0 netns {pair.hub} type veth peer name veth0 netns {pair.room}",
        f"ip -n {pair.hub} addr add {HUB_ADDRESS}/24 dev veth0",
        f"ip -n {pair.room} addr add {ROOM_ADDRESS}/24 dev veth0",
        *(f"ip -n {name} link set {link} up" for name in (pair.hub, pair.room) for link in ("lo", "veth0")),
    ]
    try:
        for command in commands:
            subprocess.run(command.split(), check=True, capture_output=True)
        yield pair
    finally:
        for name in (pair.hub, pair.room):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


@pytest.mark.timeout(180)
async def test_the_network_is_cut_for_five_seconds(home: Path, network: Network) -> None:
    """Nobody restarts anything: the room is served again by itself."""
    uri = f"tcp://{ROOM_ADDRESS}:10700"
    configure(home, f'[[satellite]]\nname = "room"\naddress = "{uri}"\n')
    hub_side, room_side = network.inside(network.hub), network.inside(network.room)
    async with running_hub(home, prefix=hub_side), room_program(uri, home=home, prefix=room_side) as room:
        wav = await spoken(home, "turn on the bed light", "command.wav")
        assert (await room.turn(wav))["answered"]
        network.drop()
        await asyncio.sleep(CUT_SECONDS)
        network.heal()
        async with asyncio.timeout(LIMIT_SECONDS * 2):
            while not (await room.turn(wav))["answered"]:
                pass


@pytest.mark.timeout(180)
async def test_a_turn_survives_a_lossy_network(home: Path, network: Network) -> None:
    """Wi-Fi in homes loses 5-10 % of packets (FIELD A17)."""
    uri = f"tcp://{ROOM_ADDRESS}:10700"
    configure(home, f'[[satellite]]\nname = "room"\naddress = "{uri}"\n')
    hub_side, room_side = network.inside(network.hub), network.inside(network.room)
    async with running_hub(home, prefix=hub_side), room_program(uri, home=home, prefix=room_side) as room:
        wav = await spoken(home, "turn on the bed light", "command.wav")
        assert (await room.turn(wav))["answered"]
        network.drop(f"numgen random mod 100 < {LOSS_PERCENT} drop")
        answers = [(await room.turn(wav))["answered"] for _ in range(3)]
        network.heal()
        assert all(answers)
