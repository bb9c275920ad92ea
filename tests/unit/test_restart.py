"""A hub that its page restarts begins anew in the same process, or ends where systemd starts it again."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from hub.cli import restart


@pytest.fixture
def execs(monkeypatch):
    found = []
    monkeypatch.setattr(restart.os, "execv", lambda *command: found.append(command))
    return found


def test_the_same_command_runs_again(execs):
    restart.begin_anew({}, ["python3", "-m", "hub", "hub", "--debug"])
    assert execs == [(sys.executable, [sys.executable, "-m", "hub", "hub", "--debug"])]


def test_systemd_starts_its_own_process_again(execs):
    restart.begin_anew({"SYSTEMD_EXEC_PID": str(os.getpid())}, ["python3"])
    assert execs == []
    restart.begin_anew({"SYSTEMD_EXEC_PID": "1"}, ["python3"])  # inherited: it started a terminal, not us
    assert len(execs) == 1


def test_only_who_was_asked_begins_anew(execs):
    assert restart.ended(0) == 0
    assert execs == []


async def test_asking_ends_the_program_with_its_own_code():
    ended = asyncio.Event()
    asked = restart.Restart(ended)
    assert asked.exit_code == 0
    asked()
    assert ended.is_set()
    assert asked.exit_code == restart.RESTART
