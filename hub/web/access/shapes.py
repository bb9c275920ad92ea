"""What the routes of access take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.web.access.ledger import Session, Token, TokenScope
from hub.web.routes import Scope

MOST_DAYS = 3650

Password = Annotated[str, Meta(max_length=1024)]


State = Literal["first-run", "signed-out", "signed-in"]
Transport = Literal["http", "https"]


class AccessState(msgspec.Struct, frozen=True):
    """Who is asking, and how. scope: null for nobody. transport: http can be read by others on the network."""

    state: State
    scope: Scope | None
    transport: Transport
    name: str
    version: str


class BecomeOwner(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /access/first``. code: the set-up code, with or without spaces."""

    code: Annotated[str, Meta(max_length=64)]
    password: Password


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /access/session``."""

    password: Password


class ChangePassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /access/password``."""

    current: Password
    password: Password


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /access/tokens``. days: until it ends, null for never."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    scope: TokenScope = "read"
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] | None = None


class SessionShown(msgspec.Struct, frozen=True):
    """A browser that is signed in. here: it is the one that asks."""

    id: str
    began: datetime
    used: datetime
    address: str
    agent: str
    here: bool

    @classmethod
    def of(cls, session: Session, here: str | None) -> SessionShown:
        """here: id of the session that asks."""
        return cls(session.id, session.began, session.used, session.address, session.agent, here=session.id == here)


class TokenShown(msgspec.Struct, frozen=True):
    """A program's token. key: only in the answer that made it."""

    id: str
    name: str
    scope: TokenScope
    made: datetime
    used: datetime | None
    expires: datetime | None
    key: str | None = None

    @classmethod
    def of(cls, token: Token, key: str | None = None) -> TokenShown:
        return cls(token.id, token.name, token.scope, token.made, token.used, token.expires, key)
