"""A household that says a name in its own way is understood after it corrected two turns, by other voices, too."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hub.intent.grammar import speech_grammar
from hub.recipe.voices import Talker, talkers
from hub.recipe.wake_cast import Speaker
from hub.sameness import normal
from hub.stages import Area, Entity
from hub.stt.phrase.adapting import Corrected, adapted
from hub.stt.phrase.grammar import Grammar
from hub.stt.phrase.house import HouseRecogniser
from hub.stt.phrase.recogniser import Recogniser, load_listener
from models.recogniser.installed import languages
from models.recogniser.listener import Listener
from models.wake.training.speech import Manner
from tests.fakes_house import FakeHouse
from wire.pcm import Pcm, to_speech

pytestmark = [
    pytest.mark.models,
    pytest.mark.timeout(300),
    pytest.mark.skipif("en" not in languages(), reason="no English recogniser is installed"),
]

# "Niamh" is read "nye-um" by espeak-ng, and said "neev" by everybody who is called so.
ENTITIES = [
    Entity("light.niamh", "light", "Niamh Lamp", area="Kitchen"),
    Entity("light.bed", "light", "Bed Light", area="Office"),
    Entity("light.shelf", "light", "Shelf Lamp", area="Office"),
]
SPOKEN = {"turn on the neev lamp": "turn on the Niamh Lamp", "turn on the bed light": "turn on the bed light"}


def _write_grammar(path: Path) -> None:
    speech_grammar(FakeHouse(ENTITIES, [Area("Kitchen"), Area("Office")]), "en").write(path)


@pytest.fixture(scope="module")
def grammar(tmp_path_factory) -> Grammar:
    path = tmp_path_factory.mktemp("house") / "grammar.json"
    _write_grammar(path)
    return Grammar.read(path)


@pytest.fixture(scope="module")
def listener() -> Listener:
    return load_listener("en")


@pytest.fixture(scope="module")
def cast() -> list[Talker]:
    """Voices that trained nothing."""
    known = talkers("en", Speaker(), held_out=True)
    return [one for one in known if one.name.startswith("espeak-ng gmw/en")][::17][:4]


def _samples(talker: Talker, text: str) -> NDArray[np.int16]:
    rate_hz, said = talker.say(text, Manner(1.0, 0.4, 0.5))
    samples = np.frombuffer(to_speech(Pcm(rate_hz, 2, 1, said.astype("<i2").tobytes())).data, "<i2")
    return np.pad(samples, (8000, 16000))


def _heard(recogniser: Recogniser, samples: NDArray[np.int16]) -> str:
    utterance = recogniser.listen()
    utterance.feed(samples.astype("<i2").tobytes())
    return normal(utterance.finish().text)


def test_two_voices_teach_a_name_to_all(grammar, listener, cast):
    teachers, others = cast[:2], cast[2:]
    turns = [Corrected(_samples(talker, said), meant) for talker in teachers for said, meant in SPOKEN.items()]
    taught = adapted(grammar, listener, turns, lambda *_: None)
    assert set(taught.adaptation.ways) == {"niamh"}
    assert taught.after.right > taught.before.right
    plain, tuned = Recogniser(grammar, listener), Recogniser(grammar, listener, taught.adaptation)
    clips = [_samples(talker, "turn on the neev lamp") for talker in others]
    before, after = ([_heard(one, clip) for clip in clips].count("turn on niamh lamp") for one in (plain, tuned))
    assert after > before
    assert _heard(tuned, _samples(others[0], "turn on the bed light")) == "turn on bed light"


def test_one_turn_teaches_no_name(grammar, listener, cast):
    turn = Corrected(_samples(cast[0], "turn on the neev lamp"), "turn on the Niamh Lamp")
    assert adapted(grammar, listener, [turn], lambda *_: None).adaptation.ways == {}


def test_what_is_no_sentence_of_the_house_is_named_and_harms_nothing(grammar, listener, cast):
    turns = [
        Corrected(_samples(cast[0], "sing me a song"), "sing me a song"),
        Corrected(np.zeros(16000, np.int16), ""),
        Corrected(_samples(cast[0], "turn on the bed light"), "turn on the bed light"),
    ]
    taught = adapted(grammar, listener, turns, lambda *_: None)
    assert taught.unknown == ("sing me a song",)
    assert taught.after.right >= 1


def test_stopping_stops_it(grammar, listener, cast):
    def told(_stage: str, done: int, _of: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adapted(grammar, listener, [Corrected(_samples(cast[0], "turn on the bed light"), "turn on")] * 3, told)


async def test_the_engine_takes_what_was_taught_while_it_runs_and_forgets_it(grammar, listener, cast, tmp_path):
    def listen(house: HouseRecogniser) -> str:
        return _heard(house.current, clip)

    clip = _samples(cast[2], "turn on the neev lamp")
    turns = [Corrected(_samples(talker, said), meant) for talker in cast[:2] for said, meant in SPOKEN.items()]
    taught = adapted(grammar, listener, turns, lambda *_: None).adaptation
    path, file = tmp_path / "grammar.json", tmp_path / "taught.json"
    await asyncio.to_thread(_write_grammar, path)
    async with HouseRecogniser(path, adaptation=file) as house:
        plain = await house.in_worker(listen, house)
        await asyncio.to_thread(taught.write, file)
        await house._look()
        assert await house.in_worker(listen, house) == "turn on niamh lamp" != plain
        await asyncio.to_thread(file.write_text, "{")
        await house._look()
        assert await house.in_worker(listen, house) == plain
