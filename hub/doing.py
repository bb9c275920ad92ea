"""What one sentence comes to: read in its conversation, carried out, and told."""

from __future__ import annotations

from collections.abc import Sequence

from hub.dialogue import Dialogue, Reading
from hub.doubt import choices
from hub.problems import problem
from hub.stages import Actor, Granted, Intent, Interpreter, NotUnderstood, Replier, Result, Several
from hub.trace import EngineTimer, Stopwatch, Trace, UnderstoodTrace


class Doing:
    """One turn's. ``trace`` is filled as it goes: understood, actions, error."""

    def __init__(
        self,
        interpreter: Interpreter,
        actor: Actor,
        replier: Replier,
        *,
        dialogue: Dialogue,
        trace: Trace,
        watch: Stopwatch,
    ) -> None:
        self._interpreter, self._actor, self._replier, self._dialogue = interpreter, actor, replier, dialogue
        self._trace, self._watch = trace, watch

    async def read(self, text: str) -> Reading:
        """Raises IntentFailed."""
        trace = self._trace
        return await self._dialogue.read(
            text, self._interpreter, language=trace.language, area=trace.area, satellite=trace.satellite
        )

    async def reply(self, reading: Reading, others: Sequence[str]) -> str:
        """Do what was understood; what is to be said about it. Raises ActionFailed, IntentFailed.

        others: what may as well have been said; where it means something else, nothing is done.
        """
        self._watch.stamp("understood")
        self._trace.granted, self._trace.person = reading.shown, reading.person
        match reading.understood:
            case NotUnderstood() as unknown:
                self._dialogue.note_unknown(self._trace.satellite, unknown)
                self._trace.error = problem(unknown, None)
                return self._replier.reply(unknown, None, language=self._trace.language)
            case Several(intents):
                return await self._done(intents, reading, ())
            case Intent() as intent:
                return await self._done((intent,), reading, others)

    async def _done(self, intents: Sequence[Intent], reading: Reading, others: Sequence[str]) -> str:
        """One after another; what one of them cannot do keeps none of the others from being done."""
        trace = self._trace
        trace.understood = UnderstoodTrace("intents", intents[0].name, dict(intents[0].slots), intents[0].near)
        replies = []
        for intent in intents:
            result = await self._outcome(intent, reading, others)
            self._dialogue.note(trace.satellite, intent, result)
            trace.error = trace.error or problem(intent, result)
            replies.append(self._replier.reply(intent, result, language=trace.language))
        return " ".join(dict.fromkeys(replies))

    async def _outcome(self, intent: Intent, reading: Reading, others: Sequence[str]) -> Result:
        if reading.told:
            return Result("answered", told=reading.told)
        if intent.doubt:
            return Result("unsure", choices=tuple(dict.fromkeys(may.text for may in intent.doubt)), problem="near")
        alike = [meant for said in others if not _is_near(meant := await self._meant(said))]
        asked_back = choices(intent, alike)
        return Result("unsure", choices=asked_back) if asked_back else await self._carried_out(intent, reading.granted)

    async def _meant(self, text: str) -> Intent | Several | NotUnderstood:
        return await self._interpreter.interpret(text, language=self._trace.language, area=self._trace.area)

    async def _carried_out(self, intent: Intent, granted: Granted) -> Result:
        trace = self._trace
        with EngineTimer(trace, "house"):
            result = await self._actor.carry_out(intent, area=trace.area, satellite=trace.satellite, granted=granted)
        trace.actions += result.actions
        self._watch.stamp("acted")
        return result


def _is_near(meant: Intent | Several | NotUnderstood) -> bool:
    """A guess at what might have been said is no second meaning."""
    return isinstance(meant, Intent) and meant.near
