"""The reply says what happened: nothing is said to be done that was not proven."""

from __future__ import annotations

from datetime import datetime

import pytest

from hub.intent.replies import TemplateReplier
from hub.intent.wording import load_wordings
from hub.stages import Action, ActionOutcome, Entity, Intent, NotUnderstood, Result
from tests.fakes_house import FakeHouse

BED = Entity("light.bed_light", "light", "Bed Light", state="on")
HALL = Entity("light.hall_lamp", "light", "Hall Lamp", state="off")
HUMIDITY = Entity("sensor.humidity", "sensor", "Outdoor Humidity", state="54", unit="%")
DOOR = Entity("binary_sensor.door", "binary_sensor", "Back Door", device_class="door", state="off")
ECOBEE = Entity("climate.ecobee", "climate", "EcoBee", state="heat", attributes={"current_temperature": 20.5})
PARTY = Entity("button.party", "button", "Party Time")


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse([BED, HALL, HUMIDITY, DOOR, ECOBEE, PARTY])


@pytest.fixture
def replier(house: FakeHouse) -> TemplateReplier:
    return TemplateReplier(house, lambda: datetime(2026, 11, 21, 18, 5))  # noqa: DTZ001 - local time is what is told


def intent(
    intent_name: str = "HassTurnOn", response: str = "default", spoken: dict[str, str] | None = None, /, **slots: object
) -> Intent:
    return Intent(intent_name, slots, response, "en", "…", spoken=spoken or {})


def acted(*outcomes: tuple[Entity, ActionOutcome]) -> Result:
    actions = (Action(e.entity_id, e.name, "turn_on", "topic", "ON", outcome) for e, outcome in outcomes)
    return Result("acted", tuple(actions))


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([(BED, "confirmed")], "Turned on the light."),
        ([(BED, "sent")], "Sent to Bed Light, but nothing came back."),
        ([(BED, "failed")], "Bed Light did not answer."),
        ([(BED, "refused")], "I do not do that by voice: Bed Light."),
        ([(BED, "confirmed"), (HALL, "failed")], "1 of 2 done. Hall Lamp did not answer."),
        ([(BED, "failed"), (HALL, "failed")], "Bed Light and Hall Lamp did not answer."),
        ([(BED, "confirmed"), (HALL, "sent")], "1 of 2 done. Sent to Hall Lamp, but nothing came back."),
        ([(PARTY, "sent")], "Turned on the button."),  # nothing can come back from a button
        ([], "I found nothing like that here."),
    ],
)
def test_only_what_is_proven_is_said_to_be_done(
    replier: TemplateReplier, outcomes: list[tuple[Entity, ActionOutcome]], said: str
) -> None:
    assert replier.reply(intent(), acted(*outcomes), language="en") == said


def test_an_offline_device_is_named_so(replier: TemplateReplier, house: FakeHouse) -> None:
    house.set_available("light.hall_lamp", available=False)
    assert replier.reply(intent(), acted((HALL, "failed")), language="en") == "Hall Lamp: offline."


def test_unlocking_by_voice_is_declined(replier: TemplateReplier) -> None:
    unlock = intent("HassTurnOff", "lock", name="Front Door")
    assert replier.reply(unlock, Result("refused"), language="en") == "I do not unlock doors by voice."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Too many commands in a minute. Please wait a moment."),
        ("de", "Zu viele Befehle in einer Minute. Bitte warte einen Moment."),
        ("fr", "Trop de commandes en une minute. Attends un instant."),
        ("es", "Demasiadas órdenes en un minuto. Espera un momento."),
        ("nl", "Te veel opdrachten in een minuut. Wacht even."),
    ],
)
def test_a_room_that_commands_too_much_is_told_so(replier: TemplateReplier, language: str, said: str) -> None:
    assert replier.reply(intent(), Result("refused", problem="rate-limited"), language=language) == said


def test_a_refusal_names_the_device(replier: TemplateReplier) -> None:
    reply = replier.reply(intent(name="Garage Door"), Result("refused"), language="en")
    assert reply == "I do not do that by voice: Garage Door."


@pytest.mark.parametrize(
    ("asked", "result", "said"),
    [
        (intent("HassGetState", "one", name="Outdoor Humidity"), Result("answered", matched=(HUMIDITY,)), "54 %"),
        (intent("HassGetState", "one_yesno", name="Back Door"), Result("answered", unmatched=(DOOR,)), "No, closed."),
        (intent("HassGetState", "one_yesno", name="Bed Light"), Result("answered", matched=(BED,)), "Yes."),
        (intent("HassGetState", "which"), Result("answered", matched=(HALL, BED)), "Bed Light and Hall Lamp."),
        (intent("HassGetState", "how_many"), Result("answered", matched=(HALL, BED)), "2."),
        (intent("HassClimateGetTemperature"), Result("answered", matched=(ECOBEE,)), "20.5 degrees."),
        (intent("HassGetState", "any"), Result("answered"), "I found nothing like that here."),
    ],
)
def test_questions_are_answered_from_states(replier: TemplateReplier, asked: Intent, result: Result, said: str) -> None:
    assert said in replier.reply(asked, result, language="en")


def test_a_state_that_was_never_heard_is_no_answer(replier: TemplateReplier) -> None:
    silent = Entity("sensor.new", "sensor", "New Sensor")
    reply = replier.reply(intent("HassGetState", "one"), Result("answered", matched=(silent,)), language="en")
    assert reply == "I have not heard from New Sensor yet."


def test_a_thermostat_without_a_reading_tells_no_temperature(replier: TemplateReplier) -> None:
    mute = Entity("climate.x", "climate", "Heater", state="heat")
    reply = replier.reply(intent("HassClimateGetTemperature"), Result("answered", matched=(mute,)), language="en")
    assert reply == "I have not heard from Heater yet."


def test_one_silent_device_is_named_beside_the_answer(replier: TemplateReplier) -> None:
    gone = Entity("light.x", "light", "Attic Lamp", available=False)
    result = Result("answered", matched=(BED,), unmatched=(gone,))
    reply = replier.reply(intent("HassGetState", "which"), result, language="en")
    assert reply == "Bed Light. I have not heard from Attic Lamp yet."


@pytest.mark.parametrize(
    ("understood", "said"),
    [
        (NotUnderstood("x"), "Sorry, I couldn't understand that."),
        (NotUnderstood("x", "disco ball"), "Sorry, I am not aware of any device called disco ball."),
        (
            NotUnderstood("x", "bad light", ("Bed Light", "Hall Light")),
            "Sorry, I am not aware of any device called bad light. Did you mean Bed Light or Hall Light?",
        ),
        (NotUnderstood("x", "bed light", ("Bed Light",)), "I cannot do that with bed light."),
    ],
)
def test_what_was_not_understood_is_told(replier: TemplateReplier, understood: NotUnderstood, said: str) -> None:
    assert replier.reply(understood, None, language="en") == said


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ({"name": "TV", "area": "Office"}, "any device called TV in the Office area."),
        ({"name": "TV"}, "any device called TV."),
        ({"domain": "fan", "area": "Kitchen"}, "any fan in the Kitchen area."),
        ({"device_class": "blind", "floor": "Upstairs"}, "any blind in the Upstairs floor."),
        ({"area": "Attic"}, "any area called Attic."),
        ({}, "I found nothing like that here."),
    ],
)
def test_a_missing_target_is_described(replier: TemplateReplier, slots: dict[str, object], said: str) -> None:
    assert replier.reply(intent(**slots), Result("unknown_target"), language="en").endswith(said)


def test_an_ambiguous_name_is_asked_back(replier: TemplateReplier) -> None:
    reply = replier.reply(intent(), Result("ambiguous", choices=("A", "B", "C")), language="en")
    assert reply == "Which one: A, B or C?"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Did you mean Bed Light or Red Light?"),
        ("de", "Meinst du Bed Light oder Red Light?"),
        ("fr", "Vouliez-vous dire Bed Light ou Red Light ?"),
        ("es", "¿Querías decir Bed Light o Red Light?"),
        ("nl", "Bedoel je Bed Light of Red Light?"),
    ],
)
def test_names_that_sound_alike_are_asked_back(replier: TemplateReplier, language: str, said: str) -> None:
    assert replier.reply(intent(), Result("unsure", choices=("Bed Light", "Red Light")), language=language) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("HassStartTimer", "I cannot do timers yet."),
        ("HassMediaNext", "I cannot control music or video yet."),
        ("HassGetWeather", "I cannot tell the weather yet."),
        ("HassShoppingListAddItem", "I cannot keep lists yet."),
        ("HassVacuumStart", "I cannot do that yet."),
    ],
)
def test_what_we_cannot_do_is_said(replier: TemplateReplier, name: str, said: str) -> None:
    assert replier.reply(intent(name), Result("unsupported"), language="en") == said
    assert replier.reply(intent(name), None, language="en") == said


def test_what_a_device_cannot_do_is_said_of_the_device(replier: TemplateReplier) -> None:
    reply = replier.reply(intent("HassLightSet", name="TV"), Result("unsupported"), language="en")
    assert reply == "I cannot do that with TV."


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (intent("HassGetCurrentTime"), "6:05 PM."),
        (intent("HassGetCurrentDate"), "November 21st, 2026."),
        (intent("HassNevermind"), "Okay."),
        (intent("HassRespond", "hello"), "Hello."),
        (intent("HassRespond", "data"), "Nothing leaves this house."),
        (intent("HassRespond", "listening"), "No, I only record when you speak the wake word."),
    ],
)
def test_what_needs_no_device_needs_no_result(replier: TemplateReplier, asked: Intent, said: str) -> None:
    assert replier.reply(asked, Result("unsupported"), language="en") == said


def test_the_words_of_the_speaker_are_used(replier: TemplateReplier) -> None:
    asked = intent("HassTurnOff", "cover_device_class", {"device_class": "windows"}, device_class="window")
    assert replier.reply(asked, acted((BED, "confirmed")), language="en") == "Closing the windows."


def test_an_intent_without_a_sentence_is_done_in_our_words(replier: TemplateReplier) -> None:
    assert replier.reply(intent("HassSomethingNew"), acted((BED, "confirmed")), language="en") == "Done."


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("stt-lost", "Sorry, my hearing stopped for a moment. Please say it again."),
        ("speech-not-recognised", "Sorry, I did not catch that. Please say it again."),
        ("broker-lost", "Sorry, I cannot reach the devices right now."),
        ("something-else", "Sorry, something went wrong. Please try again."),
    ],
)
def test_apologies_tell_what_failed(replier: TemplateReplier, code: str, said: str) -> None:
    assert replier.apology(code, language="en") == said


@pytest.mark.parametrize("language", ["de", "fr", "es", "nl"])
def test_every_language_speaks_of_success_and_of_failure(house: FakeHouse, language: str) -> None:
    replier = TemplateReplier(house, datetime.now, languages=[language])
    done = replier.reply(intent(), acted((BED, "confirmed")), language=language)
    failed = replier.reply(intent(), acted((BED, "failed")), language=language)
    assert "Bed Light" in failed
    assert done not in ("", failed)
    assert failed != TemplateReplier(house, datetime.now).reply(intent(), acted((BED, "failed")), language="en")


def test_a_language_without_wording_of_ours_falls_back_to_english(house: FakeHouse) -> None:
    replier = TemplateReplier(house, datetime.now, languages=["pl"])
    assert replier.reply(intent(), acted((BED, "failed")), language="pl") == "Bed Light did not answer."
    assert "Turned" not in replier.reply(intent(), acted((BED, "confirmed")), language="pl")


def test_every_language_says_all_that_english_says() -> None:
    wordings = load_wordings()
    spoken = {language: set(wording._texts) for language, wording in wordings.items()}
    assert {language: spoken["en"] - keys for language, keys in spoken.items()} == {
        language: set() for language in spoken
    }
    tables = {language: wording.say("partial", done=1, all=2, rest="…") for language, wording in wordings.items()}
    assert len(set(tables.values())) == len(tables)


def test_a_room_that_exists_is_never_said_to_be_unknown() -> None:
    """Nothing in the kitchen tells the temperature: that is no reason to deny the kitchen."""
    house = FakeHouse([Entity("light.kitchen", "light", "Kitchen Lights", area="Kitchen")])
    replier = TemplateReplier(house, lambda: datetime(2026, 11, 21, 18, 5))  # noqa: DTZ001 - local time is told
    asked = intent("HassClimateGetTemperature", area="Kitchen")
    said = replier.reply(asked, Result("unknown_target", problem="no-temperature"), language="en")
    assert said == "I found nothing like that here."
    assert "Cellar" in replier.reply(
        intent("HassClimateGetTemperature", area="Cellar"), Result("unknown_target"), language="en"
    )
