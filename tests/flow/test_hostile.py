"""The whole hub against peers, files and a broker that misbehave: each loses its own work, nobody else anything."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest

from hub.bus.broker import kept_broker
from hub.bus.client import Bus
from hub.web.client import ControlClient
from tests.programs import configure, earshot, program, running_hub
from wire.tasks import Tasks

LIMIT_SECONDS = 20.0
Hostile = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def frame(kind: str, data: object = None, payload: bytes = b"") -> bytes:
    body = b"" if data is None else json.dumps(data).encode()
    header = {"type": kind, "data_length": len(body), "payload_length": len(payload)}
    return json.dumps(header).encode() + b"\n" + body + payload


def chunk(**lies: object) -> bytes:
    return frame("audio-chunk", {"rate": 16_000, "width": 2, "channels": 1, **lies}, bytes(1280))


WAKE = frame("run-pipeline", {"start_stage": "wake", "end_stage": "tts"})
ASR = frame("run-pipeline", {"start_stage": "asr", "end_stage": "tts"})
INFO = frame("info", {"satellite": {"name": "", "attribution": {"name": "", "url": ""}, "installed": True}})

SAYS = {
    "garbage": b"\x00\xff garbage\n",
    "huge": b'{"type":"audio-chunk","payload_length":99999999999}\n',
    "half": b'{"type":"audio-chunk","payload_length":2000}\n' + bytes(10),
    "lists": frame("run-pipeline", ["wake"]),
    "stages": frame("run-pipeline", {"start_stage": {"a": 1}, "end_stage": 5}),
    "names": frame("detection", {"name": {"a": [1]}, "timestamp": "now"}) + ASR,
    "rates": ASR + chunk(rate=1e300) + chunk(rate="fast") + chunk(width=[]) + chunk(channels=None),
    "floats": ASR + chunk(width=4, channels=0) + chunk(rate=-1) + chunk(width=1),
    "changes": ASR + chunk() + chunk(rate=48_000) + chunk(channels=2),
    "events": frame("user-event", {"name": "muted", "data": 5}) + frame("user-event", {"name": 7, "data": [1]}),
    "errors": frame("error", {"text": {"a": 1}, "code": []}) + frame("played", [1]) + frame("info", {"satellite": 5}),
    "pipelines": ASR * 50,
    "stops": frame("audio-stop", {}) * 5 + WAKE + ASR + frame("audio-stop", {"timestamp": "x"}),
}


def saying(words: bytes) -> Hostile:
    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(INFO + words)
        await asyncio.sleep(0.5)  # a peer in its own time; then it hangs up, and the hub comes again

    return speak


async def never_reads(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(INFO)
    for _ in range(1000):
        writer.write(ASR + chunk() * 10)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(hostile: Hostile) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                await hostile(reader, writer)
        finally:
            writer.transport.abort()

    async with Tasks() as tasks:
        server = await asyncio.start_server(
            lambda *peer: tasks.start(serve(*peer), name="hostile") and None, "127.0.0.1", 0
        )
        try:
            yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()


async def answers(home: Path, text: str = "what time is it") -> None:
    """The hub lives and answers. Raises when it does not."""
    async with asyncio.timeout(LIMIT_SECONDS), ControlClient(home / "run" / "hub.sock") as hub:
        assert (await hub.ask_text(text)).trace.error is None


def quiet(home: Path) -> str:
    """The hub's log; a traceback in it is a bug."""
    log = (home / "hub.log").read_text()
    assert "Traceback" not in log, log[-6000:]
    return log


async def test_satellites_that_lie_flood_or_never_read_are_lost_alone(home: Path) -> None:
    async with AsyncExitStack() as stack:
        peers = {name: saying(words) for name, words in SAYS.items()} | {"deaf": never_reads}
        tables = [
            f'[[satellite]]\nname = "{name}"\naddress = "{await stack.enter_async_context(listening(hostile))}"\n'
            for name, hostile in peers.items()
        ]
        configure(home, "".join(tables))
        async with running_hub(home, house=None) as hub:
            for _ in range(5):
                await answers(home)
                await asyncio.sleep(0.5)
            assert hub.returncode is None


async def test_connections_full_of_garbage_leak_neither_files_nor_memory(home: Path) -> None:
    probe = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = probe.sockets[0].getsockname()[1]
    probe.close()
    await probe.wait_closed()
    configure(home, f"[services]\nhandle_port = {port}\n")
    async with running_hub(home, house=None) as hub:
        process = psutil.Process(hub.pid)

        async def throw(count: int) -> None:
            for number in range(count):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write([b"garbage\n", b'{"type":"x","data_length":1e9}\n', b'{"type":"half'][number % 3])
                writer.write_eof()
                await reader.read()
                writer.close()

        await throw(50)
        await answers(home)
        files, rss_bytes = process.num_fds(), process.memory_info().rss
        await throw(400)
        await answers(home)
        assert process.num_fds() <= files + 2
        assert process.memory_info().rss <= rss_bytes + (4 << 20)
    quiet(home)


async def test_a_house_of_strange_names_can_be_spoken_to(home: Path) -> None:
    """Names are anybody's words: the grammar still compiles, and the lamp beside them turns on by its new name."""
    names = [
        "🚀 Rocket",
        'the "big" <lamp> | [x] (y) = * ;',
        "{{ 7 * 7 }}",
        "客厅灯",
        "a\0b",
        "",
        "#JSGF V1.0;",
        "x" * 5000,
    ]
    configure(home)
    async with running_hub(home, house=None):
        address = await asyncio.to_thread(kept_broker, home / "var")
        async with Bus(address, name="strange") as bus:
            await bus.wait_connected()
            for number, name in enumerate(names):
                await announce(bus, f"strange{number}", name)
            for payload in (b"{", b"[]", b"\xff", b'{"name": 5, "command_topic": "#"}', b"[" * 100_000):
                await bus.publish("homeassistant/light/broken/config", payload, qos=1, retain=True)
            for number in range(150):  # while threads make grammars of the house
                await announce(bus, f"many{number}", f"gadget {number}")
            await announce(bus, "lamp", "reading lamp")
            await until_known(home, "reading lamp")
            await announce(bus, "lamp", "quiet corner lamp")
            await until_known(home, "quiet corner lamp")
            async with asyncio.timeout(LIMIT_SECONDS):
                while "quiet corner lamp" not in (home / "run" / "house.grammar.json").read_text().lower():
                    await asyncio.sleep(0.05)
            await bus.publish("homeassistant/light/lamp/config", b"", qos=1, retain=True)
            await until_known(home, "quiet corner lamp", known=False)
    assert "grammar-invalid" not in quiet(home)


async def announce(bus: Bus, device: str, name: str) -> None:
    config = {"name": name, "unique_id": device, "command_topic": f"t/{device}/set", "state_topic": f"t/{device}"}
    await bus.publish(f"homeassistant/light/{device}/config", json.dumps(config), qos=1, retain=True)
    await bus.publish(f"t/{device}", "OFF", qos=1, retain=True)


async def until_known(home: Path, name: str, *, known: bool = True) -> None:
    async with asyncio.timeout(LIMIT_SECONDS), ControlClient(home / "run" / "hub.sock") as hub:
        while ((await hub.ask_text(f"is the {name} on")).trace.error is None) is not known:
            await asyncio.sleep(0.05)


async def test_a_hub_whose_broker_is_away_waits_for_it_and_ends_when_told(home: Path) -> None:
    configure(home, '[mqtt]\nhost = "127.0.0.1"\nport = 1\n')
    async with program("hub", "hub", home=home) as hub:
        async with asyncio.timeout(LIMIT_SECONDS):
            while not (home / "run" / "hub.sock").exists():
                await asyncio.sleep(0.05)
        code, output, _ = await earshot("doctor", "--json", home=home)
        broker = next(finding for finding in json.loads(output)["findings"] if finding["check"] == "broker")
        assert (code, broker["verdict"], broker["code"]) == (1, "fail", "broker-lost")
        hub.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(hub.wait(), 10) == 0
    quiet(home)


async def test_a_broker_killed_again_and_again_comes_back(home: Path) -> None:
    configure(home)
    async with running_hub(home):
        for words in ("on", "off", "on"):
            os.kill(int((home / "run" / "broker" / "pid").read_text()), signal.SIGKILL)
            async with asyncio.timeout(LIMIT_SECONDS), ControlClient(home / "run" / "hub.sock") as hub:
                while not (actions := (await hub.ask_text(f"turn {words} the bed light")).trace.actions) or (
                    actions[0].outcome != "confirmed"
                ):
                    await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        ('[wake]\nwords = ["abracadabra"]\n', "wake-word-unknown"),
        ('[hub]\nlanguage = "xx"\n', "language-unknown"),
        ('[mqtt]\ndiscovery_prefix = "a/#"\n', "config-value"),
        ('[mqtt]\nhost = "localhost"\npassword_file = "/nowhere"\n', "broker-password-file"),
    ],
)
async def test_what_a_file_says_wrongly_is_known_before_anything_starts(home: Path, toml: str, code: str) -> None:
    (home / "etc").mkdir()
    (home / "etc" / "hub.toml").write_text(toml)
    for arguments in (("hub",), ("hub", "--check-config")):
        status, _, errors = await earshot(*arguments, home=home)
        assert (status, errors.partition(":")[0], len(errors.splitlines())) == (78, code, 1)


async def test_a_home_that_cannot_be_made_is_named(home: Path) -> None:
    (home / "file").write_text("no folder")
    status, _, errors = await earshot("hub", home=home / "file")
    assert (status, errors.partition(":")[0]) == (78, "folder-unusable")
