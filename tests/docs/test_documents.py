"""What the documents say can be done: their commands exist, their links lead somewhere, their paths are anybody's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from hub.cli.arguments import parse
from tests.docs.documents import ROOT, anchors, commands, documents, files, links

EARSHOT = ("earshot", ".venv/bin/earshot")
# Folders of one machine: nobody else has them. Written apart, so that this file does not find itself.
MACHINE_LOCAL = re.compile("/" + r"(?:work|home/\w+|root)/(?!\.)\w|/" + r"opt/(?:pypi|wheels)")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", documents(), ids=_name)
def test_links_within_the_project_lead_somewhere(document: Path):
    broken = []
    for link in links(document):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("document", documents(), ids=_name)
def test_commands_exist(document: Path):
    for line in commands(document):
        program, *arguments = shlex.split(line, comments=True)
        if program.startswith(("scripts/", "./scripts/")):
            assert (ROOT / program).stat().st_mode & 0o111, f"{program} is no program"
        elif program in EARSHOT and not {"--help", "…"} & set(arguments):
            _assert_understood(line, arguments)


def _assert_understood(line: str, arguments: list[str]) -> None:
    try:
        parse(arguments)
    except SystemExit as error:
        pytest.fail(f"earshot does not understand {line!r} (exit {error.code})")


def test_the_readme_names_the_two_commands():
    assert {"scripts/run", "scripts/test"} <= set(commands(ROOT / "README.md"))


def test_no_file_names_a_place_of_one_machine():
    found = []
    for path in files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a recording or a picture
        found += [f"{_name(path)}: {match[0]}" for match in MACHINE_LOCAL.finditer(text)]
    assert not found
