"""Commands as they sounded, kept only where ``[privacy] keep_speech`` says so, for a household that corrects them.

Two files of each turn in one folder: ``TURN.wav`` and ``TURN.json`` (KeptTurn). Never sent anywhere. What was heard as
a wake word is beside it, in ``wakes/TURN.wav``, also of turns in which nobody spoke.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from hub.trace import Trace
from wire.errors import AudioInvalid, ConfigError
from wire.pcm import Pcm, speech
from wire.wav import read_wav, wav_bytes

MOST_TURNS = 500  # about 50 MB
MAX_SECONDS = 30.0  # of one turn; more is no command
_MAX_WAITING = 8
WAKES = "wakes"
_TURN = re.compile(r"[0-9A-Z]{26}")

_log = logging.getLogger(__name__)


class KeptTurn(msgspec.Struct, frozen=True):
    """heard: the transcript. said: what somebody told was said; empty: nothing to the house; None: nobody told."""

    turn: str
    satellite: str
    started: str
    language: str
    heard: str
    engine: str | None = None
    confidence: float | None = None
    error: str | None = None
    said: str | None = None


class SpeechShelf:
    """folder: made when the first turn is kept. Oldest turns that nobody told about go first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, kept: KeptTurn, pcm: Pcm) -> None:
        """Raises OSError; then nothing of the turn is kept."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(self._sound(kept.turn), wav_bytes(pcm))
            self.tell(kept)
        except OSError:
            self.forget(kept)
            raise
        self._prune()

    def tell(self, kept: KeptTurn) -> None:
        """Write what is known of a turn. Raises OSError."""
        _write(self._record(kept.turn), msgspec.json.encode(kept))

    def put_wake(self, turn: str, pcm: Pcm) -> None:
        """Raises OSError; then nothing of it is kept."""
        folder = self._folder / WAKES
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder / f"{turn}.wav", wav_bytes(pcm))
        for path in sorted(folder.glob("*.wav"))[:-MOST_TURNS]:
            path.unlink(missing_ok=True)

    def wake(self, turn: str) -> Pcm | None:
        """What was heard as a wake word; None: it is not kept. Raises AudioInvalid."""
        path = self._folder / WAKES / f"{turn}.wav"
        return read_wav(path, max_seconds=MAX_SECONDS) if _TURN.fullmatch(turn) and path.is_file() else None

    def turns(self) -> list[KeptTurn]:
        """Oldest first. What cannot be read is left out."""
        return list(self._read(sorted(self._folder.glob("*.json"))))

    def get(self, turn: str) -> KeptTurn:
        """turn: its number, or ``last``. Raises ConfigError (stt-turn-unknown)."""
        names = [f"{turn}.json"] if _TURN.fullmatch(turn) else []
        paths = sorted(self._folder.glob("*.json"))[-1:] if turn == "last" else [self._folder / name for name in names]
        for kept in self._read(paths):
            return kept
        raise ConfigError("stt-turn-unknown", f"{turn[:40]!r} is not kept; `earshot stt turns` lists those that are")

    def sound(self, kept: KeptTurn) -> Pcm:
        """Raises AudioInvalid."""
        return read_wav(self._sound(kept.turn), max_seconds=2 * MAX_SECONDS)

    def forget(self, kept: KeptTurn) -> None:
        self.forget_turn(kept.turn)

    def forget_turn(self, turn: str) -> None:
        """All of it, also where its record is damaged or there is only a wake word."""
        if _TURN.fullmatch(turn):
            for path in (self._sound(turn), self._record(turn), self._folder / WAKES / f"{turn}.wav"):
                for one in (path, _draft(path)):
                    one.unlink(missing_ok=True)

    def forget_all(self) -> None:
        """Whatever is in the folder: what is damaged was said by somebody, too. Raises OSError."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self._folder)

    def _prune(self) -> None:
        if sum(1 for _ in self._folder.glob("*.json")) <= MOST_TURNS:
            return
        turns = self.turns()
        untold = [kept for kept in turns if kept.said is None]
        told = [kept for kept in turns if kept.said is not None]
        for kept in (untold + told)[: max(0, len(turns) - MOST_TURNS)]:
            self.forget(kept)

    def _read(self, paths: list[Path]) -> Iterator[KeptTurn]:
        for path in paths:
            with suppress(OSError, msgspec.MsgspecError):
                kept = msgspec.json.decode(path.read_bytes(), type=KeptTurn)
                if kept.turn == path.stem and self._sound(kept.turn).is_file():
                    yield kept

    def _sound(self, turn: str) -> Path:
        return self._folder / f"{turn}.wav"

    def _record(self, turn: str) -> Path:
        return self._folder / f"{turn}.json"


class SpeechKeeper:
    """Writes turns to a shelf without making anybody wait. Context manager: what waits is written at its end."""

    def __init__(self, shelf: SpeechShelf) -> None:
        self._shelf = shelf
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="speech")
        self._room = threading.BoundedSemaphore(_MAX_WAITING)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._writer.shutdown()

    def keep(self, trace: Trace, data: bytes, wake: bytes = b"") -> None:
        """data: the utterance; wake: what was heard as a wake word; 16 kHz, 16-bit, mono.

        Where the disk is too slow, the turn is not kept.
        """
        pcm = speech(data)
        is_command = 0 < pcm.duration_ms <= MAX_SECONDS * 1000
        if (is_command or wake) and self._room.acquire(blocking=False):
            self._writer.submit(self._put, _kept(trace), pcm if is_command else None, wake)

    def _put(self, kept: KeptTurn, pcm: Pcm | None, wake: bytes) -> None:
        try:
            if pcm:
                self._shelf.put(kept, pcm)
            if wake:
                self._shelf.put_wake(kept.turn, speech(wake))
        except (OSError, AudioInvalid) as error:
            _log.warning("turn %s is not kept: %s; see [privacy] keep_speech", kept.turn, error)
        finally:
            self._room.release()


def _kept(trace: Trace) -> KeptTurn:
    return KeptTurn(
        turn=trace.turn,
        satellite=trace.satellite,
        started=trace.started,
        language=trace.language,
        heard=trace.transcript,
        engine=trace.stt.engine if trace.stt else None,
        confidence=trace.stt.confidence if trace.stt else None,
        error=trace.error.code if trace.error else None,
    )


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing, for the hub's own user alone."""
    new = _draft(path)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 of a descriptor
        file.write(content)
    new.replace(path)


def _draft(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")
