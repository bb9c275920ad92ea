"""Sessions and tokens in memory alone: bounded, ended, expired."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.web.access.keys import digest, new_id, new_key
from hub.web.access.ledger import MOST_SESSIONS, MOST_TOKENS, Ledger, Session, Token
from hub.web.refusal import RequestRefused

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
async def ledger():
    ledger = Ledger(None, lambda: NOW)
    await ledger.load()
    return ledger


def session(used: datetime = NOW) -> Session:
    return Session(id=new_id(), digest=digest(new_key()), began=NOW, used=used, address="10.0.0.1", agent="")


def token(**more) -> Token:
    return Token(id=new_id(), digest=digest(new_key()), name="t", scope="read", made=NOW, **more)


async def test_the_session_that_was_used_longest_ago_makes_room(ledger):
    made = [session(NOW - timedelta(minutes=number)) for number in range(MOST_SESSIONS)]
    for one in (*made, session()):
        await ledger.add_session(one)
    assert len(ledger.sessions()) == MOST_SESSIONS
    assert ledger.session_of(made[-1].digest) is None
    assert ledger.session_of(made[0].digest) is made[0]


async def test_tokens_are_bounded_and_none_is_taken_away_by_itself(ledger):
    for _ in range(MOST_TOKENS):
        await ledger.add_token(token())
    with pytest.raises(RequestRefused) as refused:
        await ledger.add_token(token())
    assert refused.value.code == "tokens-full"
    assert len(ledger.tokens()) == MOST_TOKENS


async def test_ending_all_but_one(ledger):
    kept, *others = [session() for _ in range(4)]
    for one in (kept, *others):
        await ledger.add_session(one)
    assert sorted(await ledger.end_sessions(but=kept.id)) == sorted(one.id for one in others)
    assert ledger.sessions() == [kept]


async def test_an_expired_token_is_worth_nothing(ledger):
    for expires, good in ((NOW, False), (NOW + timedelta(seconds=1), True), (None, True)):
        made = token(expires=expires)
        await ledger.add_token(made)
        assert (ledger.token_of(made.digest) is not None) is good


async def test_ending_what_is_not_there_says_so(ledger):
    assert not await ledger.end_session("x")
    assert not await ledger.end_token("x")
