"""The stock ``wyoming-satellite`` 1.0.0 (with its wyoming 1.4.1, in an environment of its own) against our hub."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from hub.web.client import ControlClient
from tests.flow.test_whole import LIMIT_SECONDS, spoken
from tests.ports import free_port
from tests.programs import ROOT, configure, running_hub
from wire.pcm import silence, speech, to_speech
from wire.wav import read_wav

PYTHON = ROOT / ".interop" / "wyoming-satellite" / "bin" / "python"

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="wyoming-satellite is not set up (scripts/setup --test)")

# What arecord does for a real satellite: samples at the speed of sound, here from a file, then silence for ever.
MICROPHONE = """
import sys, time
data = open(sys.argv[1], "rb").read()
began, step = time.monotonic(), 2048
for index in range(1 << 30):
    block = data[index * step : (index + 1) * step].ljust(step, b"\\0")
    sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
    time.sleep(max(0.0, began + (index + 1) * step / 32000 - time.monotonic()))
"""
SPEAKER = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())"


@pytest.mark.timeout(180)
async def test_a_stock_satellite_with_hub_side_wake_word_is_served(home: Path) -> None:
    """It streams always; our hub hears the wake word in it, then the command, and its speaker plays our answer."""
    port = free_port()
    address = f'[[satellite]]\nname = "stock"\naddress = "tcp://127.0.0.1:{port}"\narea = "Bedroom"\n'
    configure(home, address + '[wake]\nwords = ["alexa", "okay_nabu"]\n')
    async with running_hub(home):
        heard = home / "microphone.raw"
        heard.write_bytes(await wake_and_command(home))
        (home / "microphone.py").write_text(MICROPHONE)
        (home / "speaker.py").write_text(SPEAKER)
        log = (home / "stock.log").open("wb")
        process = await asyncio.create_subprocess_exec(
            str(PYTHON), "-m", "wyoming_satellite", "--name", "stock", "--uri", f"tcp://127.0.0.1:{port}",
            "--mic-command", f"{sys.executable} {home}/microphone.py {heard}",
            "--snd-command", f"{sys.executable} {home}/speaker.py {home}/speaker.raw",
            "--snd-command-rate", "16000", "--no-zeroconf", "--debug",
            stdin=PIPE, stdout=log, stderr=STDOUT,
        )  # fmt: skip
        log.close()
        try:
            async with asyncio.timeout(LIMIT_SECONDS * 2), ControlClient(home / "run" / "hub.sock") as hub:
                while not (turns := await hub.latest_turns(1)):
                    assert process.returncode is None, (home / "stock.log").read_text()[-3000:]
                    await asyncio.sleep(0.2)
                while not (home / "speaker.raw").exists() or not (home / "speaker.raw").stat().st_size:
                    await asyncio.sleep(0.1)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
    assert (turns[0].satellite, turns[0].area) == ("stock", "Bedroom")
    assert turns[0].wake is not None


async def wake_and_command(home: Path) -> bytes:
    """A second of silence, the wake word, a breath, the command: in the hub's own voice."""
    wake_wav = await spoken(home, "alexa", "wake.wav")
    command_wav = await spoken(home, "turn on the bed light", "command.wav")
    word, command = [to_speech(await asyncio.to_thread(read_wav, path)) for path in (wake_wav, command_wav)]
    parts = (silence(3000), word, silence(600), command, silence(100))
    return speech(b"".join(part.data for part in parts)).data
