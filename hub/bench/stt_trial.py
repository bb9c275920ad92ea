"""Every recording, heard by every contestant one after another with the same grammar: right, wrong, or rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from hub.bench.stt_clips import NOISE, Recording, Samples, Spoken, pieces
from hub.bench.stt_grammars import Holds
from hub.bench.stt_heard import Compiled, Contestant, Heard, hear
from hub.bench.stt_orders import grammar as grammar_of_orders
from hub.bench.stt_orders import labels, sentence, slots
from hub.bench.stt_scenes import in_scenes
from hub.bench.wake_hearing import Stopped
from hub.bench.wake_scenes import Condition
from hub.sameness import normal
from hub.stt.phrase.grammar import Grammar

Outcome = Literal["right", "wrong", "rejected"]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """One recording. said: empty where nothing right can be heard in it. The rest is by contestant.

    right: of the likeliest sentence, whether it was believed or not. same: whether it means the same as what was said.
    asked: whether the hub would ask back, because another sentence is as likely.
    """

    name: str
    kind: str
    source: str
    said: str
    in_grammar: bool
    heard: Mapping[str, Heard]
    right: Mapping[str, bool]
    same: Mapping[str, bool]
    asked: Mapping[str, bool]

    def outcome(self, contestant: str) -> Outcome:
        if not self.heard[contestant].text:
            return "rejected"
        return "right" if self.right[contestant] else "wrong"

    def is_acted_on(self, contestant: str) -> bool:
        """Something is done, and nobody is asked before."""
        return bool(self.heard[contestant].text) and not self.asked[contestant]


class Meaning(Protocol):
    """What a house would make of sentences (stt_meaning)."""

    def same(self, one: str, other: str) -> bool: ...

    def asks_back(self, best: str, others: Sequence[str]) -> bool: ...


class Trial:
    """Of one house. stopped: asked between recordings; methods raise Stopped soon after it says so."""

    def __init__(
        self,
        contestants: Sequence[Contestant],
        grammar: Grammar,
        *,
        meaning: Meaning,
        progress: Progress,
        stopped: Callable[[], bool],
    ) -> None:
        """Raises GrammarBroken."""
        self._contestants = contestants
        self._house = {one.name: one.compiled(grammar) for one in contestants}
        self._holds, self._language = Holds(grammar), grammar.language
        self._meaning = meaning
        self._progress, self._stopped = progress, stopped

    def commands(self, recordings: Sequence[Recording]) -> list[Answer]:
        """As they were recorded."""
        self._progress(f"{len(recordings)} commands")
        return self._judged(recordings, (one.samples() for one in recordings))

    def in_scenes(self, recordings: Sequence[Recording], condition: Condition, noise: Samples) -> list[Answer]:
        self._progress(f"{len(recordings)} commands, {condition.name}")
        return self._judged(recordings, in_scenes(recordings, condition, noise))

    def orders(self, recordings: Sequence[Recording], folder: Path) -> list[Answer]:
        """With the grammar of their own domain; right with every slot."""
        self._progress(f"{len(recordings)} orders of coffee")
        grammar, ordered = grammar_of_orders(), labels(folder)
        holds = Holds(grammar)
        labelled = [one for one in recordings if one.name in ordered]
        compiled = {one.name: one.compiled(grammar) for one in self._contestants}
        answers = []
        for one, heard in zip(labelled, self._heard(compiled, (one.samples() for one in labelled)), strict=True):
            wanted = ordered[one.name]
            right = {name: slots(each.guess.text) == wanted for name, each in heard.items()}
            said = sentence(wanted)
            unasked = dict.fromkeys(heard, False)
            answers.append(Answer(one.name, one.kind, one.source, said, holds(said), heard, right, right, unasked))
        return answers

    def others(self, spoken: Spoken) -> dict[str, list[Answer]]:
        """What is no command of this house, by group; noise in pieces."""
        found = {}
        for name, group in spoken.others.items():
            self._progress(f"{len(group)} recordings, {name}")
            found[name] = self._unheard(group, (one.samples() for one in group))
        cut = [(one, piece) for one in spoken.noise for piece in pieces(one, spoken.most)]
        self._progress(f"{len(cut)} pieces of noise")
        return {**found, NOISE: self._unheard([one for one, _ in cut], (piece for _, piece in cut))}

    def _judged(self, recordings: Sequence[Recording], sounds: Iterable[Samples]) -> list[Answer]:
        heard = self._heard(self._house, sounds)
        return [self._judged_one(one, each) for one, each in zip(recordings, heard, strict=True)]

    def _judged_one(self, one: Recording, heard: Mapping[str, Heard]) -> Answer:
        said, guesses = one.transcript, {name: each.guess for name, each in heard.items()}
        wanted = normal(said, self._language)
        right = {name: normal(guess.text, self._language) == wanted for name, guess in guesses.items()}
        same = {name: right[name] or self._meaning.same(guess.text, said) for name, guess in guesses.items()}
        asked = {name: self._meaning.asks_back(guess.text, guess.others) for name, guess in guesses.items()}
        return Answer(one.name, one.kind, one.source, said, self._holds(said), heard, right, same, asked)

    def _unheard(self, recordings: Sequence[Recording], sounds: Iterable[Samples]) -> list[Answer]:
        answers = []
        for one, heard in zip(recordings, self._heard(self._house, sounds), strict=True):
            never = dict.fromkeys(heard, False)
            asked = {name: self._meaning.asks_back(each.guess.text, each.guess.others) for name, each in heard.items()}
            answers.append(Answer(one.name, one.kind, one.source, "", False, heard, never, never, asked))
        return answers

    def _heard(self, compiled: Mapping[str, Compiled], sounds: Iterable[Samples]) -> Iterator[dict[str, Heard]]:
        """Each sound by all, who begins changes: what else the machine does hits all alike."""
        names = list(compiled)
        for place, samples in enumerate(sounds):
            if self._stopped():
                raise Stopped
            first = place % len(names)
            heard = {name: hear(compiled[name], samples) for name in (*names[first:], *names[:first])}
            yield {name: heard[name] for name in names}
