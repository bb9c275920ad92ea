"""The latest scores of a room, on the time axis of the turn that they began."""

from __future__ import annotations

from hub.wake.recent import KEPT_STEPS, MOST_ROOMS, RecentScores


def test_the_newest_score_ends_where_the_sound_did() -> None:
    recent = RecentScores()
    for score in (0.1, 0.2, 0.9004):
        recent.tell("hall", {"alexa": score, "okay_nabu": 0.0})
    scores = recent.until("hall", 1000.0)
    assert scores
    assert (scores.first_at_ms, scores.step_ms) == (760.0, 80.0)
    assert scores.by_word == {"alexa": [0.1, 0.2, 0.9], "okay_nabu": [0.0, 0.0, 0.0]}


def test_only_the_latest_are_kept_and_a_turn_takes_them() -> None:
    recent = RecentScores()
    for number in range(KEPT_STEPS + 5):
        recent.tell("hall", {"alexa": number / 100})
    scores = recent.until("hall", 0.0)
    assert scores
    assert len(scores.by_word["alexa"]) == KEPT_STEPS
    assert scores.by_word["alexa"][0] == 0.05
    assert recent.until("hall", 0.0) is None


def test_a_word_that_came_later_was_nothing_before() -> None:
    recent = RecentScores()
    recent.tell("hall", {"alexa": 0.1})
    recent.tell("hall", {})  # a satellite that tells only that it woke
    recent.tell("hall", {"alexa": 0.2, "hey_willow": 0.3})
    scores = recent.until("hall", 160.0)
    assert scores
    assert scores.by_word == {"alexa": [0.1, 0.2], "hey_willow": [0.0, 0.3]}


def test_rooms_that_peers_make_up_do_not_add_up() -> None:
    recent = RecentScores()
    for number in range(MOST_ROOMS + 3):
        recent.tell(f"room {number}", {"alexa": 0.1})
    assert recent.until("room 0", 0.0) is None
    assert recent.until(f"room {MOST_ROOMS + 2}", 0.0)
