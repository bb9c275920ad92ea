"""Compares the branch coverage of the fast tests with the floors in coverage-floor.toml; scripts/test runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FLOORS = ROOT / "tests/coverage-floor.toml"


def percent(files: dict[str, dict[str, Any]], place: str) -> float:
    """Lines and branches taken, of all in ``place``: a file, or a folder and what is below it."""
    summaries = [f["summary"] for name, f in files.items() if name == place or name.startswith(f"{place}/")]
    if not summaries:
        raise SystemExit(f"coverage-floor-place: nothing was measured in {place}; correct {FLOORS.name}")
    there = sum(s["num_statements"] + s["num_branches"] for s in summaries)
    taken = sum(s["covered_lines"] + s["covered_branches"] for s in summaries)
    return 100 * taken / there


def main() -> int:
    command = [sys.executable, "-m", "coverage", "json", "-q", "-o", "-"]
    report = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = json.loads(report)["files"]
    below = False
    for place, floor in tomllib.loads(FLOORS.read_text("utf-8")).items():
        reached = percent(files, place)
        below |= reached < floor
        print(f"coverage: {place} {reached:.1f} % (floor {floor} %){' BELOW' if reached < floor else ''}")  # noqa: T201 - a command
    return int(below)


if __name__ == "__main__":
    sys.exit(main())
