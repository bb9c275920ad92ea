"""Sessions and tokens: all in memory, and in the store so that they outlive the hub."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from hub.errors import StoreLost
from hub.store.database import Database, Statement
from hub.web.refusal import RequestRefused

_log = logging.getLogger(__name__)

IDLE = timedelta(days=30)
LONGEST = timedelta(days=365)
MOST_SESSIONS = 64  # the one that was used longest ago makes room
MOST_TOKENS = 64
NOTED_AFTER = timedelta(minutes=10)  # how exact "last used" is on the disk: a write for each request would wear it out

TokenScope = Literal["read", "act", "admin"]


class Session(msgspec.Struct, kw_only=True):
    """A browser that is signed in. digest: SHA-256 of its cookie. agent: browser and system, shortened."""

    id: str
    digest: str
    began: datetime
    used: datetime
    address: str
    agent: str


class Token(msgspec.Struct, kw_only=True):
    """A program's key. digest: SHA-256 of it. used, expires: null for never."""

    id: str
    digest: str
    name: str
    scope: TokenScope
    made: datetime
    used: datetime | None = None
    expires: datetime | None = None


_SESSION_COLUMNS = ", ".join(Session.__struct_fields__)
_TOKEN_COLUMNS = ", ".join(Token.__struct_fields__)
_ADD_SESSION = f"INSERT OR REPLACE INTO page_sessions ({_SESSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - ours
_ADD_TOKEN = f"INSERT OR REPLACE INTO page_tokens ({_TOKEN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - ours


class Ledger:
    """Who has a key. Without a database everything is forgotten at the hub's end."""

    def __init__(self, database: Database | None, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._sessions: dict[str, Session] = {}  # by digest
        self._tokens: dict[str, Token] = {}
        self._noted: dict[str, datetime] = {}  # by id: when "last used" was written last

    async def load(self) -> None:
        """A store that is lost costs the sessions, not the hub."""
        if self._database is None:
            return
        try:
            sessions = await self._database.rows(f"SELECT {_SESSION_COLUMNS} FROM page_sessions")  # noqa: S608 - ours
            tokens = await self._database.rows(f"SELECT {_TOKEN_COLUMNS} FROM page_tokens")  # noqa: S608 - ours
        except StoreLost as error:
            _log.warning("nobody is signed in: %s", error)
            return
        self._sessions = {one.digest: one for one in _records(sessions, Session)}
        self._tokens = {one.digest: one for one in _records(tokens, Token)}
        await self._forget_ended()

    def sessions(self) -> list[Session]:
        """Last used first."""
        alive = [one for one in self._sessions.values() if self._is_alive(one)]
        return sorted(alive, key=lambda one: one.used, reverse=True)

    def tokens(self) -> list[Token]:
        return sorted(self._tokens.values(), key=lambda one: one.made)

    def session_of(self, digest: str) -> Session | None:
        """The living session with that key; it counts as used now."""
        session = self._sessions.get(digest)
        if session is None or not self._is_alive(session):
            return None
        session.used = self._now()
        self._note(session.id, session.used, "UPDATE page_sessions SET used = ? WHERE id = ?")
        return session

    def token_of(self, digest: str) -> Token | None:
        token = self._tokens.get(digest)
        if token is None or (token.expires is not None and token.expires <= self._now()):
            return None
        token.used = self._now()
        self._note(token.id, token.used, "UPDATE page_tokens SET used = ? WHERE id = ?")
        return token

    def seconds_left(self, identifier: str) -> float | None:
        """Until a session or a token ends, however much it is used; None: it never does, or is not known."""
        ends = [one.began + LONGEST for one in self._sessions.values() if one.id == identifier]
        ends += [one.expires for one in self._tokens.values() if one.id == identifier and one.expires is not None]
        return (ends[0] - self._now()).total_seconds() if ends else None

    async def add_session(self, session: Session) -> None:
        await self._forget_ended()
        for oldest in self.sessions()[MOST_SESSIONS - 1 :]:
            await self.end_session(oldest.id)
        self._sessions[session.digest] = session
        if self._database is not None:  # a full disk must not keep the owner out: then until the hub's end
            self._database.offer((_ADD_SESSION, _row(session)))

    async def add_token(self, token: Token) -> None:
        """On the disk before it is shown. Raises RequestRefused (tokens-full), StoreLost."""
        if len(self._tokens) >= MOST_TOKENS:
            raise RequestRefused("tokens-full", f"there are {MOST_TOKENS} tokens; revoke one", status=409)
        await self._write((_ADD_TOKEN, _row(token)))
        self._tokens[token.digest] = token

    async def end_session(self, identifier: str) -> bool:
        """False: there is none of that id. Raises StoreLost: then it is ended until the hub starts again."""
        return await self._end([one for one in self._sessions.values() if one.id == identifier])

    async def end_sessions(self, *, but: str | None = None) -> list[str]:
        """End all, or all others; the ids of those that were ended. Raises StoreLost."""
        ended = [one for one in self._sessions.values() if one.id != but]
        await self._end(ended)
        return [one.id for one in ended]

    async def end_token(self, identifier: str) -> bool:
        """False: there is none of that id. Raises StoreLost: then it is revoked until the hub starts again."""
        found = [one for one in self._tokens.values() if one.id == identifier]
        for one in found:
            del self._tokens[one.digest]
            self._noted.pop(one.id, None)
            await self._write(("DELETE FROM page_tokens WHERE id = ?", (one.id,)))
        return bool(found)

    async def _end(self, sessions: list[Session]) -> bool:
        for one in sessions:
            self._sessions.pop(one.digest, None)
            self._noted.pop(one.id, None)
        if sessions:
            await self._write(*(("DELETE FROM page_sessions WHERE id = ?", (one.id,)) for one in sessions))
        return bool(sessions)

    async def _forget_ended(self) -> None:
        await self._end([one for one in self._sessions.values() if not self._is_alive(one)])

    def _is_alive(self, session: Session) -> bool:
        now = self._now()
        return now - session.used < IDLE and now - session.began < LONGEST

    def _note(self, identifier: str, now: datetime, sql: str) -> None:
        noted = self._noted.get(identifier)
        if self._database is not None and (noted is None or now - noted >= NOTED_AFTER):
            self._noted[identifier] = now
            self._database.offer((sql, (_text(now), identifier)))

    async def _write(self, *statements: Statement) -> None:
        if self._database is not None:
            await self._database.write(*statements)


def _records(rows: list[tuple[Any, ...]], kind: type[Any]) -> list[Any]:
    return [msgspec.convert(dict(zip(kind.__struct_fields__, row, strict=True)), kind) for row in rows]


def _row(record: Session | Token) -> tuple[str | None, ...]:
    return tuple(_text(value) if isinstance(value, datetime) else value for value in msgspec.structs.astuple(record))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
