"""A PulseAudio server of its own with virtual devices, for tests of real PortAudio code without sound hardware.

Two null sinks: "mouth" (what is played there is heard by the microphone) and "room" (what the speaker plays there can
be recorded). ALSA is pointed at them, so PortAudio finds two devices: MIC and SPEAKER. Both can be unplugged and
plugged in again while streams are open.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wire.pcm import Pcm

MIC, SPEAKER = "earshot_mic", "earshot_speaker"
RATE_HZ = 48_000

_DEVICES = """
</usr/share/alsa/alsa.conf>
pcm.{mic} {{ type pulse server "unix:{socket}" device "mouth.monitor" hint {{ show on description "mic" }} }}
pcm.{speaker} {{ type pulse server "unix:{socket}" device "room" hint {{ show on description "speaker" }} }}
"""
_PROMPT = "norewinds=1"  # blocks of 50 ms, like a sound card; a null sink takes 2 s of audio at once otherwise
_START_SECONDS = 10.0


class Pulse:
    """The running server."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "native"
        self._environment = {**os.environ, "PULSE_SERVER": f"unix:{self.socket}", "HOME": str(folder)}
        self._modules: dict[str, str] = {}

    def plug_void(self) -> None:
        """The default device, which stays: streams of a default device that goes are moved to the next one."""
        self._load("void", "module-null-sink", "sink_name=void")
        self._pactl("set-default-sink", "void")
        self._pactl("set-default-source", "void.monitor")

    def plug_microphone(self) -> None:
        self._load("mic", "module-null-sink", "sink_name=mouth", f"rate={RATE_HZ}", "channels=1", _PROMPT)

    def unplug_microphone(self) -> None:
        self._unload("mic")

    def plug_speaker(self) -> None:
        self._load("speaker", "module-null-sink", "sink_name=room", f"rate={RATE_HZ}", "channels=1", _PROMPT)

    def unplug_speaker(self) -> None:
        self._unload("speaker")

    @contextlib.contextmanager
    def said(self, pcm: Pcm) -> Iterator[None]:
        """Play ``pcm`` to the microphone, again and again."""
        command = ["pacat", "--playback", "--device=mouth", "--raw", *_format(pcm.rate_hz), "--latency-msec=50"]
        player = subprocess.Popen(command, stdin=subprocess.PIPE, env=self._environment)
        assert player.stdin is not None
        feeder = subprocess.Popen(["sh", "-c", "while cat $0; do :; done", self._file(pcm)], stdout=player.stdin)
        player.stdin.close()
        try:
            yield
        finally:
            for process in (feeder, player):
                process.kill()
                process.wait()

    @contextlib.contextmanager
    def recorded(self, path: Path) -> Iterator[None]:
        """Write what the speaker plays to ``path``: 16-bit mono at RATE_HZ, without a header."""
        command = ["parec", "--device=room.monitor", "--raw", *_format(RATE_HZ), "--latency-msec=20", str(path)]
        recorder = subprocess.Popen(command, env=self._environment)
        try:
            _wait_until(path.exists)
            yield
        finally:
            recorder.send_signal(signal.SIGINT)
            recorder.wait()

    @property
    def microphone_users(self) -> int:
        """Streams that record from anything, as the server sees them."""
        return len(self._pactl("list", "short", "source-outputs").splitlines())

    @property
    def speaker_users(self) -> int:
        return len(self._pactl("list", "short", "sink-inputs").splitlines())

    def _load(self, key: str, *module: str) -> None:
        self._modules[key] = self._pactl("load-module", *module).strip()

    def _unload(self, key: str) -> None:
        self._pactl("unload-module", self._modules.pop(key))

    def _pactl(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pactl", *arguments], env=self._environment, capture_output=True, text=True, check=True, timeout=10
        )
        return done.stdout

    def _file(self, pcm: Pcm) -> str:
        path = self.socket.with_name(f"said-{time.monotonic_ns()}.raw")
        path.write_bytes(pcm.data)
        return str(path)


@contextlib.contextmanager
def pulse_server(folder: Path) -> Iterator[Pulse]:
    """Start the server, point ALSA of this process at it, and plug both devices in. Skips where it is not installed."""
    if shutil.which("pulseaudio") is None or shutil.which("pactl") is None:
        pytest.skip("pulseaudio is not installed: apt-get install pulseaudio pulseaudio-utils libasound2-plugins")
    pulse = Pulse(folder)
    command = ["pulseaudio", "--daemonize=no", "-n", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
    protocol = f"module-native-protocol-unix socket={pulse.socket} auth-anonymous=1"
    settings = folder / "daemon.conf"
    settings.write_text("rescue-streams = no\n")  # an unplugged device is gone, not replaced by another one
    environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PULSE_CONFIG": str(settings)}
    with (folder / "pulseaudio.log").open("w") as log:
        server = subprocess.Popen([*command, "-L", protocol], env=environment, stderr=log)
    before = os.environ.get("ALSA_CONFIG_PATH")
    config = folder / "asound.conf"
    config.write_text(_DEVICES.format(mic=MIC, speaker=SPEAKER, socket=pulse.socket))
    os.environ["ALSA_CONFIG_PATH"] = str(config)
    try:
        _wait_until(pulse.socket.exists)
        pulse.plug_void()
        pulse.plug_microphone()
        pulse.plug_speaker()
        yield pulse
    finally:
        server.terminate()
        server.wait(timeout=10)
        if before is None:
            del os.environ["ALSA_CONFIG_PATH"]
        else:
            os.environ["ALSA_CONFIG_PATH"] = before


def _format(rate_hz: int) -> list[str]:
    return [f"--rate={rate_hz}", "--format=s16le", "--channels=1"]


def _wait_until(true: object) -> None:
    assert callable(true)
    deadline = time.monotonic() + _START_SECONDS
    while not true():
        assert time.monotonic() < deadline, "PulseAudio did not get ready"
        time.sleep(0.02)
