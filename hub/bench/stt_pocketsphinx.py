"""pocketsphinx on a closed grammar, as the field uses it: what our own recogniser is measured against."""

from __future__ import annotations

import math
import re
import sys
import tempfile
from pathlib import Path

import pocketsphinx

from hub.bench.stt_dictionary import dictionary
from hub.bench.stt_heard import Guess
from hub.stt.phrase.grammar import Grammar, GrammarBroken

_RATE_HZ, _WIDTH_BYTES = 16_000, 2
_CMUDICT = "en-us/cmudict-en-us.dict"
_PRIME_BYTES = _RATE_HZ * _WIDTH_BYTES  # the first second tells how the microphone colours speech
# How much less likely the sentence is than the best sounds of any kind, in the decoder's log units per 10 ms frame:
# keeps every command that was heard rightly (fitted on recordings that are measured here, in its favour).
_REJECT_BELOW = -50.0
_SURE_ABOVE = -20.0  # clean, near speech
_LOG_BASE = math.log(1.0001)  # of the decoder
# lw 1: the grammar's choices are equally likely, whatever their number; 8 of 19 people are heard with the default of
# 6.5, 10 with 1. compallsen: scores are relative to every sound there is, not only to those of the grammar, which is
# what tells a command from other speech. bestpath would double the time.
_SETTINGS = {"lm": None, "lw": 1.0, "compallsen": True, "bestpath": False, "loglevel": "FATAL"}


class Pocketsphinx:
    """Contestant. Its one acoustic model is of American English."""

    name = "pocketsphinx"

    def compiled(self, grammar: Grammar) -> Grammars:
        """Raises GrammarBroken (grammar-invalid)."""
        return Grammars(grammar)


class Grammars:
    """One grammar, one decoder: one utterance at a time."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._decoder = _decoder(grammar)

    def listen(self) -> Utterance:
        return Utterance(self._grammar, self._decoder)


class Utterance:
    """Audio of one speaker, decoded while it comes in. 16 kHz, 16-bit, mono."""

    def __init__(self, grammar: Grammar, decoder: pocketsphinx.Decoder) -> None:
        self._grammar, self._decoder = grammar, decoder
        self._waiting = bytearray()
        self._decoding = False

    def feed(self, audio: bytes) -> None:
        self._waiting += audio
        if self._decoding or len(self._waiting) >= _PRIME_BYTES:
            self._decode()

    def finish(self) -> Guess:
        if self._waiting:
            self._decode()
        self._decoder.end_utt()
        best = self._decoder.hyp()
        if best is None or not best.hypstr:
            return Guess("", 0.0, believed=False)
        score = self._score()
        confidence = min(max((score - _REJECT_BELOW) / (_SURE_ABOVE - _REJECT_BELOW), 0.0), 1.0)
        believed = score >= _REJECT_BELOW and not self._grammar.is_call(best.hypstr)
        return Guess(self._grammar.written(best.hypstr), round(confidence, 2), believed=believed)

    def _decode(self) -> None:
        if not self._decoding:
            self._prime()
        self._decoder.process_raw(bytes(self._waiting), False, False)
        self._waiting.clear()

    def _prime(self) -> None:
        """Learn the mean of the first second's features, which live decoding would otherwise start without."""
        self._decoder.start_utt()
        self._decoder.process_raw(bytes(self._waiting[:_PRIME_BYTES]), True, True)
        self._decoder.end_utt()
        self._decoder.set_cmn(self._decoder.get_cmn())
        self._decoder.start_utt()
        self._decoding = True

    def _score(self) -> float:
        log_likelihood, frames = 0.0, 0
        for segment in self._decoder.seg():
            log_likelihood += math.log(max(segment.ascore, sys.float_info.min))
            frames += segment.end_frame - segment.start_frame + 1
        return log_likelihood / _LOG_BASE / max(frames, 1)


def _decoder(grammar: Grammar) -> pocketsphinx.Decoder:
    pronounced = "\n".join(dictionary(grammar.words, Path(pocketsphinx.get_model_path(_CMUDICT)))) + "\n"
    with tempfile.NamedTemporaryFile("w", suffix=".dict", encoding="utf-8") as small:  # a tenth of the memory
        small.write(pronounced)
        small.flush()
        decoder = pocketsphinx.Decoder(dict=small.name, **_SETTINGS)
    try:
        decoder.add_jsgf_string("house", re.sub(r"{\w+}", "", grammar.jsgf))
        decoder.activate_search("house")
    except (RuntimeError, ValueError, KeyError) as error:
        raise GrammarBroken("grammar-invalid", f"the grammar does not compile: {error}") from error
    return decoder
