"""Who carries out which intent: devices the house, timers and lists the reminders, and so on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.stages import Actor, Granted, Intent, Result


class Actors:
    """A stages.Actor over several; what none of the others knows is the house's."""

    def __init__(self, house: Actor, others: Iterable[tuple[frozenset[str], Actor]] = ()) -> None:
        """others: names of intents, and who carries them out."""
        self._house = house
        self._by_intent: Mapping[str, Actor] = {name: actor for names, actor in others for name in names}

    async def carry_out(
        self, intent: Intent, *, area: str | None, satellite: str = "", granted: Granted = ""
    ) -> Result:
        """Raises ActionFailed."""
        actor = self._by_intent.get(intent.name, self._house)
        return await actor.carry_out(intent, area=area, satellite=satellite, granted=granted)
