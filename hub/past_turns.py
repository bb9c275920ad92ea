"""Turns that were, for whoever asks why: found, explained, run again, corrected, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hub.house.notes import DeviceNote, Notes
from hub.outcome import Outcome, outcome
from hub.rerun import Rerun
from hub.stages import Transcriber
from hub.store.journal import Journal
from hub.store.speech import SpeechShelf
from hub.store.turns import MarkedTurn
from hub.trace import Trace
from hub.web.turns_api import Alias, Became, ListedTurn, Retold, TurnExplained
from wire.errors import ConfigError, EarshotError
from wire.pcm import Pcm
from wire.wav import write_wav

_READ_AT_ONCE = 200
_MOST_READ = 20_000  # turns, while looking for those that a filter lets through
_CLIPS = "clips"  # of var/wake: WORD/said, WORD/others


@dataclass(frozen=True, slots=True)
class Kept:
    """Where sounds are. shelf: of commands. wake: folder of wake words."""

    shelf: SpeechShelf
    wake: Path


class PastTurns:
    """Implements TurnBook. notes: None without a store. hearers: what can hear a kept sound, by name."""

    def __init__(
        self, journal: Journal, kept: Kept, notes: Notes | None, rerun: Rerun, hearers: Mapping[str, Transcriber]
    ) -> None:
        self._journal, self._kept, self._notes = journal, kept, notes
        self._rerun, self._hearers = rerun, hearers

    async def turns(
        self, limit: int, *, before: str | None, satellite: str | None, outcome: Outcome | None
    ) -> list[ListedTurn]:
        found: list[ListedTurn] = []
        for _ in range(0, _MOST_READ, _READ_AT_ONCE):
            is_filtered = satellite is not None or outcome is not None
            read = await self._journal.marked(_READ_AT_ONCE if is_filtered else limit, before=before)
            listed = map(_listed, read)
            found += [t for t in listed if satellite in {None, t.satellite} and outcome in {None, t.outcome}]
            if len(found) >= limit or not is_filtered or len(read) < _READ_AT_ONCE:
                break
            before = read[-1].trace.turn
        return found[:limit]

    async def explained(self, turn: str) -> TurnExplained | None:
        marked = await self._journal.find(turn)
        if marked is None:
            return None
        evidence = await self._journal.evidence(turn)
        return TurnExplained(
            turn=_listed(marked),
            evidence=evidence,
            speech=await self.speech(turn) is not None,
            engines=list(self._hearers),
        )

    async def speech(self, turn: str) -> Pcm | None:
        return await asyncio.to_thread(self._speech, turn)

    async def again(self, turn: Trace, *, engine: str | None, act: bool) -> Retold:
        """Its kept sound, else its words."""
        pcm = await self.speech(turn.turn)
        if pcm is None and not turn.transcript:
            raise EarshotError("turn-empty", "neither its sound nor its words are kept; there is nothing to run again")
        hearer = self._hearers[engine] if engine else None
        trace, evidence = await (self._rerun.acting(turn, pcm) if act else self._rerun.dry(turn, pcm, hearer))
        return Retold(turn=trace, evidence=evidence)

    async def false_wake(self, turn: Trace) -> Became:
        if turn.wake is None:
            raise EarshotError("turn-not-woken", "no wake word began this turn")
        is_clip = await asyncio.to_thread(self._clip, turn, "others", "said")
        await asyncio.to_thread(self._correct, turn, "")  # nobody spoke to the house
        await self._journal.turns.mark(turn.turn, "false-wake")
        return Became("negative-clip" if is_clip else "mark", turn.wake.word)

    async def woke_rightly(self, turn: Trace) -> Became:
        if turn.wake is None:
            raise EarshotError("turn-not-woken", "no wake word began this turn")
        is_clip = await asyncio.to_thread(self._clip, turn, "said", "others")
        await self._journal.turns.mark(turn.turn, "right")
        return Became("wake-clip" if is_clip else "mark", turn.wake.word)

    async def meant(self, turn: Trace, text: str) -> Became:
        is_corrected = await asyncio.to_thread(self._correct, turn, text)
        await self._journal.turns.mark(turn.turn, "meant", text)
        return Became("correction" if is_corrected else "mark", text)

    async def called(self, turn: Trace, alias: Alias) -> Became:
        """Raises NoteRefused, StoreLost."""
        if self._notes is None:
            raise EarshotError("notes-lost", "notes on the house cannot be kept now; see the health of the store")
        device = next((one for one in self._notes.all().device if one.id == alias.entity), None)
        names = dict.fromkeys([*(device.aliases if device else ()), " ".join(alias.name.split())])
        await self._notes.put(DeviceNote(id=alias.entity, aliases=tuple(names)))
        await self._journal.turns.mark(turn.turn, "meant", f"{alias.name}: {alias.entity}")
        return Became("alias", f"{alias.name}: {alias.entity}")

    async def forget(self, turn: Trace) -> None:
        """Its record, what explains it, its sound, and the clips that were made of it."""
        await self._journal.forget_turn(turn.turn)
        await asyncio.to_thread(self._forget_sound, turn)

    def _speech(self, turn: str) -> Pcm | None:
        shelf = self._kept.shelf
        try:
            return shelf.sound(shelf.get(turn))
        except ConfigError:
            return None

    def _correct(self, turn: Trace, text: str) -> bool:
        """False: its sound is not kept, so nothing can be learned from it."""
        shelf = self._kept.shelf
        try:
            shelf.tell(msgspec.structs.replace(shelf.get(turn.turn), said=text))
        except ConfigError:
            return False
        except OSError as error:
            raise EarshotError("folder-unusable", f"{error}; make it writable for the hub") from error
        return True

    def _clip(self, turn: Trace, kind: str, other: str) -> bool:
        """Keep what was heard as a wake word for training; False: there is no sound of it."""
        pcm = self._kept.shelf.wake(turn.turn)
        if pcm is None:
            return False
        try:
            path = self._clip_path(turn, kind)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_wav(path, pcm)
            path.chmod(0o600)
            self._clip_path(turn, other).unlink(missing_ok=True)
        except OSError as error:
            raise EarshotError("folder-unusable", f"{error}; make it writable for the hub") from error
        return True

    def _clip_path(self, turn: Trace, kind: str) -> Path:
        assert turn.wake is not None
        word = "".join(letter for letter in turn.wake.word if letter.isalnum() or letter in "_-")
        return self._kept.wake / _CLIPS / word / kind / f"{turn.turn}.wav"

    def _forget_sound(self, turn: Trace) -> None:
        self._kept.shelf.forget_turn(turn.turn)
        if turn.wake:
            for kind in ("said", "others"):
                self._clip_path(turn, kind).unlink(missing_ok=True)


def _listed(marked: MarkedTurn) -> ListedTurn:
    fields = msgspec.structs.asdict(marked.trace)
    return ListedTurn(**fields, outcome=outcome(marked.trace), mark=marked.mark, note=marked.note)
