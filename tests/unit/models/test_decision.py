"""When a score counts as a wake word."""

from __future__ import annotations

from models.wake.decision import Decision, Rule


def steps_heard(decision: Decision, scores: list[float]) -> list[int]:
    return [step for step, score in enumerate(scores) if decision.count({"a": score})]


def one(**rule: float) -> Decision:
    return Decision({"a": Rule(**rule)})  # type: ignore[arg-type]


def test_a_word_counts_once_each_time_its_score_rises() -> None:
    assert steps_heard(one(refractory_seconds=0), [0.1, 0.6, 0.9, 0.9, 0.2, 0.7, 0.1]) == [1, 5]


def test_trigger_level_wants_steps_in_a_row() -> None:
    assert steps_heard(one(trigger_level=3), [0.9, 0.1, 0.9, 0.9, 0.9, 0.9]) == [4]


def test_each_word_has_its_own_rule() -> None:
    decision = Decision({"a": Rule(threshold=0.3, refractory_seconds=0.3), "b": Rule(threshold=0.8)})
    scores = [(0.4, 0.7), (0.0, 0.7), (0.4, 0.0), (0.0, 0.9), (0.4, 0.0)]
    heard = [decision.count({"a": a, "b": b}) for a, b in scores]
    assert [one and one.word for one in heard] == ["a", None, None, "b", "a"]


def test_of_two_words_in_one_step_the_surer_counts() -> None:
    heard = Decision({"a": Rule(), "b": Rule()}).count({"a": 0.7, "b": 0.9, "unasked": 1.0})
    assert heard is not None
    assert (heard.word, heard.score) == ("b", 0.9)


def test_a_score_that_stays_high_through_the_refractory_time_is_not_a_new_word() -> None:
    assert steps_heard(one(refractory_seconds=0.2), [0.9] * 10) == [0]


def test_rearmed_the_word_counts_over_an_answer() -> None:
    decision = one(refractory_seconds=60)
    assert steps_heard(decision, [0.9, 0.1, 0.9, 0.1]) == [0]
    decision.rearm()
    assert decision.count({"a": 0.9})


def test_it_tells_when_in_the_audio_and_reset_begins_again() -> None:
    decision = one(refractory_seconds=60)
    heard = [decision.count({"a": score}) for score in (0.0, 0.0, 0.8)][-1]
    assert heard is not None
    assert (heard.word, heard.score, heard.at_ms) == ("a", 0.8, 240)
    decision.reset()
    again = decision.count({"a": 0.9})
    assert again is not None
    assert again.at_ms == 80
