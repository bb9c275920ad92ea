"""``python -m tests.measure_recovery``: seconds from a failure's end to a hub that serves again, as JSON.

Failures: a satellite killed and started again, the broker and each engine killed with -9, the network cut for 5 s
(root only).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from hub.web.client import ControlClient
from tests.flow.test_network_cut import CUT_SECONDS, ROOM_ADDRESS, joined_namespaces
from tests.flow.test_whole import engine_pid, hub_and_room, spoken
from tests.programs import configure, room_program, running_hub

ROUNDS = 3


async def seconds_until(works: Callable[[], Awaitable[bool]]) -> float:
    began = time.monotonic()
    async with asyncio.timeout(60):
        while not await works():
            await asyncio.sleep(0.02)
    return round(time.monotonic() - began, 2)


async def on_one_machine(home: Path) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"satellite": [], "broker": [], "stt": [], "tts": []}
    async with hub_and_room(home) as (wav, uri), ControlClient(home / "run" / "hub.sock") as hub:
        recording = await asyncio.to_thread(wav.read_bytes)

        async def switched() -> bool:
            actions = (await hub.ask_text("turn on the bed light")).trace.actions
            return bool(actions) and actions[0].outcome == "confirmed"

        async def heard() -> bool:
            trace = (await hub.ask_wav(recording, reply_audio=True)).trace
            return trace.error is None or not trace.error.code.startswith(("stt-", "tts-"))

        async def served() -> bool:
            return any(satellite.state == "idle" for satellite in await hub.satellites())

        for _ in range(ROUNDS):
            async with room_program(uri, home=home):
                found["satellite"].append(await seconds_until(served))
            os.kill(int((home / "run" / "broker" / "pid").read_text()), signal.SIGKILL)
            found["broker"].append(await seconds_until(switched))
            for engine in ("stt", "tts"):
                os.kill(await engine_pid(home, engine), signal.SIGKILL)
                found[engine].append(await seconds_until(heard))
    return found


async def over_a_network(home: Path) -> list[float]:
    """From the cable's return to a room whose turn is answered, less the length of that turn on a whole cable."""
    uri = f"tcp://{ROOM_ADDRESS}:10700"
    with joined_namespaces() as network:
        configure(home, f'[[satellite]]\nname = "room"\naddress = "{uri}"\n')
        sides = network.inside(network.hub), network.inside(network.room)
        async with running_hub(home, prefix=sides[0]), room_program(uri, home=home, prefix=sides[1]) as room:
            wav = await spoken(home, "turn on the bed light", "command.wav")

            async def answered() -> bool:
                return bool((await room.turn(wav))["answered"])

            await seconds_until(answered)
            usual = await seconds_until(answered)
            found = []
            for _ in range(ROUNDS):
                network.drop()
                await asyncio.sleep(CUT_SECONDS)
                network.heal()
                found.append(round(await seconds_until(answered) - usual, 2))
    return found


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="e.", dir="/tmp") as folder:
        seconds: dict[str, list[float]] = await on_one_machine(Path(folder))
    if os.geteuid() == 0:
        with tempfile.TemporaryDirectory(prefix="e.", dir="/tmp") as folder:
            seconds["network"] = await over_a_network(Path(folder))
    json.dump({"recovery_seconds": seconds}, sys.stdout)


asyncio.run(main())
