"""The grammar reader takes what hub.intent.grammar writes, and says what is wrong with anything else."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ModelInvalid
from models.recogniser.jsgf import Choice, Rule, Sequence, Word, draw, parse
from tests.jsgf_matcher import JsgfMatcher
from tests.unit.models.recogniser.grammars import grammars

HEADER = "#JSGF V1.0;\ngrammar house;\n"


def _parsed(body: str):
    return parse(f"{HEADER}public <command> = {body};\n").rules["command"]


def test_reads_words_choices_optional_parts_and_rules():
    """Brackets around one thing are that thing."""
    text = f"{HEADER}<thing> = lamp | ( desk fan );\npublic <command> = turn [ the ] <thing> ( on | off );\n"
    jsgf = parse(text)
    assert jsgf.public == "command"
    assert jsgf.rules["thing"] == Choice((Word("lamp"), Sequence((Word("desk"), Word("fan")))))
    the = Choice((Word("the"),), optional=True)
    assert jsgf.rules["command"] == Sequence((Word("turn"), the, Rule("thing"), Choice((Word("on"), Word("off")))))
    assert _parsed("( ( stop ) )") == Word("stop")


def test_words_may_have_apostrophes_hyphens_and_any_script():
    assert _parsed("don't l'entrée x-ray лампа 灯") == Sequence(
        tuple(map(Word, ["don't", "l'entrée", "x-ray", "лампа", "灯"]))
    )


def test_the_tag_of_a_rare_word_is_said_by_nobody():
    jsgf = parse(f"{HEADER}public <command> = stop please{{rare}};\n")
    assert jsgf.rules["command"] == Sequence((Word("stop"), Word("please{rare}")))
    assert draw(jsgf, random.Random(1)) == ["stop", "please"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no public rule"),
        ("garbage\n\x00", "no public rule"),
        ("<command> = stop;\n", "no public rule"),
        ("public <command> = ( stop;\n", "is missing"),
        ("public <command> = [ stop );\n", "is missing"),
        ("public <command> = stop );\n", "a bracket too many"),
        ("public <command> = turn <thing>;\n", "rule thing is not there"),
        ("public <command> = <command>;\n", "within itself"),
        ("public <command> = a <b>;\n<b> = [ <c> ];\n<c> = ( d | <b> );\n", "within itself"),
        (f"public <command> = {'( ' * 5000}stop{' )' * 5000};\n", "too deep"),
    ],
)
def test_a_grammar_that_cannot_be_used_says_why(text, why):
    with pytest.raises(ModelInvalid, match=why) as raised:
        parse(text)
    assert raised.value.code == "grammar-invalid"


def test_a_rule_that_many_others_mention_is_looked_at_in_no_time():
    """Forty levels that each mention the next twice are 2**40 ways, and not walked one by one."""
    levels = [f"<r{level}> = <r{level + 1}> | a <r{level + 1}>;" for level in range(38)]
    parse("\n".join(["public <command> = <r0>;", *levels, "<r38> = stop;", ""]))


@given(grammars(), st.integers(0, 100))
def test_a_drawn_sentence_is_one_of_the_grammar(text, seed):
    assert JsgfMatcher(text).accepts(" ".join(draw(parse(text), random.Random(seed))))


def test_drawing_reaches_every_sentence_and_repeats_with_the_same_seed():
    jsgf = parse("public <command> = ( on | off ) [ now ];\n")
    dice = random.Random(1)
    assert {tuple(draw(jsgf, dice)) for _ in range(100)} == {("on",), ("off",), ("on", "now"), ("off", "now")}
    assert [draw(jsgf, random.Random(4)) for _ in range(3)] == [draw(jsgf, random.Random(4))] * 3


@given(st.text(alphabet="ab<>()[]|;= \n", max_size=60))
def test_no_text_breaks_the_reader(text):
    """It is read, or refused."""
    with contextlib.suppress(ModelInvalid):
        parse(f"public <command> = {text};\n")
