"""``earshot bench stt``: commands that are heard, misheard and rejected, by our recogniser and by pocketsphinx."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hub.bench import stt_cost, stt_engine, stt_errors
from hub.bench.report import Report
from hub.bench.stt_clips import Recording, Samples, Spoken, spoken
from hub.bench.stt_contestants import Ours, peers
from hub.bench.stt_grammars import grammar_file, grammar_of, house_from
from hub.bench.stt_meaning import Meanings
from hub.bench.stt_page import make_folder, write
from hub.bench.stt_report import Measured, report
from hub.bench.stt_scenes import CONDITIONS
from hub.bench.stt_trial import Progress, Trial
from hub.house.still import StillHouse
from hub.stt.phrase.grammar import Grammar
from wire.errors import ConfigError

_ENGLISH = "en"  # what the orders are in
_NOISE = "kitchen.wav"
_COST_SOUNDS = 12
_ORDERS_FOLDER = "coffee"


@dataclass(frozen=True, slots=True)
class Wanted:
    """language: of commands and grammar. clips: at most so many of a kind, None for all. scenes, errors: parts that
    take longer. folder: for the page.
    """

    language: str = _ENGLISH
    clips: int | None = None
    scenes: bool = False
    errors: bool = False
    folder: Path | None = None


async def measure(
    manifest: Path,
    house_file: Path,
    cache: Path,
    model: Path | None,
    wanted: Wanted,
    *,
    progress: Progress,
    stopped: Callable[[], bool],
) -> Report:
    """No hub is needed, nothing of a running one is touched. model: a recogniser's file instead of the installed one.

    Raises ConfigError and ModelInvalid, and Stopped soon after ``stopped`` says so.
    """
    if wanted.folder is not None:
        await asyncio.to_thread(make_folder, wanted.folder)
    recordings = (await asyncio.to_thread(spoken, manifest, wanted.language)).at_most(wanted.clips)
    house = await asyncio.to_thread(house_from, house_file)
    grammar = await asyncio.to_thread(grammar_of, house, wanted.language)
    bench = _Bench(recordings, house, grammar, cache, model, progress, stopped)
    measured = await asyncio.to_thread(bench.run, manifest.parent, wanted)
    progress("the engine process")
    with grammar_file(grammar) as file:
        engine = await stt_engine.measure(file, model, await asyncio.to_thread(bench.sounds))
    measured = replace(measured, cost={**measured.cost, "engine": engine})
    made = report(measured)
    if wanted.folder is not None:
        await asyncio.to_thread(write, wanted.folder, measured, made)
    return made


@dataclass(frozen=True, slots=True)
class _Bench:
    recordings: Spoken
    house: StillHouse
    grammar: Grammar
    cache: Path
    model: Path | None
    progress: Progress
    stopped: Callable[[], bool]

    def run(self, folder: Path, wanted: Wanted) -> Measured:
        """Blocks for minutes."""
        ours = Ours(wanted.language, self.model)
        meanings = Meanings(self.house, wanted.language)
        trial = Trial(
            [ours, *peers(wanted.language)],
            self.grammar,
            meaning=meanings,
            progress=self.progress,
            stopped=self.stopped,
        )
        commands = trial.commands(self.recordings.commands)
        measured = Measured(
            commands,
            trial.orders(self.recordings.orders, folder / _ORDERS_FOLDER) if wanted.language == _ENGLISH else [],
            trial.others(self.recordings),
            cost=self._cost(ours, wanted.language),
        )
        if wanted.scenes:
            noise = _kitchen(self.recordings.noise)
            scenes = {one.name: trial.in_scenes(self.recordings.commands, one, noise) for one in CONDITIONS}
            measured = replace(measured, scenes=scenes)
        return replace(measured, errors=self._errors(ours, meanings, measured)) if wanted.errors else measured

    def sounds(self) -> list[Samples]:
        """Some commands, of every kind."""
        every = max(1, len(self.recordings.commands) // _COST_SOUNDS)
        return [one.samples() for one in self.recordings.commands[::every]][:_COST_SOUNDS]

    def _cost(self, ours: Ours, language: str) -> dict[str, object]:
        self.progress("what it costs")
        sounds = self.sounds()
        compiled = {one.name: one.compiled(self.grammar) for one in (ours, *peers(language))}
        wake = stt_cost.plain_network(self.cache)
        return {
            "stages_cpu_ms_a_second": stt_cost.stages(ours, self.grammar, sounds, wake),
            "after_speech_ms": stt_cost.waits(compiled, sounds),
            "houses": stt_cost.houses(ours, sounds[0]),
        }

    def _errors(self, ours: Ours, meanings: Meanings, measured: Measured) -> dict[str, object]:
        self.progress("what is misheard")
        kinds = {one.transcript: meanings.kind(one.transcript) for one in self.recordings.commands}
        words = stt_errors.by_word(measured.commands, kinds)
        scenes = {name: stt_errors.by_word(answers, kinds)["by_voice"] for name, answers in measured.scenes.items()}
        return {**words, "by_scene": scenes, "by_phone": stt_errors.by_phone(self.recordings.commands, ours)}


def _kitchen(noise: Sequence[Recording]) -> Samples:
    for recording in noise:
        if recording.name == _NOISE:
            return recording.samples()
    raise ConfigError("bench-recordings-missing", f"no noise/{_NOISE}; name a MANIFEST.tsv that has it")
