"""Rules side by side: one that fails is off, one that did not change goes on when the file does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.rules.book import RuleBook, entities_of, topics_of
from hub.rules.course import LOOP_FIRINGS
from hub.rules.events import MessageCame, Now
from tests.fakes_rules import home, rules
from wire.errors import EarshotError

NOW = Now(datetime(2026, 6, 5, 12, tzinfo=UTC), 1000.0)
BELL = MessageCame("bell", b"")
TWO = """
[[rule]]
name = "A"
when = [{ topic = "bell" }]
then = [{ say = "a" }]
cooldown_minutes = %s
[[rule]]
name = "B"
when = [{ topic = "bell" }, { entity = "light.x", becomes = "on" }]
if = [{ someone_home = true, people = ["person.a"] }]
then = [{ say = "b" }]
"""


@pytest.fixture
def book():
    book = RuleBook(home())
    book.replace(rules(TWO % 60), NOW, {}, fired_seconds_ago={})
    return book


def verdicts(book):
    return [(one.rule.name, one.verdict) for one in book.step(NOW, [BELL], {})]


def test_each_rule_decides_for_itself(book):
    assert verdicts(book) == [("A", "fires"), ("B", "conditions")]


def test_a_rule_that_raises_hurts_only_itself(book, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(book.course("A"), "step", broken)
    assert verdicts(book) == verdicts(book) == [("B", "conditions")]
    assert book.problems["A"].code == "rule-failed"
    assert "'A'" in caplog.text


def test_a_loop_has_a_name_and_ends_when_the_file_is_saved(book):
    text = TWO % 0
    book.replace(rules(text), NOW, {}, fired_seconds_ago={})
    for _ in range(LOOP_FIRINGS + 5):
        verdicts(book)
    assert book.problems["A"].code == "rule-loop"
    assert verdicts(book) == [("B", "conditions")]
    book.replace(rules(text), NOW, {}, fired_seconds_ago={})
    assert verdicts(book)[0] == ("A", "fires")


def test_a_rule_that_is_as_before_still_cools_down(book):
    verdicts(book)
    book.replace(rules(TWO % 60), NOW, {}, fired_seconds_ago={})
    assert verdicts(book)[0] == ("A", "cooldown")
    book.replace(rules(TWO % 61), NOW, {}, fired_seconds_ago={})
    assert verdicts(book)[0] == ("A", "fires")


def test_a_cooldown_outlives_the_hub():
    book = RuleBook(home())
    book.replace(rules(TWO % 60), NOW, {}, fired_seconds_ago={"A": 3500.0})
    assert verdicts(book)[0] == ("A", "cooldown")


def test_it_knows_what_must_be_listened_to(book):
    assert topics_of(book.rules) == {"bell"}
    assert entities_of(book.rules, home(people=["person.b"])) == {"light.x", "person.a", "person.b"}


def test_a_rule_that_there_is_not(book):
    with pytest.raises(EarshotError, match="rule-unknown"):
        book.course("C")
