"""The whole hub with a language model: questions answered, actions proven, lies not spoken, losses survived."""

from __future__ import annotations

import pytest

pytest.importorskip("llama_cpp")

import asyncio
import hashlib
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hub.bench.llm_shape import SHAPES, Shape, write_shape
from hub.health import Component
from hub.web.client import ControlClient
from models.store.catalogue import Catalogue
from models.store.folder import Store
from tests.chat_server import chat_server
from tests.programs import configure, earshot, running_hub

pytestmark = pytest.mark.timeout(180)

TEXT = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SAID = "The highest mountain of the Alps is Mont Blanc. It stands in France, and has much snow."
CALL = '<tool_call>\n{"name": "turn_on", "arguments": {"name": "Bed Light"}}\n</tool_call>'
SLOW = Shape(512, 8, 8, 8, 1536, 2048)
WIDE = Shape(1024, 16, 16, 16, 256, 2048)  # its memory of 32,768 tokens is more than the engine may have
MODEL = """
[[model]]
name = "one-sentence"
stage = "llm"
about = "says one thing"
languages = ["*"]
licence = "Apache-2.0"
ram_mb = 100
boards = ["pi4", "pi5", "jetson", "x86"]
[[model.file]]
path = "model.gguf"
url = "https://example.org/model.gguf"
"""


def have(home: Path, says: str, shape: Shape = SHAPES["tiny"], llm: str = "context_tokens = 8192") -> None:
    """A home with a language model in its store."""
    configure(home, f'[llm]\nmodel = "one-sentence"\n{llm}\n')
    (home / "etc" / "models.toml").write_text(MODEL)
    store, model = Store(home / "var" / "models"), Catalogue.load(home / "etc" / "models.toml").get("one-sentence")
    file = store.partial(model) / "model.gguf"
    write_shape(file, shape, says=says, text=TEXT, merges=300)
    store.adopt(model, {"model.gguf": hashlib.sha256(file.read_bytes()).hexdigest()})


@asynccontextmanager
async def asking(home: Path) -> AsyncIterator[ControlClient]:
    """Of a hub that is ready and whose language model is."""
    async with running_hub(home), ControlClient(home / "run" / "hub.sock") as hub:
        await well(hub, "llm")
        yield hub


async def part_of(hub: ControlClient, name: str) -> Component:
    return next(part for part in (await hub.health()).components if part.name == name)


async def well(hub: ControlClient, name: str) -> None:
    async with asyncio.timeout(60):
        while (await part_of(hub, name)).state != "ok":
            await asyncio.sleep(0.05)


async def pid_of(home: Path) -> int:
    """Of the language model's process."""
    listed = await asyncio.create_subprocess_exec(
        "pgrep", "-f", f"hub.llm.llama.*{home}", stdout=asyncio.subprocess.PIPE
    )
    return int((await listed.communicate())[0].split()[0])


async def test_an_open_question_is_answered(home: Path) -> None:
    await asyncio.to_thread(have, home, SAID)
    async with asking(home) as hub:
        trace = (await hub.ask_text("what is the highest mountain", reply_audio=True)).trace
        assert (trace.understood.by, trace.reply, trace.error) == ("llm", SAID, None)
        assert trace.engines_ms.keys() >= {"llm", "tts"}
        known = (await hub.ask_text("turn on the bed light")).trace
        assert (known.understood.by, known.actions[0].outcome) == ("intents", "confirmed")


async def test_a_free_wish_is_an_action_with_its_proof(home: Path) -> None:
    await asyncio.to_thread(have, home, CALL)
    async with asking(home) as hub:
        done = (await hub.ask_text("I would love the bed light to shine")).trace
        assert (done.understood.by, done.understood.intent) == ("llm", "HassTurnOn")
        assert (done.actions[0].entity, done.actions[0].outcome) == ("light.bed_light", "confirmed")
        assert done.reply == "Turned on the light."
        unsaid = (await hub.ask_text("it is so dark in here", area="Hall")).trace
        assert (unsaid.actions, unsaid.error and unsaid.error.code) == ([], "llm-unsure")
        asked = (await hub.ask_text("is it the bed light that hums so loudly")).trace
        assert not asked.actions


@pytest.mark.parametrize("claim", ["I have turned on the bed light for you.", "Done.", "The Bed Light is on now."])
async def test_a_claim_never_reaches_the_speaker(home: Path, claim: str) -> None:
    await asyncio.to_thread(have, home, claim)
    async with asking(home) as hub:
        trace = (await hub.ask_text("I would love the bed light to shine", reply_audio=True)).trace
        assert (trace.reply, trace.error and trace.error.code) == ("I have not done anything.", "llm-claimed")
        assert not trace.actions


async def test_one_that_is_killed_in_the_middle_is_apologised_for_and_comes_back(home: Path) -> None:
    await asyncio.to_thread(have, home, SAID, SLOW)
    async with asking(home) as hub:
        codes = set()
        for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP):
            asked = asyncio.ensure_future(hub.ask_text(f"what is the highest mountain {number}"))
            await asyncio.sleep(0.3)
            os.kill(await pid_of(home), number)
            lost = (await asked).trace
            if lost.error:  # it may have answered just before
                codes.add(lost.error.code)
                assert lost.reply.endswith("Commands still work.")
            assert (await hub.ask_text("turn on the bed light")).trace.actions[0].outcome == "confirmed"
            async with asyncio.timeout(60):
                while (await hub.ask_text("what is the highest mountain")).trace.reply != SAID:
                    await asyncio.sleep(0.2)
        assert codes
        assert codes <= {"llm-lost", "llm-timeout"}


async def test_one_that_gets_no_memory_says_so_and_commands_go_on(home: Path) -> None:
    await asyncio.to_thread(have, home, SAID, WIDE, "context_tokens = 32768")
    async with running_hub(home), ControlClient(home / "run" / "hub.sock") as hub:
        async with asyncio.timeout(60):
            while not (llm := await part_of(hub, "llm")).detail:
                await asyncio.sleep(0.05)
        assert "llm-memory" in llm.detail
        assert "context_tokens" in llm.detail
        _, output, _ = await earshot("doctor", "--json", home=home)
        found = next(finding for finding in json.loads(output)["findings"] if finding["check"] == "llm")
        assert (found["verdict"], found["code"]) == ("warn", "engine-lost")
        lost = (await hub.ask_text("what is the highest mountain")).trace
        assert (lost.error and lost.error.code, lost.actions) == ("llm-lost", [])
        assert (await hub.ask_text("turn on the bed light")).trace.actions[0].outcome == "confirmed"


async def test_another_server_is_asked_by_its_url(home: Path) -> None:
    async with chat_server(["Blue light is ", "scattered most. "]) as server:
        configure(home, f'[llm]\nurl = "{server.url}"\nmodel = "qwen2.5:3b"\n')
        async with running_hub(home), ControlClient(home / "run" / "hub.sock") as hub:
            trace = (await hub.ask_text("why is the sky blue")).trace
            assert (trace.reply, trace.understood.by) == ("Blue light is scattered most.", "llm")
            assert server.requests[-1]["model"] == "qwen2.5:3b"


async def test_a_model_that_is_not_there_is_named_and_the_hub_is_ready(home: Path) -> None:
    configure(home, '[llm]\nmodel = "qwen2.5-0.5b-instruct-q4_k_m"\n')
    async with running_hub(home), ControlClient(home / "run" / "hub.sock") as hub:
        llm = await part_of(hub, "llm")
        assert (llm.state, llm.code) == ("degraded", "model-missing")
        trace = (await hub.ask_text("why is the sky blue")).trace
        assert trace.error is not None
        assert trace.error.code == "not-understood"
