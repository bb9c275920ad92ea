"""The hub's own mosquitto, for houses that have no broker: loopback only, with a password, restarted when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import select
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from hub.bus.address import BrokerAddress
from hub.bus.background import background
from hub.bus.mosquitto import USERNAME, BrokerFiles, prepare
from hub.errors import BrokerLost

__all__ = ["BrokerAddress", "own_broker"]

_log = logging.getLogger(__name__)
_SBIN = "/usr/sbin:/usr/local/sbin"  # where Debian puts it; not on every user's PATH
_START_SECONDS = 10.0
_STOP_SECONDS = 3.0
_POLL_SECONDS = 0.02
_BACKOFF_SECONDS = (0.05, 0.2, 0.5, 1.0)  # so short that a killed broker is back well within 5 s
_HEALTHY_SECONDS = 10.0  # having run this long, the next death starts at the shortest backoff again
_TAIL_BYTES = 400


@asynccontextmanager
async def own_broker(var: Path, run: Path) -> AsyncIterator[BrokerAddress]:
    """Run mosquitto while the body runs; it listens when the body begins.

    var: keeps credentials, port and retained messages. run: keeps its settings and process id.
    Raises BrokerLost: broker-missing (mosquitto is not installed), broker-failed (it would not start).
    """
    program = await asyncio.to_thread(shutil.which, "mosquitto", path=f"{os.environ.get('PATH', '')}:{_SBIN}")
    if program is None:
        raise BrokerLost("broker-missing", "mosquitto is not installed; run: sudo apt-get install mosquitto")
    try:
        await asyncio.to_thread(_end_leftover, run / "broker" / "pid")
        files = await asyncio.to_thread(prepare, var, run, as_root=os.geteuid() == 0)
    except OSError as error:
        raise BrokerLost("broker-failed", f"cannot write the broker's files: {error}; check that folder") from error
    setpriv = await asyncio.to_thread(shutil.which, "setpriv")  # util-linux: on every Debian
    broker = _Broker(program, files, [setpriv, "--pdeathsig", "TERM"] if setpriv else [])
    try:
        await broker.launch()
        async with background(broker.keep_running(), name="broker"):
            yield BrokerAddress("127.0.0.1", files.port, USERNAME, files.password)
    finally:
        await broker.end()


def kept_broker(var: Path) -> BrokerAddress:
    """The own broker of the hub that runs with this ``var``, for other programs of its user.

    Reads files: blocking. Raises BrokerLost (broker-missing) where no hub ever ran one.
    """
    data = var / "broker"
    try:
        port, password = int((data / "port").read_text("ascii")), (data / "password").read_text("ascii").strip()
    except (OSError, ValueError) as error:
        message = f"no hub has run a broker in {data} ({error}); start the hub, or name a broker in [mqtt] host"
        raise BrokerLost("broker-missing", message) from error
    return BrokerAddress("127.0.0.1", port, USERNAME, password)


class _Broker:
    """One mosquitto process at a time, always on the same port and files."""

    def __init__(self, program: str, files: BrokerFiles, die_with_us: Sequence[str] = ()) -> None:
        self._program, self._files, self._die_with_us = program, files, die_with_us
        self._process: Process | None = None
        self._said = b""

    async def launch(self) -> None:
        """Start it and wait until it listens. Raises BrokerLost (broker-failed)."""
        self._said = b""
        self._process = await asyncio.create_subprocess_exec(
            *self._die_with_us,
            self._program,
            "-c",
            str(self._files.settings),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=PIPE,
            start_new_session=True,  # Ctrl-C reaches the hub only, which ends it last
        )
        await asyncio.to_thread(self._files.pid.write_text, f"{self._process.pid}\n", "ascii")
        try:
            async with asyncio.timeout(_START_SECONDS):
                while not await self._listens():
                    if self._process.returncode is not None:
                        await self._read_log(self._process)
                        raise BrokerLost("broker-failed", f"mosquitto ended at once: {self._last_words()}")
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            await self.end()
            raise BrokerLost("broker-failed", f"mosquitto does not listen on port {self._files.port}") from None

    async def keep_running(self) -> None:
        """Log what it says; start it again whenever it ends."""
        clock = asyncio.get_running_loop().time
        deaths = 0
        while True:
            began = clock()
            assert self._process is not None
            await self._read_log(self._process)
            code = await self._process.wait()
            deaths = 0 if clock() - began > _HEALTHY_SECONDS else deaths + 1
            _log.warning("the broker ended (%s): %s; starting it again", code, self._last_words())
            await self._relaunch(deaths)

    async def _relaunch(self, deaths: int) -> None:
        while True:
            await asyncio.sleep(_BACKOFF_SECONDS[min(deaths, len(_BACKOFF_SECONDS) - 1)])
            try:
                return await self.launch()
            except BrokerLost as error:
                deaths += 1
                _log.error("%s", error)

    async def end(self) -> None:
        """Ask it to save and end; kill it if it does not."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._read_log(process)
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        await asyncio.to_thread(self._files.pid.unlink, missing_ok=True)
        self._process = None

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._files.port)
        except OSError:
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return self._process is not None and self._process.returncode is None

    async def _read_log(self, process: Process) -> None:
        """Until it closes its stderr, that is, ends; keeps the last words for the error."""
        assert process.stderr is not None
        while said := await process.stderr.read(_TAIL_BYTES):
            self._said = (self._said + said)[-_TAIL_BYTES:]
            _log.debug("mosquitto: %r", said)

    def _last_words(self) -> str:
        lines = self._said.decode("utf-8", errors="replace").strip().splitlines()
        return repr(lines[-1]) if lines else "it said nothing"


def _end_leftover(pid_file: Path) -> None:
    """A hub that was killed leaves its broker behind, with our port and database: end it, if it really is ours."""
    try:
        pid = int(pid_file.read_text("ascii"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return
    if str(pid_file.with_name("mosquitto.conf")).encode() not in command:
        return
    _log.warning("ending the broker that an earlier hub left behind (process %s)", pid)
    with contextlib.suppress(ProcessLookupError):
        watch = os.pidfd_open(pid)
        try:
            os.kill(pid, signal.SIGTERM)
            select.select([watch], [], [], _STOP_SECONDS)
        finally:
            os.close(watch)
