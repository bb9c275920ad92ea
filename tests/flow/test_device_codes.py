"""A lock that judges its code itself, on the hub's own broker: asked for, given, proven, and written nowhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hub.bus.broker import kept_broker
from hub.bus.client import Bus
from hub.bus.routes import Message
from hub.web.client import ControlClient
from tests.flow.test_house_and_time import outcomes, said
from tests.programs import configure, earshot, running_hub

LIMIT_SECONDS = 30.0
CONFIG = {
    "name": "Cellar Door",
    "unique_id": "cellar",
    "state_topic": "cellar/state",
    "command_topic": "cellar/set",
    "code_format": r"^\d{4}$",
    "command_template": '{"action": "{{ value }}", "code": "{{ code }}"}',
    "optimistic": False,
}


class Lock:
    """It opens for 4711 and says nothing to any other code."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.orders: asyncio.Queue[bytes] = asyncio.Queue(maxsize=20)
        bus.listen("cellar/set", lambda message: self.orders.put_nowait(message.payload))

    async def run(self) -> None:
        await self._bus.publish("homeassistant/lock/cellar/config", json.dumps(CONFIG), qos=1, retain=True)
        await self._bus.publish("cellar/state", "LOCKED", qos=1, retain=True)
        while True:
            order = json.loads(await self.orders.get())
            if order["code"] == "4711":
                state = "UNLOCKED" if order["action"] == "UNLOCK" else "LOCKED"
                await self._bus.publish("cellar/state", state, qos=1, retain=True)


@asynccontextmanager
async def lock(home: Path) -> AsyncIterator[list[Message]]:
    """Yields all that the hub tells of its turns."""
    address = await asyncio.to_thread(kept_broker, home / "var")
    told: list[Message] = []
    async with Bus(address, name="cellar", status_topic="cellar/status") as bus, asyncio.TaskGroup() as tasks:
        bus.listen("earshot/#", told.append)
        device = tasks.create_task(Lock(bus).run())
        async with asyncio.timeout(LIMIT_SECONDS), ControlClient(home / "run" / "hub.sock") as hub:
            while "lock.cellar" not in {entity.entity_id for entity in (await hub.house()).entities}:
                await asyncio.sleep(0.05)
        yield told
        await bus.synced()
        device.cancel()


async def test_a_lock_opens_for_its_code_which_is_in_no_file_and_in_no_message_but_its_own(home: Path) -> None:
    pin = home / "pin-anna"
    await asyncio.to_thread(pin.write_text, "2580\n")
    await asyncio.to_thread(pin.chmod, 0o600)
    configure(home, f'[policy.pins]\nAnna = "{pin}"\n[privacy]\npublish_transcripts = true\n')
    async with running_hub(home), lock(home) as told:
        asked, wrong, again, right, oven, done = await said(
            home,
            *("unlock the cellar door", "9876", "unlock the cellar door", "four seven one one"),
            *("unlock the front door", "two five eight zero"),
        )
    assert asked["error"]["code"] == "action-unconfirmed"
    assert "code" in asked["reply"]
    assert outcomes(wrong) == {"lock.cellar": "failed"}
    assert "code may have been wrong" in wrong["reply"]
    assert again["error"]["code"] == "action-unconfirmed"
    assert outcomes(right) == {"lock.cellar": "confirmed"}
    assert (right["granted"], right["person"], right["via"]) == ("code", "", "cli")
    assert oven["error"]["code"] == "action-unconfirmed"
    assert (outcomes(done), done["granted"], done["person"]) == ({"lock.front_door": "confirmed"}, "pin", "Anna")

    secrets = (b"4711", b"four seven one one", b"9876", b"2580", b"two five eight zero")
    for path in [*(home / "var").glob("earshot.db*"), *home.glob("*.log")]:
        content = await asyncio.to_thread(path.read_bytes)
        assert [secret for secret in secrets if secret in content] == [], path
    assert [message for message in told if any(secret in message.payload for secret in secrets)] == []
    code, output, _ = await earshot("audit", "--limit", "1", home=home)
    assert code == 0
    assert "by cli [pin] Anna" in output
    code, output, _ = await earshot("audit", "verify", home=home)
    assert code == 0, output
