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

from hub.web.client import ControlClient
from tests.flow.test_whole import LIMIT_SECONDS, spoken
from tests.programs import configure, program, room_program, running_hub
from wire.pcm import silence
from wire.wav import write_wav

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


@pytest.mark.timeout(120)
async def test_a_room_is_found_by_zeroconf_alone(home: Path, network: Network) -> None:
    """Two hosts, real multicast, nothing configured: name and room come from the satellite."""
    for name in (network.hub, network.room):
        subprocess.run(f"ip -n {name} route add 224.0.0.0/4 dev veth0".split(), check=True)
    (home / "etc").mkdir()
    (home / "etc" / "hub.toml").write_text("[web]\nport = 0\n")
    quiet = home / "silence.wav"
    await asyncio.to_thread(write_wav, quiet, silence(1000))
    room = ("--uri", f"tcp://{ROOM_ADDRESS}:10700", "--name", "Attic Room", "--area", "Attic")
    devices = ("--mic", f"wav:{quiet}", "--speaker", "none")
    async with (
        program("hub", "hub", home=home, ready="READY", prefix=network.inside(network.hub)),
        program("satellite", *room, *devices, home=home, ready="READY", prefix=network.inside(network.room)),
        ControlClient(home / "run" / "hub.sock") as hub,
        asyncio.timeout(LIMIT_SECONDS),
    ):
        while not (found := [one for one in await hub.satellites() if one.state == "idle"]):
            await asyncio.sleep(0.1)
        assert [(one.name, one.area) for one in found] == [("Attic Room", "Attic")]
