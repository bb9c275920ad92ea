"""Passwords are kept as argon2id hashes; to make or check one is slow on purpose, and is done one at a time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.web.refusal import RequestRefused

LEAST_CHARACTERS = 8
MOST_BYTES = 1024
MEMORY_KIB = 64 << 10  # RFC 9106, the second recommended choice; about half a second of one core of a Raspberry Pi 4
PASSES = 3


class Passwords:
    """An async context manager over the one thread that hashes: a box with 1 GiB has no memory for two at once."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)

    async def __aenter__(self) -> Self:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="web.passwords")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)

    async def hashed(self, password: str) -> str:
        """Raises RequestRefused (password-unfit)."""
        if len(password) < LEAST_CHARACTERS:
            raise RequestRefused("password-unfit", f"a password has {LEAST_CHARACTERS} characters or more", status=422)
        if _too_long(password):
            raise RequestRefused("password-unfit", f"a password has {MOST_BYTES} bytes at most", status=422)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._hasher.hash, password)

    async def matches(self, kept: str, password: str) -> bool:
        """Whether ``password`` is the one that ``kept`` was made of. A wrong one takes as long as the right one."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._matches, kept, password)

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, "" if _too_long(password) else password)
        except (VerificationError, InvalidHashError):
            return False


def _too_long(password: str) -> bool:
    return len(password.encode("utf-8", "surrogatepass")) > MOST_BYTES
