"""A part of a program knows whether the program that it belongs to still lives."""

from __future__ import annotations

import os

import pytest

from wire.parent import PARENT_VARIABLE, die_with_parent


@pytest.mark.parametrize(("parent", "lives"), [(None, True), (str(os.getppid()), True), ("1", os.getppid() == 1)])
def test_a_part_whose_program_is_gone_must_not_begin(
    monkeypatch: pytest.MonkeyPatch, parent: str | None, *, lives: bool
) -> None:
    if parent is None:
        monkeypatch.delenv(PARENT_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(PARENT_VARIABLE, parent)
    assert die_with_parent() is lives
