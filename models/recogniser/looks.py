"""The second look: when speech has ended, what was heard is searched again, as another network heard it.

Each look is a search of what a network heard, at a price of blank. What most of them found counts, and how many found
it is evidence: noise is another sentence at every price.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
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
)
"""What is looked at: chosen on orders of coffee, the weights not learned yet. The first has gone along."""
VALUES = len(Calibration().weights)  # of a look's evidence
UNLEARNED = LookAgain(tuple(replace(look, weights=(0.0,) * (VALUES + 1)) for look in LOOKS), 0.5)
_RIVALS = 8

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """Of one utterance how likely each phone was. second: by the network that hears it whole; None: there is none."""

    first: Floats
    second: Floats | None

    @property
    def best(self) -> Floats:
        return self.first if self.second is None else self.second


class Looks:
    """searches: of one utterance, all of it fed."""

    def __init__(self, searches: Sequence[Search]) -> None:
        self.searches = searches
        self.found = [search.sentences(_RIVALS) for search in searches]
        self._best = [each[0].meant if each else None for each in self.found]

    def agreed(self, looks: Sequence[Look]) -> list[int]:
        """Those that found what counts."""
        return agreed(looks, self._best)

    def evidence(self, look: int, sentence: Sentence) -> tuple[float, ...]:
        """Of a sentence that this look found; behind its ``evidence`` the share of looks whose likeliest one it is."""
        agree = self._best.count(sentence.meant) / len(self._best)
        return *evidence(self.searches[look], sentence, margin(sentence, self.found[look])), agree


def looked(graph: Graph, effort: Effort, heard: Heard, looks: Sequence[Look], along: Search | None = None) -> Looks:
    """heard: by both networks. along: the search that went along while somebody spoke, which is not done again."""
    assert heard.second is not None
    by_second = heard.second

    def searched(look: Look) -> Search:
        if along and not look.second and look.blank_penalty == effort.blank_penalty:
            return along
        search = Search(graph, replace(effort, blank_penalty=look.blank_penalty))
        search.feed(by_second if look.second else heard.first)
        return search

    return Looks([searched(look) for look in looks])


def told(first_sha256: str, again: LookAgain) -> dict[str, str]:
    """As it stands in the second network's file. first_sha256: of the file that it belongs to."""
    return {"first": first_sha256, "again": json.dumps(asdict(again))}


def read(said: Mapping[str, str]) -> tuple[str, LookAgain]:
    """What ``told`` wrote. Raises KeyError, ValueError or msgspec's errors."""
    again = msgspec.json.decode(said["again"], type=LookAgain)
    if not again.looks or any(len(look.weights) != VALUES + 1 for look in again.looks):
        raise ValueError("it has no looks, or other weights than its confidence")
    return said["first"], again


def agreed(looks: Sequence[Look], found: Sequence[Hashable | None]) -> list[int]:
    """Places of the looks that found what counts: what most did, and of what as many found, what the second network
    finds, where blank costs most. found: of each look, None for nothing.
    """
    voters = [place for place, meant in enumerate(found) if meant is not None]
    if not voters:
        return []
    votes = Counter(found[place] for place in voters)
    best = max(voters, key=lambda place: (votes[found[place]], looks[place].second, looks[place].blank_penalty))
    return [place for place, meant in enumerate(found) if meant == found[best]]
