"""From announcement to proof on a real broker: every device of the recordings' house, faults and crashes."""

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.bus.broker import own_broker
from hub.bus.client import Bus
from hub.config import PolicyRule, PolicySection
from hub.errors import ActionFailed
from hub.house.actor import HouseActor
from hub.house.file import COMPONENTS, Device, HouseFile, load_house
from hub.house.policy import Policy
from hub.house.registry import HouseRegistry
from hub.house.simulated import SimulatedHouse, load_simulated_house
from hub.stages import Intent

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT.parent / "shared" / "audio" / "demo-home.toml"
HOUSES = [
    ROOT / "examples" / "demo-house.toml",
    pytest.param(RECORDED, marks=pytest.mark.skipif(not RECORDED.exists(), reason="no ../shared/audio here")),
]
COMMANDS = {
    "light": [("HassTurnOn", {}), ("HassLightSet", {"brightness": 40}), ("HassLightSet", {"color": "red"})],
    "switch": [("HassTurnOn", {}), ("HassTurnOff", {})],
    "cover": [("HassTurnOff", {})],
    "lock": [("HassTurnOn", {})],
    "fan": [("HassTurnOn", {}), ("HassFanSetSpeed", {"percentage": 50})],
    "climate": [("HassClimateSetTemperature", {"temperature": 23})],
    "scene": [("HassTurnOn", {})],
    "button": [("HassTurnOn", {})],
}
RARE = {
    "humidifier": ("HassHumidifierSetpoint", {"humidity": 55}),
    "vacuum": ("HassVacuumStart", {}),
    "siren": ("HassTurnOn", {}),
    "valve": ("HassTurnOn", {}),
    "select": ("EarshotSetValue", {"value": "high"}),
    "number": ("EarshotSetValue", {"value": 42}),
    "text": ("EarshotSetValue", {"value": "hello"}),
    "alarm_control_panel": ("EarshotArm", {"mode": "home"}),
    "lawn_mower": ("HassLawnMowerStartMowing", {}),
    "water_heater": ("HassTurnOn", {}),
}


class Home:
    def __init__(self, bus, file, simulated):
        self.bus, self.simulated = bus, simulated
        self.house = HouseRegistry(bus, notes=file)
        valves = Policy(PolicySection(rule=[PolicyRule(domains=["valve"], decision="allow")]))
        self.actor = HouseActor(self.house, bus, proof_seconds=2.0, policy=valves)

    async def do(self, intent, /, **slots):
        if "named" in slots:
            slots["name"] = slots.pop("named")
        return await self.actor.carry_out(Intent(intent, slots, "default", "en", ""), area=None)


@pytest.fixture
async def broker(home):
    async with own_broker(home / "var", home / "run") as address:
        yield address


@pytest.fixture
def kill_broker(home):
    async def kill():
        os.kill(int(await asyncio.to_thread((home / "run" / "broker" / "pid").read_text)), signal.SIGKILL)

    return kill


@asynccontextmanager
async def lived_in(address, file):
    async with SimulatedHouse(file, address) as simulated, Bus(address, name="hub") as bus:
        home = Home(bus, file, simulated)
        assert await home.house.settled()
        yield home


async def test_one_of_every_kind_is_known_and_obeys(broker):
    file = HouseFile(device=tuple(Device(id=f"{kind}.x", name=f"My {kind}") for kind in COMPONENTS))
    async with lived_in(broker, file) as home:
        assert {entity.domain for entity in home.house.entities()} == set(COMPONENTS)
        for kind, (intent, slots) in RARE.items():
            (action,) = (await home.do(intent, named=f"My {kind}", **slots)).actions
            assert action.outcome == "confirmed", kind


async def test_a_sensor_that_several_gateways_hear(broker):
    """A state topic with + for the gateway, as OpenMQTTGateway announces it."""
    config = {"state_topic": "+/BTtoMQTT/AABB", "value_template": "{{ value_json.tempc }}", "name": "Fridge"}
    async with Bus(broker, name="gateway") as gateway, Bus(broker, name="hub") as bus:
        house = HouseRegistry(bus)
        await gateway.publish("homeassistant/sensor/fridge/config", json.dumps(config), retain=True, qos=1)
        await gateway.publish("attic/BTtoMQTT/AABB", '{"tempc": 4.5}', retain=True, qos=1)
        assert await house.settled()
        assert [entity.state for entity in house.entities()] == ["4.5"]


@pytest.mark.parametrize("path", HOUSES, ids=lambda path: path.stem)
async def test_every_device_is_known_obeys_and_proves_it(broker, path):
    file = await asyncio.to_thread(load_simulated_house, path)
    async with lived_in(broker, file) as home:
        known = {entity.entity_id: entity for entity in home.house.entities()}
        for device in file.device:
            entity, wanted = known.pop(device.id), device.entity()
            for part in ("name", "area", "aliases", "device_class", "state", "unit", "available"):
                assert getattr(entity, part) == getattr(wanted, part), (device.id, part)
        assert not known
        for device in file.device:
            for intent, slots in COMMANDS.get(device.component, []):
                result = await home.do(intent, named=device.id, **slots)
                (action,) = result.actions
                expected = "sent" if device.component in {"scene", "button"} else "confirmed"
                assert action.outcome == expected, (device.id, intent, result)
                if expected == "confirmed":
                    assert action.evidence.topic.startswith("simulated/")
                else:
                    assert home.simulated.behaviours[device.id].presses


FAULTY = HouseFile(
    device=(
        Device(id="switch.fine", name="Fine", state="OFF", delay_ms=300),
        Device(id="switch.silent", name="Silent", state="OFF", fault="silent"),
        Device(id="switch.refuses", name="Refuses", state="OFF", fault="refuses"),
        Device(id="switch.offline", name="Offline", state="OFF", fault="offline"),
    )
)


async def test_faults_are_told_apart_from_obedience(broker):
    async with lived_in(broker, FAULTY) as home:
        results = await asyncio.gather(
            *(home.do("HassTurnOn", named=name) for name in ("Fine", "Silent", "Refuses", "Offline"))
        )
        assert [(result.actions[0].outcome, result.problem) for result in results] == [
            ("confirmed", None),
            ("failed", "no-proof"),
            ("failed", "no-proof"),
            ("failed", "offline"),
        ]
        assert results[0].actions[0].evidence.after_ms >= 250


async def test_a_house_that_ends_takes_its_devices_with_it(broker):
    async with Bus(broker, name="hub") as bus:
        house = HouseRegistry(bus)
        async with SimulatedHouse(FAULTY, broker):
            assert await house.settled()
            assert len(house.entities()) == len(FAULTY.device)
        await bus.synced()
        assert house.entities() == ()
        left = []
        bus.listen("homeassistant/#", left.append)
        await bus.synced()
        assert left == []


async def test_a_broker_that_hangs_keeps_no_house_from_ending(broker, home):
    house = await asyncio.to_thread(load_simulated_house, ROOT / "examples" / "demo-house.toml")
    pid = int(await asyncio.to_thread((home / "run" / "broker" / "pid").read_text))
    try:
        async with asyncio.timeout(15):  # one device after another it took twenty seconds and more
            async with SimulatedHouse(house, broker) as simulated:
                assert len(simulated.devices) > 10
                os.kill(pid, signal.SIGSTOP)
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_devices_that_die_without_a_word_are_offline(broker, home):
    file = home / "house.toml"
    await asyncio.to_thread(file.write_text, '[[device]]\nid = "switch.a"\nname = "A"\nstate = "ON"\n')
    script = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from hub.bus.address import BrokerAddress\n"
        "from hub.house.simulated import load_simulated_house, simulate\n"
        "address = BrokerAddress('127.0.0.1', int(sys.argv[2]), sys.argv[3], os.environ['BROKER_PASSWORD'])\n"
        "asyncio.run(simulate(load_simulated_house(Path(sys.argv[1])), address))\n"
    )
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(file), str(broker.port), broker.username),
        env={**os.environ, "BROKER_PASSWORD": broker.password},
    )
    async with Bus(broker, name="hub") as bus, asyncio.timeout(30):
        house = HouseRegistry(bus)
        actor = HouseActor(house, bus, proof_seconds=2.0)
        turn_off = Intent("HassTurnOff", {"name": "A"}, "default", "en", "")
        while not house.entities() or house.entities()[0].state is None:
            await house.settled()
        assert (await actor.carry_out(turn_off, area=None)).actions[0].outcome == "confirmed"
        child.kill()
        await child.wait()
        while house.entities()[0].available:
            await bus.synced()
        assert (await actor.carry_out(turn_off, area=None)).problem == "offline"


async def test_after_a_broker_crash_the_next_action_works(broker, kill_broker):
    async with lived_in(broker, FAULTY) as home:
        assert (await home.do("HassTurnOn", named="Fine")).actions[0].outcome == "confirmed"
        await kill_broker()
        outcomes = []
        async with asyncio.timeout(5):
            while "confirmed" not in outcomes:
                try:
                    outcomes.append((await home.do("HassTurnOff", named="Fine")).actions[0].outcome)
                except ActionFailed as error:
                    outcomes.append(error.code)


async def test_a_house_on_a_bare_broker_comes_back_when_the_broker_forgot_it(home, broker, kill_broker):
    async with lived_in(broker, FAULTY):
        await kill_broker()
        await asyncio.to_thread((home / "var" / "broker" / "mosquitto.db").unlink, missing_ok=True)
        async with Bus(broker, name="late") as late, asyncio.timeout(15):
            house = HouseRegistry(late)
            while len(house.entities()) < len(FAULTY.device):
                await house.settled()
                await asyncio.sleep(0.05)


async def test_hostile_announcements_cost_only_themselves(broker):
    async with lived_in(broker, FAULTY) as home:
        hostile = {
            "homeassistant/switch/bad1/config": b"{",
            "homeassistant/switch/bad2/config": b"[" * 200_000,
            "homeassistant/switch/bad3/config": b'{"command_topic": "#"}',
            "homeassistant/device/bad4/config": b'{"cmps": 5}',
            "homeassistant/sensor/bad5/config": json.dumps(
                {"state_topic": "bad5", "value_template": "{% set x='ab' %}" + "{% set x=x+x %}" * 200 + "{{x}}"}
            ).encode(),
            "bad5": b"1",
            "simulated/switch/fine/state": b"\xff" * 100_000,
        }
        async with Bus(broker, name="attacker") as attacker:
            for topic, payload in hostile.items():
                await attacker.publish(topic, payload, qos=1, retain=True)
        await home.bus.synced()
        assert len(home.house.problems) == 4
        assert (await home.do("HassTurnOn", named="Fine")).actions[0].outcome == "confirmed"


async def test_a_house_of_five_thousand_is_known_whole(broker):
    async with Bus(broker, name="maker") as maker:
        await maker.wait_connected()
        for number in range(5000):
            config = {
                "name": f"Lamp {number}",
                "schema": "json",
                "state_topic": f"big/{number}",
                "command_topic": f"big/{number}/set",
                "device": {"name": f"Lamp {number}", "suggested_area": f"Room {number % 50}"},
            }
            await maker.publish(f"homeassistant/light/n{number}/config", json.dumps(config), retain=True)
            await maker.publish(f"big/{number}", '{"state": "ON"}', retain=True)
        await maker.synced()
    async with Bus(broker, name="hub") as bus:
        house = HouseRegistry(bus)
        assert await house.settled(45)
        assert len(house.entities()) == 5000
        assert all(entity.state == "on" for entity in house.entities())
        assert len(house.areas()) == 50


async def test_a_large_simulated_house_shares_connections(broker):
    devices = tuple(Device(id=f"switch.n{n}", name=f"N {n}", room=f"Room {n % 5}", state="OFF") for n in range(60))
    async with lived_in(broker, HouseFile(device=devices)) as home:
        assert len(home.house.entities()) == 60
        result = await home.do("HassTurnOn", named="N 33")
        assert result.actions[0].outcome == "confirmed"


async def test_the_example_house_is_the_format_that_notes_have_too():
    path = ROOT / "examples" / "demo-house.toml"
    assert await asyncio.to_thread(load_house, path) == await asyncio.to_thread(load_simulated_house, path)
