"""Sentence templates become JSGF that accepts what the templates mean."""

from __future__ import annotations

import pytest
from hassil.parse_expression import parse_sentence

from hub.intent.jsgf import TemplateWriter
from tests.jsgf_matcher import JsgfMatcher

EXPANSIONS = {name: parse_sentence(text).expression for name, text in {"the": "(the|my)", "at": "in {area}"}.items()}
LISTS = {"area": "<l_area> = kitchen;", "number": "<l_number> = one | two;"}


def written(template: str) -> str | None:
    writer = TemplateWriter(EXPANSIONS)
    return writer.write(parse_sentence(template).expression, lambda name: f"l_{name}" if name in LISTS else None)


def matcher(template: str) -> JsgfMatcher:
    writer = TemplateWriter(EXPANSIONS)
    body = writer.write(parse_sentence(template).expression, lambda name: f"l_{name}" if name in LISTS else None)
    rules = [*LISTS.values(), *(f"<{name}> = {rule};" for name, rule in writer.rules.items())]
    return JsgfMatcher("\n".join([*rules, f"public <command> = {body};"]))


@pytest.mark.parametrize(
    ("template", "accepted", "refused"),
    [
        ("turn [<the>] lights on", ["turn lights on", "turn my lights on"], ["turn on"]),
        ("{number}( |-)minute[s] [left]", ["one minutes left", "two minute"], ["one left"]),
        ("day[ ]light", ["day light", "daylight"], ["day"]),
        ("turn (<at>;on)", ["turn in kitchen on", "turn on in kitchen"], ["turn on"]),
        ("to {number}[([ ]%)|( degree[s])]", ["to one", "to two degrees"], ["to one s"]),
        ("(auto|automatic[ally]) mode", ["auto mode", "automatically mode"], ["automatic ally mode"]),
        ("What's on?", ["what's on"], ["whats on"]),
        ("[please] go", ["go", "please go"], ["please"]),
    ],
)
def test_templates_keep_their_meaning(template: str, accepted: list[str], refused: list[str]) -> None:
    grammar = matcher(template)
    assert [sentence for sentence in accepted if not grammar.accepts(sentence)] == []
    assert [sentence for sentence in refused if grammar.accepts(sentence)] == []


def test_a_template_that_needs_an_unknown_list_is_never_said() -> None:
    assert written("play {anything}") is None


def test_an_unknown_list_costs_only_its_own_branch() -> None:
    grammar = matcher("stop [the {anything}] timer [in (kitchen|{anything})]")
    assert grammar.accepts("stop timer in kitchen")


def test_a_shared_snippet_becomes_one_rule() -> None:
    writer = TemplateWriter(EXPANSIONS)
    for template in ("open <the> door", "close <the> door"):
        writer.write(parse_sentence(template).expression, lambda _: None)
    assert writer.rules == {"w_the": "( the | my )"}
