"""Each intent goes to who can carry it out, with all that the turn knows."""

from hub.acting import Actors
from hub.stages import Intent, Result
from tests.fakes_stages import FakeActor


class Noting(FakeActor):
    def __init__(self):
        super().__init__(Result("answered"))
        self.asked = []

    async def carry_out(self, intent, *, area, satellite="", granted=""):
        self.asked.append((intent.name, area, satellite, granted))
        return self.result


async def test_an_intent_goes_to_its_actor_and_all_others_to_the_house():
    house, timers = Noting(), Noting()
    actors = Actors(house, [(frozenset({"HassStartTimer"}), timers)])
    for name in ("HassStartTimer", "HassTurnOn"):
        await actors.carry_out(Intent(name, {}, "default", "en", ""), area="Hall", satellite="hall", granted="yes")
    assert timers.asked == [("HassStartTimer", "Hall", "hall", "yes")]
    assert house.asked == [("HassTurnOn", "Hall", "hall", "yes")]
