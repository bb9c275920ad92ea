"""What a first run meets, each as a process or thread of its own: a satellite, a broker, a server of models."""

from __future__ import annotations

import getpass
import hashlib
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.programs import ROOT

WEIGHTS = b"weights." * 400_000  # 3.2 MB
_BLOCK_BYTES, _PAUSE_SECONDS = 64 << 10, 0.03
_START_SECONDS = 60.0

_SPEAK = """
import asyncio, sys
from pathlib import Path
from tests.flow.test_whole import spoken
from wire.pcm import Pcm, to_speech
from wire.wav import read_wav, write_wav
home = Path(sys.argv[1])
word = to_speech(read_wav(asyncio.run(spoken(home, "hey jarvis", "word.wav")))).data
once = word + bytes(32000 * 6 - len(word))
write_wav(home / "microphone.wav", Pcm(16000, 2, 1, once * 40))
"""


@contextmanager
def _running(command: list[str], ready: str | None = None, **options: Any) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **options)
    assert process.stdout is not None
    try:
        if ready:
            assert any(ready in line for line in process.stdout), f"{command} ended before {ready!r}"
        yield process
    finally:
        process.terminate()
        process.wait(15)
        process.stdout.close()


@contextmanager
def satellite(home: Path) -> Iterator[str]:
    """Ours, with a recording as microphone: "hey jarvis" every six seconds, for four minutes. Its address."""
    speak = [sys.executable, "-c", _SPEAK, str(home)]
    subprocess.run(speak, cwd=ROOT, check=True, timeout=60)
    address = f"127.0.0.1:{free_port()}"
    (home / "etc" / "satellite.toml").write_text("[wake]\nrefractory_seconds = 1.0\n")
    options = ["--uri", f"tcp://{address}", "--name", "upstairs", "--wake-word", "hey_jarvis", "--speaker", "none"]
    command = [sys.executable, "-m", "satellite", *options, "--mic", f"wav:{home / 'microphone.wav'}"]
    with _running(command, "READY", cwd=ROOT):
        yield address


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Mosquitto with one user, ``house``, whose password is ``right``."""
    port, passwords, settings = free_port(), folder / "passwords", folder / "broker.conf"
    make = [
        shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd",
        "-b",
        "-c",
        str(passwords),
        "house",
        "right",
    ]
    subprocess.run(make, check=True, capture_output=True)
    lines = [f"user {getpass.getuser()}", f"listener {port} 127.0.0.1", f"password_file {passwords}", ""]
    settings.write_text("\n".join(lines))
    with _running([shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", str(settings)]):
        until = time.monotonic() + _START_SECONDS
        while not _listens(port):
            assert time.monotonic() < until, "mosquitto did not start"
            time.sleep(0.02)
        yield port


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class _Slow(BaseHTTPRequestHandler):
    """One file, in two seconds."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        begin = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(WEIGHTS) - begin))
        self.send_header("ETag", '"one"')
        self.end_headers()
        try:
            for at in range(begin, len(WEIGHTS), _BLOCK_BYTES):
                self.wfile.write(WEIGHTS[at : at + _BLOCK_BYTES])
                time.sleep(_PAUSE_SECONDS)
        except ConnectionError:
            self.close_connection = True  # somebody cancelled

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def model_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def own_catalogue() -> str:
    """A model that is the largest which any box of ours can run, so that it is recommended."""
    return "\n".join(
        [
            '[[model]]\nname = "tested-ears"\nstage = "stt"\nabout = "made for this test"\nlanguages = ["en"]',
            'licence = "CC0-1.0"\nversion = "1"\nram_mb = 900\nboards = ["pi4", "pi5", "jetson", "x86", "other"]',
            '[[model.file]]\npath = "tested.bin"\nurl = "https://models.example/tested.bin"',
            f'bytes = {len(WEIGHTS)}\nsha256 = "{hashlib.sha256(WEIGHTS).hexdigest()}"',
        ]
    )
