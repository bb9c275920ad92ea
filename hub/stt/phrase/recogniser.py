"""One compiled grammar and its decoders: hears nothing but sentences of this house. All of it runs in one thread."""

from __future__ import annotations

import array
import math
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pocketsphinx

from hub.stt.phrase.grammar import Grammar, GrammarBroken
from hub.stt.phrase.pronounce import dictionary

RATE_HZ, WIDTH_BYTES = 16_000, 2
MAX_SECONDS = 30.0
MODEL = "pocketsphinx en-us"
_NOT_WORDS = frozenset({"<sil>", "(NULL)", ""})
_CMUDICT = "en-us/cmudict-en-us.dict"

_PRIME_BYTES = RATE_HZ * WIDTH_BYTES  # the first second tells how the microphone colours speech
_PIECE_BYTES = 2048  # 64 ms: decoding holds Python's lock, so no piece may take long
_MIN_BYTES = RATE_HZ * WIDTH_BYTES // 5  # 200 ms; no command is shorter
_SILENT_PEAK = 100  # -50 dBFS: below it nobody spoke into the microphone
# How much less likely the sentence is than the best sounds of any kind, in the decoder's log units per 10 ms frame.
_REJECT_BELOW = -50.0  # keeps every command that was heard rightly (docs/engines.md)
_SURE_ABOVE = -20.0  # clean, near speech
_LOG_BASE = math.log(1.0001)  # of the decoder
# lw 1: the grammar's choices are equally likely, whatever their number. compallsen: scores are relative to every sound
# there is, not only to those of the grammar, which is what tells a command from other speech. bestpath would double
# the time to put into order what a closed grammar has put into order already.
_SETTINGS = {"lm": None, "lw": 1.0, "compallsen": True, "bestpath": False, "loglevel": "FATAL"}


@dataclass(frozen=True, slots=True)
class Heard:
    """text: with names as written; empty: nothing, or nothing of this house. confidence: 0 to 1."""

    text: str
    confidence: float


class TooLong(Exception):
    """More than MAX_SECONDS of audio."""


class Recogniser:
    """A grammar ready to be heard. Raises GrammarBroken (grammar-invalid)."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self._pronounced = "\n".join(dictionary(grammar.words, Path(pocketsphinx.get_model_path(_CMUDICT)))) + "\n"
        self._decoders = [self._decoder()]

    def _decoder(self) -> pocketsphinx.Decoder:
        with tempfile.NamedTemporaryFile("w", suffix=".dict", encoding="utf-8") as small:  # a tenth of the memory
            small.write(self._pronounced)
            small.flush()
            decoder = pocketsphinx.Decoder(dict=small.name, **_SETTINGS)
        try:
            decoder.add_jsgf_string("house", self.grammar.jsgf)
            decoder.activate_search("house")
        except (RuntimeError, ValueError, KeyError) as error:
            raise GrammarBroken("grammar-invalid", f"the grammar does not compile: {error}") from error
        return decoder

    def listen(self) -> Utterance:
        """Begin an utterance; end it with ``finish`` or ``discard``."""
        return Utterance(self, self._decoders.pop() if self._decoders else self._decoder())

    def take_back(self, decoder: pocketsphinx.Decoder) -> None:
        self._decoders.append(decoder)


class Utterance:
    """Audio of one speaker, decoded while it comes in. 16 kHz, 16-bit, mono."""

    def __init__(self, recogniser: Recogniser, decoder: pocketsphinx.Decoder) -> None:
        self._recogniser, self._decoder = recogniser, decoder
        self._waiting = bytearray()
        self._taken_bytes = 0
        self._peak = 0
        self._decoding = False

    def feed(self, audio: bytes) -> None:
        """Raises TooLong."""
        self._taken_bytes += len(audio)
        if self._taken_bytes > MAX_SECONDS * RATE_HZ * WIDTH_BYTES:
            raise TooLong
        self._waiting += audio
        self._peak = max(self._peak, _peak(audio))
        if self._decoding or len(self._waiting) >= _PRIME_BYTES:
            self._decode()

    def finish(self) -> Heard:
        """The end of speech: what was said. The utterance is over."""
        try:
            if self._taken_bytes < _MIN_BYTES or self._peak < _SILENT_PEAK:
                return Heard("", 0.0)
            self._decode(last=True)
            self._decoder.end_utt()
            self._decoding = False
            return self._heard()
        finally:
            self.discard()

    def discard(self) -> None:
        """Give the decoder back; again is harmless."""
        if self._decoder is None:
            return
        if self._decoding:
            self._decoder.end_utt()
        self._recogniser.take_back(self._decoder)
        self._decoder = None

    def _decode(self, *, last: bool = False) -> None:
        if not self._decoding:
            self._prime()
        unit_bytes = WIDTH_BYTES if last else _PIECE_BYTES
        whole = len(self._waiting) // unit_bytes * unit_bytes
        for start in range(0, whole, _PIECE_BYTES):
            self._decoder.process_raw(bytes(self._waiting[start : min(start + _PIECE_BYTES, whole)]), False, False)
        del self._waiting[:whole]

    def _prime(self) -> None:
        """Learn the mean of the first second's features, which live decoding would otherwise start without."""
        self._decoder.start_utt()
        first = len(self._waiting[:_PRIME_BYTES]) // WIDTH_BYTES * WIDTH_BYTES
        self._decoder.process_raw(bytes(self._waiting[:first]), True, True)
        self._decoder.end_utt()
        self._decoder.set_cmn(self._decoder.get_cmn())
        self._decoder.start_utt()
        self._decoding = True

    def _heard(self) -> Heard:
        best = self._decoder.hyp()
        if best is None or not best.hypstr:
            return Heard("", 0.0)
        score = self._score(best.hypstr)
        if score < _REJECT_BELOW:
            return Heard("", 0.0)
        confidence = min((score - _REJECT_BELOW) / (_SURE_ABOVE - _REJECT_BELOW), 1.0)
        return Heard(self._recogniser.grammar.written(best.hypstr), round(confidence, 2))

    def _score(self, sentence: str) -> float:
        """Of the command, per frame: how well a wake word before it was said tells nothing about it."""
        called = self._recogniser.grammar.called(sentence)
        said = 0
        log_likelihood, frames = 0.0, 0
        for segment in self._decoder.seg():
            if said < called:
                said += segment.word.partition("(")[0] not in _NOT_WORDS
                continue
            log_likelihood += math.log(max(segment.ascore, sys.float_info.min))
            frames += segment.end_frame - segment.start_frame + 1
        return log_likelihood / _LOG_BASE / max(frames, 1)


def _peak(audio: bytes) -> int:
    samples = array.array("h")
    samples.frombytes(audio[: len(audio) // WIDTH_BYTES * WIDTH_BYTES])
    if sys.byteorder == "big":
        samples.byteswap()
    return max(max(samples, default=0), -min(samples, default=0))
