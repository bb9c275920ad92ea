"""docs/errors.md explains every error code that a person can meet, and no other."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from tests.docs.error_codes import codes

PAGE = Path(__file__).parents[2] / "docs/errors.md"
FOREIGN = {"duplicate_wake_up_detected"}  # Home Assistant's own code, which satellites know
ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def test_every_code_in_the_code_is_explained():
    explained = {match[1] for match in ROW.finditer(PAGE.read_text("utf-8"))}
    missing = {code: places for code, places in codes().items() if not any(fnmatchcase(one, code) for one in explained)}
    assert not missing, "docs/errors.md lacks rows: " + ", ".join(f"{c} ({p[0]})" for c, p in sorted(missing.items()))


def test_every_explained_code_exists():
    patterns = list(codes())
    explained = [match[1] for match in ROW.finditer(PAGE.read_text("utf-8"))]
    invented = [code for code in explained if not any(fnmatchcase(code, pattern) for pattern in patterns)]
    assert not invented, f"docs/errors.md explains codes that nothing raises: {invented}"
    assert len(explained) == len(set(explained)), "a code is explained twice"


def test_codes_are_kebab_case():
    ours = {code: places for code, places in codes().items() if code not in FOREIGN}
    odd = {code: places for code, places in ours.items() if not re.fullmatch(r"[a-z0-9*]+(-[a-z0-9*]+)*", code)}
    assert not odd
