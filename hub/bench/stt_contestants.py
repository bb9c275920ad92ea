"""Who is measured: our own recogniser, and pocketsphinx where it is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from hub.bench.stt_heard import Contestant, Guess
from hub.stt.phrase.grammar import Grammar
from hub.stt.phrase.recogniser import Recogniser, load_listener
from hub.stt.phrase.recogniser import Utterance as OurUtterance
from models.recogniser.listener import Listener

OURS, PEER = "earshot", "pocketsphinx"


class Ours:
    """As the engine process runs it, but that a guess is told also where it is not believed."""

    name = OURS

    def __init__(self, language: str, model: Path | None = None) -> None:
        """Raises ModelInvalid."""
        self.listener: Listener = load_listener(language, model)
        self._accept = self.listener.accept

    def compiled(self, grammar: Grammar) -> OurGrammar:
        return OurGrammar(Recogniser(grammar, self.listener, accept=0.0), self._accept)


class OurGrammar:
    """accept: confidence from which on a guess is believed."""

    def __init__(self, recogniser: Recogniser, accept: float) -> None:
        self.recogniser, self._accept = recogniser, accept

    def listen(self) -> _Listening:
        return _Listening(self.recogniser.listen(), self._accept)


class _Listening:
    def __init__(self, utterance: OurUtterance, accept: float) -> None:
        self._utterance, self._accept = utterance, accept

    def feed(self, audio: bytes) -> None:
        self._utterance.feed(audio)

    def finish(self) -> Guess:
        heard = self._utterance.finish()
        believed = bool(heard.text) and heard.confidence >= self._accept
        return Guess(heard.text, heard.confidence, believed, tuple(other.text for other in heard.others))


def peers(language: str) -> list[Contestant]:
    """Other recognisers that this installation has for the language."""
    if language != "en" or find_spec(PEER) is None:
        return []
    from hub.bench.stt_pocketsphinx import Pocketsphinx  # noqa: PLC0415  # of the developers' group

    return [Pocketsphinx()]
