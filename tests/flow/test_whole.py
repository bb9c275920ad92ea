"""The whole appliance as a household has it: programs, real engines, a real broker, a simulated house."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.trace import Trace
from hub.tts.wyoming_client import WyomingSynthesizer
from hub.web.client import ControlClient
from tests.ports import free_port
from tests.programs import SHARED, configure, earshot, program, room_program, running_hub
from wire.connection import PeerSettings
from wire.pcm import Pcm
from wire.wav import write_wav

LIMIT_SECONDS = 30.0  # the goal is 5 (docs/benchmarks.md); test machines are shared

RECORD_KEYS = {
    "turn", "satellite", "area", "started", "wake", "transcript", "language", "stt", "understood", "actions",
    "reply", "error", "timings_ms", "engines_ms", "why", "via", "granted", "person",
}  # fmt: skip


async def asked(home: Path, *arguments: str) -> list[dict[str, object]]:
    """``earshot ask … --json``: its records."""
    code, output, errors = await earshot("ask", *arguments, "--json", home=home)
    assert code == 0, errors
    return [json.loads(line) for line in output.splitlines()]


async def spoken(home: Path, text: str, name: str) -> Path:
    """A recording of ``text``, spoken by the hub that runs in ``home`` with the voice that every machine has."""
    uri = f"unix://{home}/run/tts.sock"
    voice = WyomingSynthesizer([uri], PeerSettings(), deadline_seconds=20, voice="espeak-en-gb")
    blocks = [block async for block in voice.synthesize(text, language="en")]
    path = home / name
    whole = Pcm(blocks[0].rate_hz, 2, 1, b"".join(block.data for block in blocks))
    await asyncio.to_thread(write_wav, path, whole)
    return path


async def latest_turn(home: Path) -> Trace:
    """The record of the turn that has just been heard: it is written once the room has played the answer."""
    async with asyncio.timeout(LIMIT_SECONDS), ControlClient(home / "run" / "hub.sock") as hub:
        while not (turns := await hub.latest_turns(1)):
            await asyncio.sleep(0.05)
    return turns[0]


async def until_answered(home: Path, text: str = "turn on the bed light") -> dict[str, object]:
    """Ask until the action is confirmed; fails beyond the limit."""
    async with asyncio.timeout(LIMIT_SECONDS), ControlClient(home / "run" / "hub.sock") as hub:
        while True:
            trace = (await hub.ask_text(text)).trace
            if trace.actions and trace.actions[0].outcome == "confirmed":
                return {"reply": trace.reply}
            await asyncio.sleep(0.1)


@asynccontextmanager
async def hub_and_room(home: Path) -> AsyncIterator[tuple[Path, str]]:
    """A hub that knows a satellite at a fixed port (nobody there yet) and a command to say; gives (wav, uri)."""
    uri = f"tcp://127.0.0.1:{free_port()}"
    configure(home, f'[[satellite]]\nname = "room"\naddress = "{uri}"\narea = "Bedroom"\n')
    async with running_hub(home):
        yield await spoken(home, "turn on the bed light", "command.wav"), uri


async def test_typed_commands_are_done_and_proven(home: Path) -> None:
    configure(home)
    async with running_hub(home):
        records = await asked(home, "--text", "turn on the bed light", "is the front door locked", "open the sofa")
        done, question, unknown = records
        assert all(set(record) == RECORD_KEYS for record in records)
        action = done["actions"][0]  # type: ignore[index]
        assert (action["entity"], action["outcome"]) == ("light.bed_light", "confirmed")
        assert action["evidence"]["topic"]
        assert done["error"] is None
        assert question["understood"]["intent"] == "HassGetState"  # type: ignore[index]
        assert question["reply"]
        assert unknown["error"]["code"] in {"device-unknown", "not-understood"}  # type: ignore[index]
        code, output, _ = await earshot("house", "list", "--json", home=home)
        states = {entity["entity_id"]: entity["state"] for entity in json.loads(output)["entities"]}
        assert (code, states["light.bed_light"]) == (0, "on")
        code, output, _ = await earshot("doctor", "--json", home=home)
        verdicts = {finding["check"]: finding["verdict"] for finding in json.loads(output)["findings"]}
        assert (code, verdicts["broker"], verdicts["stt"], verdicts["tts"]) == (0, "ok", "ok", "ok")


async def test_a_spoken_command_all_the_way(home: Path) -> None:
    """Microphone to lamp to answer: a recording streams in as a satellite's microphone, a voice comes back."""
    async with hub_and_room(home) as (wav, uri), room_program(uri, home=home) as room:
        heard = await room.turn(wav)
        assert heard == {"error": None, "answered": True}
        trace = await latest_turn(home)
        assert (trace.satellite, trace.area) == ("room", "Bedroom")
        assert trace.stt is not None
        assert trace.timings_ms["done"] >= trace.timings_ms["first_audio"] >= trace.timings_ms["endpoint"] > 0


async def test_a_killed_satellite_that_comes_back_is_served(home: Path) -> None:
    async with hub_and_room(home) as (wav, uri):
        for _ in range(2):
            async with room_program(uri, home=home) as room:
                assert (await asyncio.wait_for(room.turn(wav), LIMIT_SECONDS))["answered"]
                room.process.kill()
                await room.process.wait()


async def test_a_killed_broker_comes_back_with_the_house(home: Path) -> None:
    configure(home)
    async with running_hub(home):
        await until_answered(home)
        os.kill(int((home / "run" / "broker" / "pid").read_text()), signal.SIGKILL)
        await until_answered(home, "turn off the bed light")


@pytest.mark.parametrize("engine", ["stt", "tts"])
async def test_an_engine_killed_in_mid_turn_costs_that_turn_only(home: Path, engine: str) -> None:
    async with hub_and_room(home) as (wav, uri), room_program(uri, home=home) as room:
        turn = asyncio.create_task(room.turn(wav))
        await asyncio.sleep(0.5)
        os.kill(await engine_pid(home, engine), signal.SIGKILL)
        await turn
        async with asyncio.timeout(LIMIT_SECONDS):
            while not (await room.turn(wav))["answered"]:
                pass


async def engine_pid(home: Path, engine: str) -> int:
    """The process that listens on that engine's socket."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and f"{home}/run/{engine}.sock".encode() in (folder / "cmdline").read_bytes():
            return int(folder.name)
    raise AssertionError(f"no {engine} process")


def runs(pid: int) -> bool:
    """Whether that process lives; one that only waits for its parent to notice does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_what_cannot_be_used_is_named_and_nothing_else_is_lost(home: Path) -> None:
    configure(home)
    bad = {
        "text.wav": b"this is no recording",
        "empty.wav": b"",
        "eight.wav": b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80>\0\0\x80>\0\0\x01\0\x08\0data\0\0\0\0",
    }
    for name, content in bad.items():
        (home / name).write_bytes(content)
    async with running_hub(home, house=None):
        paths = [str(home / name) for name in (*bad, "missing.wav")]
        code, output, errors = await earshot("ask", "--wav", *paths, "--json", home=home)
        assert code == 1
        codes = [json.loads(line)["error"]["code"] for line in output.splitlines()]
        assert codes == ["wav-unreadable", "wav-unreadable", "audio-format", "wav-unreadable"]
        assert len(errors.splitlines()) == 4
        record = (await asked(home, "--text", "what time is it"))[0]
        assert record["error"] is None
        unknown = (await asked(home, "--text", "hello", "--language", "xx"))[0]
        assert unknown["error"]["code"] == "language-unknown"  # type: ignore[index]


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[hub]\nnam = 1\n", "nam"),
        ("[hub\n", "config-syntax"),
        ("[endpoint]\nsilence_ms = -5\n", "silence_ms"),
        ("[web]\nbind = 'eth0'\n", "bind"),
    ],
)
async def test_a_wrong_configuration_stops_the_hub_with_its_name(home: Path, toml: str, message: str) -> None:
    (home / "etc").mkdir()
    (home / "etc" / "hub.toml").write_text(toml)
    for arguments in (("hub",), ("hub", "--check-config")):
        code, _, errors = await earshot(*arguments, home=home)
        assert code == 78
        assert message in errors
        assert len(errors.strip().splitlines()) == 1


async def test_a_port_in_use_is_named(home: Path) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    configure(home, f"[services]\nstt_port = {port}\n")
    async with taken:
        code, _, errors = await earshot("hub", home=home)
    assert (code, f"{port}" in errors, errors.splitlines()[-1].partition(":")[0]) == (78, True, "port-in-use")


async def test_a_second_hub_is_refused(home: Path) -> None:
    configure(home)
    async with running_hub(home, house=None):
        code, _, errors = await earshot("hub", home=home)
        assert code == 78
        assert "hub-running" in errors
        assert (await asked(home, "--text", "what time is it"))[0]["error"] is None


async def test_commands_that_need_a_hub_say_so(home: Path) -> None:
    for arguments in (("say", "hello"), ("house", "list")):
        code, _, errors = await earshot(*arguments, home=home)
        assert (code, errors.partition(":")[0]) == (69, "hub-unreachable")


async def test_ask_starts_a_hub_when_none_runs(home: Path) -> None:
    configure(home)
    record = (await asked(home, "--text", "what time is it"))[0]
    assert record["error"] is None
    assert record["reply"]


@pytest.mark.models
@pytest.mark.skipif(not (SHARED / "audio").is_dir(), reason="the recordings of ../shared are not here")
async def test_recordings_of_people_run_against_the_house_they_were_made_for(home: Path) -> None:
    commands = SHARED / "audio" / "commands" / "en"
    house = SHARED / "audio" / "demo-home.toml"
    names = ["lock_the_front_door.wav", "turn_off_lights_in_the_office.wav", "what_is_the_outdoor_humidity.wav"]
    arguments = ["--house", str(house), "--wav", *(str(commands / name) for name in names)]
    records = await asked(home, *arguments, "--reply-wav", str(home / "replies"))
    assert len(records) == 3
    assert all(set(record) == RECORD_KEYS for record in records)
    assert len(list((home / "replies").glob("*.wav"))) == 3


async def test_a_killed_hub_leaves_no_process_and_starts_again(home: Path) -> None:
    configure(home)
    async with program("hub", "hub", home=home, ready="READY") as hub:
        pids = [await engine_pid(home, engine) for engine in ("stt", "tts")]
        pids.append(int((home / "run" / "broker" / "pid").read_text()))
        hub.kill()
        await hub.wait()
        async with asyncio.timeout(LIMIT_SECONDS):
            while any(runs(pid) for pid in pids):
                await asyncio.sleep(0.05)
    async with program("hub", "hub", home=home, ready="READY"):
        assert (await asked(home, "--text", "what time is it"))[0]["error"] is None
