"""The second look: when speech has ended, what was heard is searched again, by another network and at other prices.

No price of blank is right everywhere. Across a room phones are faint, and words are dropped where blank costs little;
in noise phones are everywhere, and words are made up where it costs much. Where the looks do not find the same, the
echoes of the room are taken away, it is looked at once more, and what most of them found counts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.recogniser.confidence import Calibration, Look, LookAgain, evidence, margin
from models.recogniser.graph import Graph
from models.recogniser.search import Effort, Search, Sentence

LOOKS = (
    Look(Calibration().blank_penalty, second=False),
    Look(1.5, second=True),
    Look(3.0, second=True),
    Look(1.5, second=True, dry=True),
    Look(3.0, second=True, dry=True),
)
"""What is looked at: chosen on orders of coffee, the weights not learned yet. The first has gone along."""
VALUES = len(Calibration().weights)  # of a look's evidence
UNLEARNED = LookAgain(tuple(replace(look, weights=(0.0,) * (VALUES + 1)) for look in LOOKS), 0.5)
_RIVALS = 8

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """Of one utterance how likely each phone was. second: by the network that hears it whole; None: there is none.

    dry: by that network, without the echoes, as soon as somebody asks; None for sound that is too long.
    """

    first: Floats
    second: Floats | None
    dry: Callable[[], Floats | None] = lambda: None

    @property
    def best(self) -> Floats:
        return self.first if self.second is None else self.second


class Looks:
    """searches: of one utterance, all of it fed. further: makes those that are made only where these do not agree."""

    def __init__(self, searches: Sequence[Search], further: Callable[[], Sequence[Search]] = tuple) -> None:
        self._further = further
        self._rare = searches[0].rare_words
        self.searches: list[Search] = []
        self.found: list[list[Sentence]] = []
        self._best: list[tuple[str, ...] | None] = []  # of each look what its likeliest sentence means
        self._beside: list[int] = []  # of each look how many there were when it was taken, with it
        self._take(searches)

    def look_further(self) -> None:
        """Once; the looks that are there stay as they are."""
        further, self._further = self._further, tuple
        self._take(further())

    def agreed(self, looks: Sequence[Look]) -> list[int]:
        """Those that found what counts, after as many looks as that takes."""
        if len(set(self._best)) > 1:
            self.look_further()
        return agreed(looks, self._best)

    def evidence(self, look: int, sentence: Sentence) -> tuple[float, ...]:
        """Of a sentence that this look found; behind its ``evidence`` the share of looks whose likeliest one it is."""
        beside = self._beside[look]
        agree = self._best[:beside].count(_meaning(sentence, self._rare)) / beside
        return *evidence(self.searches[look], sentence, margin(sentence, self.found[look])), agree

    def _take(self, searches: Sequence[Search]) -> None:
        found = [search.sentences(_RIVALS) for search in searches]
        self.searches += searches
        self.found += found
        self._best += [_meaning(each[0], self._rare) if each else None for each in found]
        self._beside += [len(self.searches)] * len(searches)


def looked(graph: Graph, effort: Effort, heard: Heard, looks: Sequence[Look], along: Search | None = None) -> Looks:
    """heard: by both networks. along: the search that went along while somebody spoke, which is not done again."""
    assert heard.second is not None
    by_second = heard.second

    def searched(look: Look, likelihoods: Floats) -> Search:
        search = Search(graph, replace(effort, blank_penalty=look.blank_penalty))
        search.feed(likelihoods)
        return search

    def near(look: Look) -> Search:
        if look.second:
            return searched(look, by_second)
        return along if along and look.blank_penalty == effort.blank_penalty else searched(look, heard.first)

    def further() -> list[Search]:
        dry = [look for look in looks if look.dry]
        likelihoods = heard.dry() if dry else None
        return [] if likelihoods is None else [searched(look, likelihoods) for look in dry]

    return Looks([near(look) for look in looks if not look.dry], further)


def told(first_sha256: str, again: LookAgain) -> dict[str, str]:
    """As it stands in the second network's file. first_sha256: of the file that it belongs to."""
    return {"first": first_sha256, "again": json.dumps(asdict(again))}


def read(said: Mapping[str, str]) -> tuple[str, LookAgain]:
    """What ``told`` wrote. Raises KeyError, ValueError or msgspec's errors."""
    again = msgspec.json.decode(said["again"], type=LookAgain)
    if not again.looks or any(len(look.weights) != VALUES + 1 for look in again.looks):
        raise ValueError("it has no looks, or other weights than its confidence")
    if again.looks[0].dry or [look.dry for look in again.looks] != sorted(look.dry for look in again.looks):
        raise ValueError("its dry looks are not the last ones")
    return said["first"], again


def agreed(looks: Sequence[Look], found: Sequence[Hashable | None]) -> list[int]:
    """Places of the looks that found what counts: what all did that are not dry, or else most of the second network's.

    Of what as many found, what is found where blank costs most, and without echoes. found: of each look that was
    taken, None for nothing.
    """
    near = found[: sum(not look.dry for look in looks)]
    if len(set(near)) == 1:  # what the dry ones found is not asked
        found = near
    voters = [place for place, meant in enumerate(found) if meant is not None and looks[place].second]
    if not voters:
        return [place for place, meant in enumerate(found) if meant is not None]
    votes = Counter(found[place] for place in voters)
    best = max(voters, key=lambda place: (votes[found[place]], looks[place].blank_penalty, looks[place].dry))
    return [place for place, meant in enumerate(found) if meant == found[best]]


def _meaning(sentence: Sentence, rare: Collection[str]) -> tuple[str, ...]:
    """Without what may be said and changes nothing."""
    return tuple(word for word in sentence.words if word not in rare)
