"""Passwords: what is taken, what is kept, and that only one is hashed at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from hub.web.access.passwords import MEMORY_KIB, MOST_BYTES, PASSES, Passwords
from hub.web.refusal import RequestRefused


@pytest.fixture
async def passwords():
    async with Passwords(memory_kib=8, passes=1) as passwords:
        yield passwords


@pytest.mark.parametrize(
    "password", ["12345678", "ä" * 8, "x" * MOST_BYTES, "correct horse battery", "👩‍🚀" * 8, " " * 8]
)
async def test_it_matches_itself_alone(passwords, password):
    kept = await passwords.hashed(password)
    assert password not in kept
    assert await passwords.matches(kept, password)
    assert not await passwords.matches(kept, password + "x")
    assert await passwords.hashed(password) != kept


@pytest.mark.parametrize("password", ["", "1234567", "x" * (MOST_BYTES + 1), "ä" * (MOST_BYTES // 2 + 1)])
async def test_what_is_too_short_or_too_long_is_refused(passwords, password):
    with pytest.raises(RequestRefused) as refused:
        await passwords.hashed(password)
    assert refused.value.code == "password-unfit"


@pytest.mark.parametrize("kept", ["", "plain", "$argon2id$v=19$m=8,t=1,p=1$broken", "$2b$12$abc"])
async def test_a_damaged_hash_matches_nothing(passwords, kept):
    assert not await passwords.matches(kept, "12345678")


async def test_one_is_hashed_at_a_time_and_not_on_the_loop(passwords, monkeypatch):
    inside, most, threads = 0, 0, set()
    real = passwords._hasher.hash

    class Watching:
        def hash(self, password):
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            threads.add(threading.current_thread())
            made = real(password)
            inside -= 1
            return made

    monkeypatch.setattr(passwords, "_hasher", Watching())
    await asyncio.gather(*(passwords.hashed("12345678") for _ in range(8)))
    assert most == 1
    assert threading.main_thread() not in threads


async def test_a_box_hashes_with_argon2id_and_64_mib():
    async with Passwords() as passwords:
        kept = await passwords.hashed("12345678")
    assert kept.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$")
    assert MEMORY_KIB == 65536
