"""Asks for what was probably said where no sentence fits: the second step of understanding."""

from __future__ import annotations

from typing import Protocol

from hub.stages import Intent, Interpreter, NotUnderstood, Several


class SentenceGuesser(Protocol):
    async def guess(self, text: str, *, language: str, area: str | None) -> Intent | None: ...


class NearInterpreter:
    """A stages.Interpreter. What fits exactly is never guessed at, and costs nothing more."""

    def __init__(self, exact: Interpreter, guesser: SentenceGuesser) -> None:
        self._exact, self._guesser = exact, guesser

    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | Several | NotUnderstood:
        """Raises IntentFailed (language-unknown)."""
        understood = await self._exact.interpret(text, language=language, area=area)
        if not isinstance(understood, NotUnderstood):
            return understood
        guess = await self._guesser.guess(text, language=language, area=area)
        return understood if guess is None or _is_worse(guess, understood) else guess


def _is_worse(guess: Intent, understood: NotUnderstood) -> bool:
    """Whether to ask for the name alone, where the guess is of something else altogether."""
    names = [may.slots.get("name") for may in guess.doubt]
    return bool(names and understood.nearest_names) and set(names).isdisjoint(understood.nearest_names)
