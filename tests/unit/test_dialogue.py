"""What was asked back in a room is answered by the next sentence there, and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import pytest

from hub.dialogue import ANSWER_SECONDS, LAST_SECONDS, MOST_ROOMS, Dialogue, Reading, Shown, choice
from hub.stages import Action, Entity, Intent, NotUnderstood, Result, Several, Told

UNLOCK = Intent("HassTurnOff", {"name": "Front Door"}, "lock", "en", "unlock the front door")
LAMP = Intent("HassTurnOn", {"name": "Lamp"}, "default", "en", "turn on the lamp")


class Answers:
    def is_yes(self, text: str, language: str) -> bool:
        return (text, language) == ("yes", "en")

    def is_no(self, text: str, language: str) -> bool:
        return (text, language) == ("no", "en")

    def pin(self, text: str, satellite: str) -> Shown:
        verdicts: dict[str, Shown] = {"1234": Shown("right", "Anna"), "4321": Shown("wrong"), "9999": Shown("locked")}
        return verdicts.get(text, Shown("none"))

    def code(self, text: str, satellite: str) -> Literal["given", "locked", "none"]:
        return "given" if text == "4711" else "locked" if text == "9999" else "none"


@dataclass
class Known:
    """Understands the sentences that it is given."""

    sentences: dict[str, Intent | Several] = field(default_factory=dict)

    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | Several | NotUnderstood:
        return self.sentences.get(text, NotUnderstood(text))


class Talk:
    """A dialogue in the kitchen."""

    def __init__(self, *known: Intent) -> None:
        self.now_seconds = 0.0
        self.dialogue = Dialogue(Answers(), lambda: self.now_seconds)
        self.interpreter = Known({intent.text: intent for intent in known})

    def came_to(self, intent: Intent, result: Result, satellite: str = "kitchen") -> None:
        self.dialogue.note(satellite, intent, result)

    async def said(self, text: str, satellite: str = "kitchen") -> Reading:
        return await self.dialogue.read(text, self.interpreter, language="en", area="Kitchen", satellite=satellite)


def unconfirmed(problem: str) -> Result:
    return Result("unconfirmed", choices=("Front Door",), problem=problem)


async def test_yes_grants_what_was_asked_about() -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-yes"))
    assert talk.dialogue.awaits_answer("kitchen")
    assert await talk.said("yes") == Reading(UNLOCK, "yes")
    assert await talk.said("yes") == Reading(NotUnderstood("yes"))


@pytest.mark.parametrize("said", ["no", "yes"])
async def test_no_or_a_yes_in_another_room_does_nothing(said: str) -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-yes"))
    reading = await talk.said(said, satellite="kitchen" if said == "no" else "hall")
    assert reading.granted == ""
    assert reading.understood != UNLOCK


async def test_a_code_is_for_the_command_it_was_asked_for_and_in_no_record() -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-code"))
    assert talk.dialogue.awaits_answer("kitchen")
    assert await talk.said("4711") == Reading(UNLOCK, secret=True)
    assert await talk.said("4711") == Reading(NotUnderstood("4711"))


async def test_a_pin_that_was_shown_counts_when_the_code_is_said() -> None:
    """A household may want both."""
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-pin"))
    assert (await talk.said("1234")).granted == "pin"
    talk.came_to(UNLOCK, unconfirmed("needs-code"))
    assert await talk.said("4711") == Reading(UNLOCK, "pin", secret=True, person="Anna")
    talk.came_to(UNLOCK, unconfirmed("needs-code"))  # it was wrong: asked again
    assert (await talk.said("4711")).granted == "pin"
    await talk.said("what time is it")
    talk.came_to(UNLOCK, unconfirmed("needs-code"))
    assert (await talk.said("4711")).granted == ""


async def test_other_words_are_no_code_and_too_many_codes_are_told() -> None:
    talk = Talk(LAMP)
    talk.came_to(UNLOCK, unconfirmed("needs-code"))
    assert (await talk.said(LAMP.text)).understood == LAMP
    talk.came_to(UNLOCK, unconfirmed("needs-code"))
    assert (await talk.said("9999")).told == (Told("code_locked"),)


async def test_an_old_question_is_not_answered() -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-yes"))
    talk.now_seconds += ANSWER_SECONDS
    assert await talk.said("yes") == Reading(NotUnderstood("yes"))


async def test_another_command_is_that_command_and_the_question_is_forgotten() -> None:
    talk = Talk(LAMP)
    talk.came_to(UNLOCK, unconfirmed("needs-yes"))
    assert await talk.said(LAMP.text) == Reading(LAMP)
    assert await talk.said("yes") == Reading(NotUnderstood("yes"))


async def test_a_pin_is_no_yes_and_a_yes_is_no_pin() -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-pin"))
    assert (await talk.said("yes")).granted == ""
    talk.came_to(UNLOCK, unconfirmed("needs-yes"))
    assert (await talk.said("1234")).granted == ""


async def test_a_right_pin_grants_and_is_secret() -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-pin"))
    assert await talk.said("1234") == Reading(UNLOCK, "pin", secret=True, person="Anna")


async def test_a_wrong_pin_does_nothing_and_may_be_said_again() -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-pin"))
    assert await talk.said("4321") == Reading(UNLOCK, "", (Told("pin_wrong"),), secret=True)
    assert (await talk.said("1234")).granted == "pin"


async def test_after_too_many_pins_none_is_awaited() -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-pin"))
    assert (await talk.said("9999")).told == (Told("pin_locked"),)
    assert not talk.dialogue.awaits_answer("kitchen")


async def test_two_things_of_one_sentence_are_confirmed_together() -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-yes"))
    talk.came_to(LAMP, unconfirmed("needs-yes"))
    assert await talk.said("yes") == Reading(Several((UNLOCK, LAMP)), "yes")


KITCHEN, HALL = Entity("light.k", "light", "Lamp", "Kitchen"), Entity("light.h", "light", "Lamp", "Hall")
TWO = Result("ambiguous", choices=("Lamp in the Kitchen", "Lamp in the Hall"), matched=(KITCHEN, HALL))


@pytest.mark.parametrize("said", ["the hall one", "Hall.", "the lamp in the hall"])
async def test_one_of_two_of_a_name_is_chosen_by_what_only_it_has(said: str) -> None:
    talk = Talk()
    talk.came_to(LAMP, TWO)
    understood = (await talk.said(said)).understood
    assert isinstance(understood, Intent)
    assert understood.slots == {"name": "Lamp", "entity_ids": ["light.h"]}


NO_ANSWERS = ["the lamp", "the hall or the kitchen", "what time is it", "is the hall one that hums", "not the hall one"]


@pytest.mark.parametrize("said", NO_ANSWERS)
async def test_an_answer_that_chooses_none_or_both_chooses_nothing(said: str) -> None:
    talk = Talk()
    talk.came_to(LAMP, TWO)
    assert isinstance((await talk.said(said)).understood, NotUnderstood)


async def test_did_you_mean_is_answered_by_yes_or_by_the_name() -> None:
    bed = Intent("HassTurnOn", {"name": "Bed Light"}, "default", "en", "turn on the Bed Light")
    for answer in ("yes", "bed light"):
        talk = Talk(bed)
        talk.dialogue.note_unknown("kitchen", NotUnderstood("turn on the bad light", "bad light", ("Bed Light",)))
        assert (await talk.said(answer)).understood == bed


async def test_of_two_sentences_that_sound_alike_one_is_chosen() -> None:
    red = Intent("HassTurnOn", {"name": "Red Light"}, "default", "en", "turn on the red light")
    unsure = Result("unsure", choices=("Lamp", "Red Light"))
    talk = Talk(red)
    talk.came_to(LAMP, unsure)
    understood = (await talk.said("red")).understood
    assert isinstance(understood, Intent)
    assert understood.slots["name"] == "Red Light"
    talk.came_to(LAMP, Result("unsure", choices=(LAMP.text, red.text)))
    assert (await talk.said("the red light")).understood == red


async def test_what_was_near_is_done_after_a_yes_or_when_it_is_chosen() -> None:
    near = replace(LAMP, near=True)
    other = replace(near, slots={"name": "Fan"}, text="turn on the fan")
    one, two = replace(near, doubt=(near,)), replace(near, doubt=(near, other))
    talk = Talk()
    talk.came_to(one, Result("unsure", choices=(near.text,), problem="near"))
    assert (await talk.said("yes")).understood == near
    talk.came_to(two, Result("unsure", choices=(near.text, other.text), problem="near"))
    assert (await talk.said("the fan")).understood == other
    talk.came_to(one, Result("unsure", choices=(near.text,), problem="near"))
    assert isinstance((await talk.said("what a day")).understood, NotUnderstood)


async def test_it_is_what_was_acted_on_in_this_room() -> None:
    it = Intent("HassTurnOff", {"refers": "last"}, "default", "en", "turn it off")
    talk = Talk(it)
    action = Action("light.k", "Lamp", "turn_on", "t", "ON", "confirmed")
    talk.came_to(LAMP, Result("acted", actions=(action,)))
    understood = (await talk.said("turn it off")).understood
    assert isinstance(understood, Intent)
    assert understood.slots["entity_ids"] == ["light.k"]
    assert (await talk.said("turn it off", satellite="hall")).understood == it
    talk.now_seconds += LAST_SECONDS
    assert (await talk.said("turn it off")).understood == it


@pytest.mark.parametrize("problem", ["time-missing", "length-missing"])
async def test_what_was_missing_completes_the_sentence(problem: str) -> None:
    whole = Intent("EarshotSetReminder", {"text": "call John"}, "default", "en", "remind me to call John at three")
    lacking = Intent("EarshotSetReminder", {"problem": "no-time"}, "default", "en", "remind me to call John")
    talk = Talk(whole)
    talk.came_to(lacking, Result("refused", problem=problem))
    assert talk.dialogue.awaits_answer("kitchen")
    assert (await talk.said("at three")).understood == whole
    talk.came_to(lacking, Result("refused", problem=problem))
    assert await talk.said("what a day") == Reading(NotUnderstood("what a day"))


async def test_rooms_that_somebody_made_up_push_out_the_oldest_alone() -> None:
    talk = Talk()
    for number in range(MOST_ROOMS + 1):
        talk.came_to(UNLOCK, unconfirmed("needs-yes"), satellite=f"room {number}")
    assert not talk.dialogue.awaits_answer("room 0")
    assert (await talk.said("yes", satellite="room 1")).granted == "yes"


async def test_and_the_fan_too_is_the_last_command_again() -> None:
    also = Intent("EarshotAlso", {"name": "Fan", "refers": "last"}, "default", "en", "and the fan too")
    dim = Intent("HassLightSet", {"name": "Lamp", "brightness": 20}, "brightness", "en", "dim the lamp to 20 percent")
    talk = Talk(also)
    assert (await talk.said(also.text)).understood == also
    action = Action("light.k", "Lamp", "turn_on", "t", "ON", "confirmed")
    talk.came_to(dim, Result("acted", actions=(action,)))
    understood = (await talk.said(also.text)).understood
    assert isinstance(understood, Intent)
    assert (understood.name, understood.slots) == ("HassLightSet", {"name": "Fan", "brightness": 20})


def test_words_that_all_choices_have_choose_none() -> None:
    assert choice("light", ("Bed Light", "Hall Light")) is None
    assert choice("bed", ("Bed Light", "Hall Light")) == "Bed Light"


def done(entity: str) -> Result:
    return Result("acted", actions=(Action(entity, "Name", "command", "t", "p", "confirmed"),))


async def test_it_is_the_last_thing_that_the_command_fits() -> None:
    """After "turn off the lamp and lock the front door", "turn it on" is the lamp; "open it" has no cover to go to."""
    on = Intent("HassTurnOn", {"refers": "last", "domain": ["light", "switch"]}, "default", "en", "turn it on")
    brighter = Intent("HassLightSet", {"refers": "last", "brightness_step": 10}, "brightness", "en", "make it brighter")
    lock = Intent("HassTurnOn", {"refers": "last"}, "lock", "en", "lock it")
    opened = Intent("HassTurnOn", {"refers": "last"}, "cover", "en", "open it")
    talk = Talk(on, brighter, lock, opened)
    talk.came_to(LAMP, done("light.lamp"))
    talk.came_to(UNLOCK, done("lock.front_door"))

    async def meant(text: str) -> object:
        understood = (await talk.said(text)).understood
        assert isinstance(understood, Intent)
        return understood.slots["entity_ids"]

    assert await meant("turn it on") == ["light.lamp"]
    assert await meant("make it brighter") == ["light.lamp"]
    assert await meant("lock it") == ["lock.front_door"]
    assert await meant("open it") == ["lock.front_door"]  # what was spoken of last, and is refused as such
    talk.now_seconds += LAST_SECONDS
    assert (await talk.said("turn it on")).understood == on


async def test_the_same_again_is_what_was_wanted_where_nothing_was_found() -> None:
    also = Intent("EarshotAlso", {"name": "Hall Light", "refers": "last"}, "default", "en", "and the hall light too")
    talk = Talk(also)
    talk.came_to(LAMP, done("light.lamp"))
    fans_off = Intent(
        "HassTurnOff", {"domain": "fan", "area": "Kitchen"}, "fans_area", "en", "turn off the kitchen fans"
    )
    talk.came_to(fans_off, Result("unknown_target"))
    understood = (await talk.said("and the hall light too")).understood
    assert isinstance(understood, Intent)
    assert (understood.name, understood.slots, understood.response) == (
        "HassTurnOff",
        {"name": "Hall Light"},
        "default",
    )


async def test_what_was_not_found_is_not_it() -> None:
    it = Intent("HassTurnOff", {"refers": "last"}, "default", "en", "turn it off")
    talk = Talk(it)
    talk.came_to(LAMP, done("light.lamp"))
    talk.came_to(UNLOCK, Result("unknown_target"))
    understood = (await talk.said("turn it off")).understood
    assert isinstance(understood, Intent)
    assert understood.slots["entity_ids"] == ["light.lamp"]


async def test_another_pin_counts_from_the_next_answer_on() -> None:
    class Others(Answers):
        def pin(self, text: str, satellite: str) -> Shown:
            return Shown("right", "Ben") if text == "5678" else Shown("wrong")

    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-pin"))
    talk.dialogue.answer_with(Others())
    assert (await talk.said("1234")).told == (Told("pin_wrong"),)
    assert (await talk.said("5678")).person == "Ben"


async def test_what_was_asked_can_be_forgotten() -> None:
    talk = Talk()
    talk.came_to(UNLOCK, unconfirmed("needs-pin"))
    assert talk.dialogue.awaits_secret("kitchen")
    talk.dialogue.forget()
    assert not talk.dialogue.awaits_answer("kitchen")
    assert isinstance((await talk.said("1234")).understood, NotUnderstood)
