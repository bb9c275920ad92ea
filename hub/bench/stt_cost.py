"""What hearing commands costs: the processor, stage by stage, the wait after speech, and grammars of any size."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.bench.report import spread
from hub.bench.stt_clips import Samples
from hub.bench.stt_contestants import Ours
from hub.bench.stt_grammars import grammar_of, house_of
from hub.bench.stt_heard import Compiled, hear
from hub.stt.phrase.grammar import Grammar
from models.recogniser.graph import Graph
from models.recogniser.guesses import decided
from models.recogniser.hearing import QUIET_STEPS, STEPS_AT_ONCE, Hearing
from models.recogniser.listener import Listener
from models.recogniser.looks import looked
from models.recogniser.network import FRAMES_LATE
from models.recogniser.search import Search
from models.wake.library import load_network
from models.wake.mel import PAST_SAMPLES, STEP_SAMPLES, mel_frames
from models.wake.network import Network
from wire.pcm import SPEECH_RATE_HZ

HOUSES = (40, 1000, 5000)
_QUIET_SECONDS = 0.5
_QUIET_RMS = 3.0  # of a quiet microphone; digital silence would be no measure
_STEPS_A_SECOND = SPEECH_RATE_HZ / STEP_SAMPLES

Figures = dict[str, object]
Likelihoods = NDArray[np.float32]


class Ears:
    """The stages of a listener one by one; listener.Utterance does the same interleaved."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def mel(self, samples: Samples) -> list[NDArray[np.float32]]:
        """Steps of 80 ms, and silence until the networks have said what they heard."""
        tail = np.zeros(-len(samples) % STEP_SAMPLES + QUIET_STEPS * STEP_SAMPLES, np.int16)
        sound = np.concatenate([np.zeros(PAST_SAMPLES, np.int16), samples, tail]).astype(np.float32)[np.newaxis]
        starts = range(0, sound.shape[1] - PAST_SAMPLES, STEP_SAMPLES)
        return [mel_frames(sound[:, start : start + PAST_SAMPLES + STEP_SAMPLES]) for start in starts]

    def wake(self, network: Network, mel: Sequence[NDArray[np.float32]]) -> None:
        """For comparison: what the wake word's network takes for the same."""
        state = network.silence.state
        for frames in mel:
            state = network.step(frames, state).state

    def phones(self, mel: Sequence[NDArray[np.float32]]) -> Likelihoods:
        """[20 ms frames, phones and blank], logarithms."""
        state, frames = self._listener.phones.begin(), []
        for start in range(0, len(mel), STEPS_AT_ONCE):
            done = self._listener.phones.step(np.concatenate(mel[start : start + STEPS_AT_ONCE], axis=1), state)
            state = done.state
            frames.append(done.likelihoods)
        return np.concatenate(frames)[FRAMES_LATE:]

    def search(self, graph: Graph, likelihoods: Likelihoods) -> Search:
        search = Search(graph, self._listener.effort)
        search.feed(likelihoods)
        search.sentences()
        return search

    def hearing(self, samples: Samples) -> Hearing:
        """That has ended, and is to be looked at again."""
        hearing = Hearing(self._listener.phones, keep=True)
        hearing.feed(samples)
        hearing.finish()
        return hearing

    def look_again(self, graph: Graph, hearing: Hearing, likelihoods: Likelihoods, along: Search) -> None:
        """When speech has ended. likelihoods, along: of the first look."""
        if second := self._listener.second:
            heard = self._listener.heard(hearing, likelihoods)
            decided(looked(graph, self._listener.effort, heard, second.again.looks, along), second.again)


def stages(ours: Ours, grammar: Grammar, sounds: Sequence[Samples], wake: Network) -> Figures:
    """CPU ms for a second of audio; medians over the sounds. wake: the network of the wake words.

    On top of it is everything else: the recogniser is a process of its own.
    """
    ears, graph = Ears(ours.listener), ours.compiled(grammar).recogniser.graph
    spent: dict[str, list[float]] = {}
    for samples in sounds:
        seconds = len(samples) / SPEECH_RATE_HZ + QUIET_STEPS / _STEPS_A_SECOND
        with _cpu(spent, "mel", seconds):
            mel = ears.mel(samples)
        with _cpu(spent, "wake_network", seconds):
            ears.wake(wake, mel)
        with _cpu(spent, "phones", seconds):
            likelihoods = ears.phones(mel)
        with _cpu(spent, "search", seconds):
            along = ears.search(graph, likelihoods)
        hearing = ears.hearing(samples)
        with _cpu(spent, "second_look", seconds):
            ears.look_again(graph, hearing, likelihoods, along)
    found = {name: float(np.median(values)) for name, values in spent.items()}
    found["on_top_of_wake"] = sum(value for name, value in found.items() if name != "wake_network")
    return {name: round(value, 2) for name, value in found.items()}


def waits(compiled: Mapping[str, Compiled], sounds: Sequence[Samples]) -> dict[str, dict[str, float]]:
    """By contestant, ms from the last sample to the guess; half a second of quiet behind the speech was fed."""
    random = np.random.default_rng(1)
    quiet = np.rint(random.normal(0, _QUIET_RMS, round(_QUIET_SECONDS * SPEECH_RATE_HZ))).astype(np.int16)
    found: dict[str, list[float]] = {name: [] for name in compiled}
    for samples in sounds:
        for name, one in compiled.items():
            found[name].append(hear(one, np.concatenate([samples, quiet])).after_ms)
    return {name: spread(values) for name, values in found.items()}


def houses(ours: Ours, sound: Samples) -> dict[str, Figures]:
    """By number of devices: how long until it can be heard, and what one recording costs then."""
    found: dict[str, Figures] = {}
    for devices in HOUSES:
        grammar = grammar_of(house_of(devices), ours.listener.phones.alphabet.language)
        began, cpu = time.perf_counter(), time.process_time()
        compiled = ours.compiled(grammar)
        found[f"{devices} devices"] = {
            "words": len(grammar.words),
            "compile_seconds": round(time.perf_counter() - began, 2),
            "compile_cpu_seconds": round(time.process_time() - cpu, 2),
            "cpu_ms_a_second": round((heard := hear(compiled, sound)).cpu_ms / heard.seconds, 1),
            "after_ms": round(heard.after_ms, 1),
        }
    return found


def plain_network(cache: Path) -> Network:
    """The one that a house without commands would run."""
    return load_network(cache)


@contextmanager
def _cpu(spent: dict[str, list[float]], name: str, seconds: float) -> Iterator[None]:
    began = time.process_time()
    yield
    spent.setdefault(name, []).append((time.process_time() - began) * 1000 / seconds)
