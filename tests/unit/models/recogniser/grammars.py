"""Small grammars at random, and posteriors made up for sentences."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.recogniser.graph import Lexicon, compiled
from models.recogniser.phones import BLANK
from models.recogniser.search import Effort, Search

WORDS = ("a", "b", "c")
EXACT = Effort(beam=1e9, paths=1 << 20, blank_penalty=1.5)
_MANY = 25  # words of a rule that is called, not written out

Floats = NDArray[np.float32]


def _parts(within: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sequences = st.lists(within, min_size=1, max_size=3).map(" ".join)
    choices = st.lists(sequences, min_size=1, max_size=3).map(" | ".join)
    return st.one_of(sequences, choices.map(lambda text: f"( {text} )"), choices.map(lambda text: f"[ {text} ]"))


@st.composite
def grammars(draw: st.DrawFn) -> str:
    """``<many>`` has so many words that it is called, sometimes with nothing as one of its ways."""
    words = st.sampled_from(WORDS)
    ways = draw(st.lists(st.lists(words, min_size=1, max_size=2).map(" ".join), min_size=1, max_size=3))
    many = " | ".join(itertools.islice(itertools.cycle(ways), _MANY))
    few = draw(st.recursive(words, _parts, max_leaves=4))
    body = draw(st.recursive(st.one_of(words, st.just("<many>"), st.just("<few>")), _parts, max_leaves=6))
    optional = draw(st.booleans())
    rules = [f"<many> = {f'[ {many} ]' if optional else many};", f"<few> = {few};", f"public <command> = {body};"]
    return "\n".join(["#JSGF V1.0;", "grammar house;", *rules, ""])


@st.composite
def lexicons(draw: st.DrawFn) -> Lexicon:
    """One or two ways for each word, of three phones: many sound alike, or are the beginning of another."""
    way = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple)
    return {word: draw(st.lists(way, min_size=1, max_size=2, unique=True)) for word in WORDS}


def sentences(most: int) -> Iterator[tuple[str, ...]]:
    """Everything that can be said with so many of WORDS."""
    for length in range(most + 1):
        yield from itertools.product(WORDS, repeat=length)


def random_frames(frames: int, outputs: int, seed: int) -> Floats:
    logits = np.clip(np.random.default_rng(seed).normal(0, 2, (frames, outputs)), -2.5, 2.5)
    return _log(logits)


def clear_frames(phones: Sequence[int], outputs: int, *, each: int = 3, seed: int | None = None) -> Floats:
    """Every phone once in so many frames, blanks around it; noisy with a seed."""
    likeliest = [BLANK] * 10 + [one for phone in phones for one in [BLANK] * (each - 1) + [phone]] + [BLANK] * 12
    logits = np.zeros((len(likeliest), outputs))
    if seed is not None:
        logits = np.random.default_rng(seed).normal(0, 1, logits.shape)
    logits[np.arange(len(likeliest)), likeliest] += 6 if seed is not None else 12
    return _log(logits)


def searched(jsgf: str, lexicon: Lexicon, frames: Floats, effort: Effort | None = None) -> Search:
    search = Search(compiled(jsgf, lexicon), effort or Effort())
    search.feed(frames)
    return search


def _log(logits: NDArray[np.float64]) -> Floats:
    return (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype(np.float32)
