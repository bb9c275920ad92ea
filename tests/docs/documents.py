"""The project's documents as tests see them: paths, code blocks, links."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def files() -> list[Path]:
    """Everything that is the project's own: no environment, cache or repository data."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name == ".ci" or not name.startswith((".", "__pycache__"))]
        found += [Path(folder) / name for name in names]
    return sorted(found)


def documents() -> list[Path]:
    return [path for path in files() if path.suffix == ".md"]


def commands(document: Path) -> list[str]:
    """The command lines in its shell blocks: ``\\`` joins lines, ``#`` begins a comment, ``$ `` is a prompt."""
    found = []
    for language, block in _FENCE.findall(document.read_text("utf-8")):
        if language in ("sh", "bash", "console"):
            lines = block.replace("\\\n", " ").splitlines()
            if language == "console":  # with output: only what stands after a prompt
                lines = [line for line in lines if line.startswith("$ ")]
            found += [line.removeprefix("$ ").strip() for line in lines]
    return [line for line in found if line and not line.startswith("#")]


def links(document: Path) -> list[str]:
    return _LINK.findall(_FENCE.sub("", document.read_text("utf-8")))


def anchors(document: Path) -> set[str]:
    """What GitHub makes of each heading."""
    headings = re.findall(r"^#+ +(.+)$", _FENCE.sub("", document.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
