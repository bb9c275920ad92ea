"""Which server takes the next request."""

from __future__ import annotations

import pytest

from hub.engines.pool import Pool


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(clock: Clock) -> Pool:
    return Pool(["a", "b"], rest_seconds=10, clock=clock)


def test_the_first_server_is_preferred(pool: Pool) -> None:
    """With nobody busy the order of the configuration counts, again and again."""
    for _ in range(3):
        with pool.lease() as uri:
            assert uri == "a"


def test_who_stands_in_is_asked_only_where_the_first_rests(clock: Clock) -> None:
    pool = Pool(["a", "b"], rest_seconds=10, in_order=True, clock=clock)
    with pool.lease() as first, pool.lease() as second:
        assert (first, second) == ("a", "a")
    pool.failed("a")
    with pool.lease() as uri:
        assert uri == "b"


def test_the_least_busy_server_is_next(pool: Pool) -> None:
    with pool.lease() as first, pool.lease() as second, pool.lease() as third:
        assert (first, second, third) == ("a", "b", "a")
    with pool.lease() as again:
        assert again == "a"


def test_a_failed_server_rests_and_comes_back(pool: Pool, clock: Clock) -> None:
    """Even a busy server is better than one that failed a moment ago."""
    pool.failed("a")
    with pool.lease() as first, pool.lease() as second:
        assert (first, second) == ("b", "b")
    clock.seconds += 10
    with pool.lease() as uri:
        assert uri == "a"


def test_a_server_that_works_rests_no_longer(pool: Pool) -> None:
    pool.failed("a")
    pool.worked("a")
    with pool.lease() as uri:
        assert uri == "a"


def test_with_all_resting_one_is_still_tried(pool: Pool) -> None:
    """A house with one engine must not refuse for seconds because it crashed once."""
    pool.failed("a")
    pool.failed("b")
    with pool.lease() as uri:
        assert uri in {"a", "b"}


def test_a_retry_goes_elsewhere_if_it_can(pool: Pool) -> None:
    with pool.lease(after=["a"]) as uri:
        assert uri == "b"
    with Pool(["only"]).lease(after=["only"]) as uri:
        assert uri == "only"


def test_a_pool_needs_a_server() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Pool([])
