"""docs/configuration.md shows every key of both files as the code checks it, and says what it means."""

from __future__ import annotations

import re

from tests.docs.config_reference import PAGE, with_tables


def test_the_tables_are_those_of_the_code():
    page = PAGE.read_text("utf-8")
    assert page == with_tables(page), "run scripts/docs-config"


def test_every_key_has_a_meaning():
    section, unexplained = "", []
    for line in PAGE.read_text("utf-8").splitlines():
        section = line.strip("# `") if line.startswith("### ") else section
        if (row := re.match(r"\| `(\w+)` \|.*\|([^|]*)\|$", line)) and not row[2].strip():
            unexplained.append(f"{section} {row[1]}")
    assert not unexplained, f"say what they mean in the struct's docstring (`key: meaning.`): {unexplained}"
