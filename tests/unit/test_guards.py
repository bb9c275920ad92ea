"""The guards that every test runs under do catch what they promise to: offenders.py run in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Verdicts:
    """problems: what pytest reported, by the test's name; no entry: passed. home: what test_makes_a_home was given."""

    problems: dict[str, str]
    names: frozenset[str]
    home: Path


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    folder = tmp_path_factory.mktemp("offenders")
    report, note = folder / "report.xml", folder / "note"
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.guards.plugin", "-p", "no:cacheprovider"),
            *("--noconftest", f"--junitxml={report}", str(ROOT / "tests/guards/offenders.py")),
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OFFENDERS_NOTE": str(note), "PYTEST_ADDOPTS": ""},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    cases = list(ET.parse(report).getroot().iter("testcase"))
    problems = {
        case.attrib["name"]: "".join(f"{part.get('message')} {part.text}" for part in case)
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    }
    return Verdicts(problems, frozenset(case.attrib["name"] for case in cases), Path(note.read_text("utf-8")))


@pytest.mark.parametrize(
    ("offender", "reported"),
    [
        ("test_connects_elsewhere", "socket.connect to 192.0.2.1 port 9"),
        ("test_connects_elsewhere_by_asyncio", "socket.connect to 192.0.2.1 port 9"),
        ("test_our_code_connects_elsewhere_and_carries_on", "socket.connect to 192.0.2.1 port 9"),
        ("test_sends_a_datagram_elsewhere", "socket.sendto to 192.0.2.1 port 9"),
        ("test_multicasts_on_the_default_interface", "socket.sendto to 224.0.0.251 port 5353"),
        ("test_looks_up_a_name", "host name 'earshot.invalid'"),
        ("test_child_connects_elsewhere", "socket.connect to 192.0.2.1 port 9"),
        ("test_leaves_a_task", "task forgotten"),
        ("test_uses_a_fixture_that_leaves_a_task", "task forgotten-by-fixture"),
        ("test_leaves_a_thread", "thread forgotten"),
        ("test_leaves_a_file_descriptor", "/dev/null"),
        ("test_leaves_a_process", "sleep 61"),
        ("test_leaves_a_grandchild", "sleep 62"),
        ("test_our_code_blocks_the_loop", "Blocking call to time.sleep"),
        ("test_takes_too_long", "Timeout"),
    ],
)
def test_a_test_that_breaks_a_rule_fails_and_says_why(verdicts: Verdicts, offender: str, reported: str):
    assert reported in verdicts.problems.get(offender, "")


def test_a_test_that_breaks_no_rule_passes(verdicts: Verdicts):
    innocent = {
        "test_reaches_only_this_machine",
        "test_connects_elsewhere_in_a_namespace_of_its_own",
        "test_cancels_and_awaits_its_task",
        "test_a_test_may_block_the_loop",
        "test_makes_a_home",
    }
    assert innocent <= verdicts.names
    assert not innocent & verdicts.problems.keys()


def test_the_home_of_a_test_is_gone_after_it(verdicts: Verdicts):
    assert not verdicts.home.exists()
