"""Teaches a word's verifier what a household's recordings sound like, and finds it again: the second look's memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelInvalid
from models.wake.decision import Rule
from models.wake.engine import WakeEngine
from models.wake.head import Head
from models.wake.mel import STEP_SAMPLES
from models.wake.network import Network
from models.wake.second_look import Grey, VerifiedLook, looked_at
from models.wake.second_look_verifier import Verifier, from_bytes, trained
from models.wake.settings import WordSection
from wire.errors import ConfigError

FEWEST_SAID, FEWEST_OTHERS_SECONDS = 5, 60  # measured with ten, and with twenty minutes
SEEN_SAMPLES = 32_000  # two seconds: what a second look sees
_QUIET_STEPS = 20  # before each recording, so that its first words have a past
_AFTER_STEPS = 6  # and behind it: words are noticed late
_OTHERS_EVERY = 5  # steps: neighbours are nearly alike

Samples = NDArray[np.int16]


def taught(network: Network, head: Head, said: Iterable[Samples], others: Iterable[Samples]) -> Verifier:
    """said: recordings of the word; others: talk without it, by the same people through the same microphones.

    Of each recording of the word the steps around its highest score count. Blocks for as long as they are, times 0.02.
    """
    engine = WakeEngine(network, [head])
    with_word = [window for clip in said for window in _around_the_peak(*_heard(engine, head, clip), head.window_steps)]
    without = [
        embeddings[end - head.window_steps : end]
        for clip in others
        for embeddings, _ in [_heard(engine, head, clip)]
        for end in range(head.window_steps, len(embeddings) + 1, _OTHERS_EVERY)
    ]
    return trained(head.word, np.stack(with_word), np.stack(without))


def verifier_path(folder: Path, word: str) -> Path:
    return folder / f"{word}.verifier.json"


class Looks:
    """The second look of one engine's rooms, for the words that have it switched on."""

    def __init__(self, network: Network, verifiers: Mapping[str, Verifier], grey: Mapping[str, Grey]) -> None:
        self._look = VerifiedLook(network, verifiers.values())
        self._grey = grey

    def counted(
        self, scores: Mapping[str, float], newest: Sequence[Samples], rules: Mapping[str, Rule]
    ) -> Mapping[str, float]:
        """newest: a room's steps of the last two seconds, the scored one last. A look costs 17 ms, few are grey."""
        grey = {word: band for word, band in self._grey.items() if word in rules}
        if not any(band.from_score <= scores.get(word, 0) < rules[word].threshold for word, band in grey.items()):
            return scores
        return looked_at(scores, np.concatenate(newest), look=self._look, rules=rules, grey=grey)


def open_looks(network: Network, sections: Mapping[str, WordSection], folder: Path) -> Looks | None:
    """None where no word has a second look. Raises ConfigError (wake-verifier-missing), ModelInvalid."""
    wanted = {word: section for word, section in sections.items() if section.second_look}
    if not wanted:
        return None
    verifiers = {}
    for word in wanted:
        path = verifier_path(folder, word)
        try:
            verifiers[word] = from_bytes(path.read_bytes())
        except OSError as error:
            raise ConfigError(
                "wake-verifier-missing",
                f"{word} has a second look and no {path}; run earshot wake teach {word}, or switch second_look off",
            ) from error
        if verifiers[word].word != word:
            raise ModelInvalid("wake-verifier-invalid", f"{path} is of {verifiers[word].word}; teach {word} again")
    return Looks(network, verifiers, {word: Grey(section.grey_from) for word, section in wanted.items()})


def _heard(engine: WakeEngine, head: Head, clip: Samples) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Embeddings [steps, 96] and scores [steps] of a recording with silence around it."""
    whole = -(-clip.size // STEP_SAMPLES)
    steps = np.zeros((_QUIET_STEPS + whole + _AFTER_STEPS, STEP_SAMPLES), np.int16)
    steps.reshape(-1)[_QUIET_STEPS * STEP_SAMPLES :][: clip.size] = clip
    room = engine.join("teaching")
    heard = [engine.step({room: step})[room] for step in steps]
    engine.leave(room)
    return np.stack([one.embedding for one in heard]), np.array([one.words[head.word] for one in heard], np.float32)


def _around_the_peak(
    embeddings: NDArray[np.float32], scores: NDArray[np.float32], window_steps: int
) -> Iterable[NDArray[np.float32]]:
    highest = int(scores[_QUIET_STEPS:].argmax()) + _QUIET_STEPS
    for end in (highest, highest + 1, highest + 2):
        if window_steps <= end <= len(embeddings):
            yield embeddings[end - window_steps : end]
