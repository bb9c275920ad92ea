"""What a browser calls itself, short enough to be read in a list of sessions."""

from __future__ import annotations

import re

MOST_CHARACTERS = 80
_BROWSERS = (
    ("Edge", r"Edg(?:A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS)/"),
    ("Safari", r"Version/\S+ (?:Mobile/\S+ )?Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh"),
    ("Linux", r"Linux|X11"),
)


def shortened(agent: str) -> str:
    """``Firefox, Linux`` of the long line that browsers send; the beginning of one that is not known."""
    found = [next((name for name, sign in kinds if re.search(sign, agent)), "") for kinds in (_BROWSERS, _SYSTEMS)]
    if named := [name for name in found if name]:
        return ", ".join(named)
    return "".join(letter for letter in agent if letter.isprintable())[:MOST_CHARACTERS]
