"""The owner's password and, until there is one, the set-up code; both in files that only the hub can read."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

import msgspec

from hub.web.access.passwords import Passwords
from hub.web.refusal import RequestRefused
from wire.errors import ConfigError

_log = logging.getLogger(__name__)

CODE_DIGITS = 8


class _Kept(msgspec.Struct, frozen=True):
    """The file. password: argon2id's own text form."""

    password: str


class Owner:
    """Without a password file nobody owns the page yet, and there is a code to be entered in it.

    Not in the store: a damaged database must not make the page a stranger's.
    """

    def __init__(self, folder: Path, passwords: Passwords) -> None:
        self._password_file, self._code_file = folder / "page-password.json", folder / "page-code"
        self._passwords = passwords
        self._kept: _Kept | None = None
        self._code = ""

    @property
    def exists(self) -> bool:
        return self._kept is not None

    @property
    def code(self) -> str:
        """The set-up code; empty once there is an owner."""
        return self._code

    def load(self) -> None:
        """Blocks on the disk. Raises ConfigError (page-password-unusable)."""
        try:
            if self._password_file.exists():
                self._kept = msgspec.json.decode(self._password_file.read_bytes(), type=_Kept)
                self._code_file.unlink(missing_ok=True)
            else:
                self._code = self._kept_code()
        except (OSError, msgspec.DecodeError) as error:
            message = f"{self._password_file}: {error}; remove it, and the page asks for a new owner"
            raise ConfigError("page-password-unusable", message) from error

    def is_code(self, given: str) -> bool:
        digits = "".join(letter for letter in given if letter.isascii() and letter.isdigit())
        return bool(self._code) and secrets.compare_digest(digits, self._code)

    async def is_password(self, given: str) -> bool:
        return self._kept is not None and await self._passwords.matches(self._kept.password, given)

    async def prepared(self, password: str) -> bytes:
        """What ``keep`` takes. Raises RequestRefused (password-unfit)."""
        return msgspec.json.encode(_Kept(await self._passwords.hashed(password)))

    def keep(self, prepared: bytes) -> None:
        """From now on that is the password. Blocks on the disk. Raises RequestRefused (password-not-kept)."""
        try:
            _write_private(self._password_file, prepared)
            self._code_file.unlink(missing_ok=True)
        except OSError as error:
            raise RequestRefused("password-not-kept", f"{self._password_file}: {error}", status=503) from error
        self._kept, self._code = msgspec.json.decode(prepared, type=_Kept), ""

    def _kept_code(self) -> str:
        """The same over restarts: it may be written down already."""
        if self._code_file.exists():
            code = self._code_file.read_text("ascii", errors="replace").strip()
            if len(code) == CODE_DIGITS and code.isascii() and code.isdigit():
                return code
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        _write_private(self._code_file, f"{code}\n".encode())
        return code


def shown(code: str) -> str:
    """A code as people read it: two groups of four."""
    return f"{code[:4]} {code[4:]}"


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, also when the power goes."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
