"""One house's sentences, ready to be heard: the compiled grammar and the networks. All of it runs in one thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hub.engines.espeak import phonemes
from hub.stt.phrase.adaptation import Adaptation
from hub.stt.phrase.grammar import Grammar, GrammarBroken
from hub.stt.requests import MAX_SECONDS, RATE_HZ, WIDTH_BYTES
from models.errors import ModelInvalid
from models.recogniser.confidence import ALIKE_NATS
from models.recogniser.graph import Graph, compiled
from models.recogniser.guesses import Guess
from models.recogniser.installed import languages, model_file, second_beside
from models.recogniser.listener import Listener
from models.recogniser.listener import Utterance as Listening
from models.recogniser.network import PhoneNetwork
from models.recogniser.pronounce import lexicon
from models.recogniser.second import SecondNetwork

_MIN_BYTES = RATE_HZ * WIDTH_BYTES // 5  # 200 ms; no command is shorter
_SILENT_PEAK = 100  # -50 dBFS: below it nobody spoke into the microphone


@dataclass(frozen=True, slots=True)
class Heard:
    """text: with names as written; empty: nothing, or nothing of this house. confidence: 0 to 1.

    others: what else it may as well have been, likeliest first. complete: a sentence may end here. goes_on: more words
    may follow. guesses: all of them, believed or not; needed: the confidence that is believed.
    """

    text: str
    confidence: float
    others: tuple[Other, ...] = ()
    complete: bool = False
    goes_on: bool = False
    guesses: tuple[Guessed, ...] = ()
    needed: float = 0.0


@dataclass(frozen=True, slots=True)
class Other:
    """margin: nats by which it is less likely than what was heard."""

    text: str
    margin: float


@dataclass(frozen=True, slots=True)
class Guessed:
    """Whether or not it was believed. margin: as of Other. confidence: 0 to 1."""

    text: str
    margin: float
    confidence: float


class TooLong(Exception):
    """More than MAX_SECONDS of audio."""


def load_listener(language: str, model: Path | None = None) -> Listener:
    """Blocks. model: instead of the one that is installed; its second look is the one beside it, if any.

    Raises ModelInvalid.
    """
    if model is None and language not in languages():
        known = ", ".join(languages())
        raise ModelInvalid(
            "language-unknown", f"no recogniser for {language!r}, only {known}; use a Wyoming STT that has it"
        )
    with model_file(language) as installed:
        path = model or installed
        phones, second = PhoneNetwork(path), second_beside(path)
        return Listener(phones, SecondNetwork(second, phones) if second else None)


class Recogniser:
    """A grammar ready to be heard. adaptation: what this household taught; of another model it teaches nothing.

    accept: confidence that is believed, instead of the model's or the household's.
    Raises GrammarBroken (grammar-invalid).
    """

    def __init__(
        self,
        grammar: Grammar,
        listener: Listener,
        adaptation: Adaptation | None = None,
        *,
        accept: float | None = None,
    ) -> None:
        self.grammar, self._listener = grammar, listener
        self._accept = listener.accept
        ways = lexicon(sorted(grammar.words), listener.phones.alphabet, phonemes)
        if adaptation and adaptation.model == listener.identity:
            self._accept = adaptation.accept
            ways = adaptation.added_to(ways, listener.phones.alphabet)
        self._accept = self._accept if accept is None else accept
        # While somebody speaks the first look is alone, and knows itself how sure it is.
        self._accept_so_far = listener.phones.calibration.accept if listener.second else self._accept
        try:
            self.graph: Graph = compiled(grammar.jsgf, ways)
        except ModelInvalid as error:
            raise GrammarBroken(error.code, error.message) from error

    def listen(self) -> Utterance:
        listening = self._listener.listen(self.graph)
        return Utterance(self.grammar, listening, self._accept, accept_so_far=self._accept_so_far)


class Utterance:
    """Audio of one speaker, recognised while it comes in. 16 kHz, 16-bit, mono.

    accept: confidence that is believed at the end; accept_so_far: before it.
    """

    def __init__(self, grammar: Grammar, listening: Listening, accept: float, *, accept_so_far: float) -> None:
        self._grammar, self._listening = grammar, listening
        self._accept, self._accept_so_far = accept, accept_so_far
        self._taken_bytes = 0
        self._odd = b""
        self._peak = 0

    def feed(self, audio: bytes) -> None:
        """Raises TooLong."""
        self._taken_bytes += len(audio)
        if self._taken_bytes > MAX_SECONDS * RATE_HZ * WIDTH_BYTES:
            raise TooLong
        audio = self._odd + audio
        whole = len(audio) // WIDTH_BYTES * WIDTH_BYTES
        self._odd = audio[whole:]
        samples = np.frombuffer(audio[:whole], "<i2").astype(np.int16, copy=False)
        self._peak = max(self._peak, int(np.abs(samples.astype(np.int32)).max(initial=0)))
        self._listening.feed(samples)

    def so_far(self) -> Heard:
        """What was heard until now: a sentence, or the beginning of one."""
        guess = self._listening.so_far()
        if guess and self._is_call(guess):
            guess = replace(guess, complete=False, goes_on=True)  # the command is still to come
        return self._heard([guess] if guess else [], self._accept_so_far)

    def finish(self) -> Heard:
        """The end of speech: what was said."""
        if self._taken_bytes < _MIN_BYTES or self._peak < _SILENT_PEAK:
            return Heard("", 0.0)
        self._listening.finish()
        guesses = self._listening.guesses()
        heard = self._heard(guesses, self._accept)
        if guesses and self._is_call(guesses[0]):
            heard = Heard("", heard.confidence)
        return self._explained(heard, guesses)

    def _is_call(self, guess: Guess) -> bool:
        return self._grammar.is_call(" ".join(guess.words))

    def _heard(self, guesses: list[Guess], accept: float) -> Heard:
        if not guesses or guesses[0].confidence < accept:
            return Heard("", round(guesses[0].confidence, 2) if guesses else 0.0)
        best, *others = guesses
        alike = [
            Other(self._written(guess), round(best.score - guess.score, 2))
            for guess in others
            if best.score - guess.score <= ALIKE_NATS and not self._is_call(guess)
        ]
        return Heard(self._written(best), round(best.confidence, 2), tuple(alike), best.complete, best.goes_on)

    def _explained(self, heard: Heard, guesses: list[Guess]) -> Heard:
        told = tuple(
            Guessed(self._written(guess), round(guesses[0].score - guess.score, 2), round(guess.confidence, 2))
            for guess in guesses
        )
        return replace(heard, guesses=told, needed=round(self._accept, 2))

    def _written(self, guess: Guess) -> str:
        return self._grammar.written(" ".join(guess.words))
