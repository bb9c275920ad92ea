"""Live scores reach everybody who watches, and cost nothing when nobody does."""

from __future__ import annotations

from hub.stages import ScoreTold
from hub.wake.feed import WAITING_SCORES, ScoreFeed


async def test_watchers_see_every_score_from_now_on() -> None:
    feed = ScoreFeed()
    feed.tell("hall", {"alexa": 0.1}, None)
    with feed.watch() as one, feed.watch() as other:
        feed.tell("hall", {"alexa": 0.9}, "alexa")
        expected = ScoreTold("hall", {"alexa": 0.9}, "alexa")
        assert [await anext(one), await anext(other)] == [expected, expected]


async def test_a_watcher_that_does_not_read_loses_the_oldest() -> None:
    feed = ScoreFeed()
    with feed.watch() as scores:
        for number in range(WAITING_SCORES + 5):
            feed.tell("hall", {"alexa": number / 10_000}, None)
        assert (await anext(scores)).words == {"alexa": 5 / 10_000}


async def test_the_first_watcher_and_the_last_are_told_of() -> None:
    told: list[bool] = []
    feed = ScoreFeed(told.append)
    with feed.watch():
        with feed.watch():
            assert feed.watched
        assert told == [True]
    assert told == [True, False]
    assert not feed.watched
