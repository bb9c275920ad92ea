"""The order in which a sentence is understood: what was taught, times in words, then the sentences of the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.stages import Intent, Interpreter, NotUnderstood, Several

Read = Callable[[str, str], Intent | None]
"""Text and language to what it means; None: leave it to the others. Quick, and never raises."""


class Understanding:
    """A stages.Interpreter. readers: asked first, in order; they say nothing about sentences that are not theirs."""

    def __init__(self, sentences: Interpreter, readers: Sequence[Read] = ()) -> None:
        self._sentences, self._readers = sentences, tuple(readers)

    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | Several | NotUnderstood:
        """Raises IntentFailed (language-unknown)."""
        for read in self._readers:
            if (intent := read(text, language)) is not None:
                return intent
        return await self._sentences.interpret(text, language=language, area=area)
