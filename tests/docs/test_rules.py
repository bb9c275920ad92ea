"""Every rule and every table of docs/rules.md can be copied."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from hub.config import HubConfig
from hub.rules.file import rules_of
from hub.rules.home import home_of

PAGE = (Path(__file__).parents[2] / "docs/rules.md").read_text("utf-8")
BLOCKS = [tomllib.loads(block) for block in re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]
HOUSE = next(msgspec.convert(block, HubConfig).home for block in BLOCKS if "home" in block)
SECTIONS = {"When": "when", "If": "if", "Then": "then"}


def _tables():
    for title, key in SECTIONS.items():
        section = re.search(rf"^## {title}\n(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)[1]
        yield from ((key, table) for table in re.findall(r"^\| `(\{.*?\})` \|", section, re.MULTILINE))


def test_every_block_is_right():
    rules = [rules_of(block["rule"], "docs/rules.md", home_of(HOUSE)) for block in BLOCKS if "rule" in block]
    assert sum(map(len, rules)) >= 7
    assert all(set(block) <= {"rule", "home"} for block in BLOCKS)


@pytest.mark.parametrize(("key", "table"), list(_tables()))
def test_every_table_is_right(key, table):
    rule = {"name": "A", "when": [{"start": True}], "then": [{"notify": "x"}]}
    rule[key] = [tomllib.loads(f"table = {table}")["table"]]
    assert rules_of([rule], "docs/rules.md", home_of(HOUSE))
