"""Tests that each break one rule of tests/guards; run by tests/unit/test_guards.py in a pytest of their own.

192.0.2.1 is an address for documents (RFC 5737): no packet is sent to it, the guard stops the call before.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import wire

ELSEWHERE = ("192.0.2.1", 9)
KEPT: list[object] = []  # what a leaking test leaves referenced here is no garbage

CONNECT_ELSEWHERE = """
import socket
try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.1)
except OSError as error:
    print(error)
"""


def test_connects_elsewhere():
    with socket.socket() as sock, contextlib.suppress(OSError):
        sock.connect(ELSEWHERE)


async def test_connects_elsewhere_by_asyncio():
    with contextlib.suppress(OSError):
        await asyncio.open_connection(*ELSEWHERE)


def ours(source: str) -> dict[str, Any]:
    """What a file of our own packages with this text would define."""
    namespace: dict[str, Any] = {}
    exec(compile(source, f"{wire.__path__[0]}/invented.py", "exec"), namespace)
    return namespace


async def test_our_code_connects_elsewhere_and_carries_on():
    source = """def connect(sock, address):
        try:
            sock.connect(address)
        except Exception:
            return"""
    with socket.socket() as sock:
        sock.setblocking(False)
        ours(source)["connect"](sock, ELSEWHERE)


def test_sends_a_datagram_elsewhere():
    with socket.socket(type=socket.SOCK_DGRAM) as sock, contextlib.suppress(OSError):
        sock.sendto(b"x", ELSEWHERE)


def test_multicasts_on_the_default_interface():
    with socket.socket(type=socket.SOCK_DGRAM) as sock, contextlib.suppress(OSError):
        sock.sendto(b"x", ("224.0.0.251", 5353))


def test_looks_up_a_name():
    with contextlib.suppress(OSError):
        socket.getaddrinfo("earshot.invalid", 80)


def test_child_connects_elsewhere():
    subprocess.run([sys.executable, "-c", CONNECT_ELSEWHERE], check=True)


def test_reaches_only_this_machine(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        with contextlib.suppress(OSError):  # a kernel may have no route for it; the guard has no say
            sock.sendto(b"x", ("224.0.0.251", 5353))
    socket.getaddrinfo("localhost", 80)
    left, right = socket.socketpair()
    left.close()
    right.close()


def test_connects_elsewhere_in_a_namespace_of_its_own():
    command = ["unshare", "--net", sys.executable, "-c", CONNECT_ELSEWHERE]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no network namespaces here: {done.stderr.strip()}")
    assert "Network is unreachable" in done.stdout


async def test_leaves_a_task():
    KEPT.append(asyncio.create_task(asyncio.sleep(60), name="forgotten"))


@pytest.fixture
async def forgetful_fixture():
    KEPT.append(asyncio.create_task(asyncio.sleep(60), name="forgotten-by-fixture"))


async def test_uses_a_fixture_that_leaves_a_task(forgetful_fixture: None):
    pass


async def test_cancels_and_awaits_its_task():
    task = asyncio.create_task(asyncio.sleep(60))
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def test_leaves_a_thread():
    threading.Thread(target=time.sleep, args=(5,), name="forgotten", daemon=True).start()


def test_leaves_a_file_descriptor():
    KEPT.append(os.open("/dev/null", os.O_RDONLY))


def test_leaves_a_process():
    KEPT.append(subprocess.Popen(["sleep", "61"]))


def test_leaves_a_grandchild():
    subprocess.run(["sh", "-c", "sleep 62 & true"], check=True)


async def test_our_code_blocks_the_loop():
    ours("import time\ndef nap(): time.sleep(0.001)")["nap"]()


async def test_a_test_may_block_the_loop():
    time.sleep(0.001)


@pytest.mark.timeout(0.2)
def test_takes_too_long():
    time.sleep(5)


def test_makes_a_home(home: Path):
    (home / "run").mkdir()
    assert os.environ["EARSHOT_HOME"] == str(home)
    assert len(str(home / "run" / ("x" * 80))) <= 107  # bytes in a Unix socket's path
    Path(os.environ["OFFENDERS_NOTE"]).write_text(str(home), "utf-8")
