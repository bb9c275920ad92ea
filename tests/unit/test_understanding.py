"""Who reads a sentence first, and that everybody else is left alone."""

from hub.stages import Intent
from hub.understanding import Understanding
from tests.fakes_stages import FakeInterpreter


def reads(word, name):
    return lambda text, language: Intent(name, {}, "default", language, text) if word in text else None


async def test_readers_come_before_sentences_and_in_their_order():
    understanding = Understanding(FakeInterpreter(), [reads("party", "First"), reads("light", "Second")])

    async def meant(text):
        return (await understanding.interpret(text, language="en", area=None)).name

    assert await meant("party light") == "First"
    assert await meant("the light at seven") == "Second"
    assert await meant("turn it on") == "HassTurnOn"
