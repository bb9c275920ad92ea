"""Writes the key tables of docs/configuration.md from the structs that check the files (scripts/docs-config)."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from hub.config import HubConfig
from hub.settings.schema import Key, Section, sections
from satellite.config import SatelliteConfig

PAGE = Path(__file__).parents[2] / "docs/configuration.md"
FILES: dict[str, type[msgspec.Struct]] = {"hub.toml": HubConfig, "satellite.toml": SatelliteConfig}


def with_tables(page: str) -> str:
    """The page with the tables between its markers made anew; everything else stays as it is."""
    for file, schema in FILES.items():
        begin, end = f"<!-- keys of {file}, written by scripts/docs-config -->\n", f"<!-- end of {file} -->"
        before, found, rest = page.partition(begin)
        _, found_end, after = rest.partition(end)
        if not (found and found_end):
            raise SystemExit(f"docs-config-markers: {PAGE.name} needs the lines {begin.strip()} and {end}")
        lines = [line for section in sections(schema) for line in _section(section)]
        page = before + begin + "\n" + "\n".join(lines) + "\n" + end + after
    return page


def _section(section: Section) -> list[str]:
    """Its table, then those of the sections in it."""
    headings = {"": f"[{section.path}]", "list": f"[[{section.path}]]", "names": f"[{section.path}.NAME]"}
    lines = [f"### `{headings[section.repeats]}`", ""]
    lines += [section.explanation, ""] if section.explanation else []
    lines += ["| key | default | allowed | meaning |", "|---|---|---|---|"]
    lines += [_row(key) for key in section.keys]
    return [*lines, "", *(line for inner in section.sections for line in _section(inner))]


def _row(key: Key) -> str:
    cells = (f"`{key.name}`", _default(key), _allowed(key), key.explanation)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(key: Key) -> str:
    if key.required:
        return "must be given"
    return "not set" if key.default is None else f"`{json.dumps(key.default, ensure_ascii=False)}`"


def _allowed(key: Key) -> str:
    match key.form:
        case "choice":
            return ", ".join(f"`{json.dumps(value)}`" for value in key.choices)
        case "list":
            assert key.entry is not None
            return f"list of: {_allowed(key.entry)}{_counts(key, 'entries')}"
        case "names":
            assert key.entry is not None
            assert key.called is not None
            return f"table of: {_allowed(key.entry)}, by {_allowed(key.called)}{_counts(key, 'entries')}"
        case "text":
            return f"text like `{key.pattern}`" if key.pattern else f"text{_counts(key, 'characters')}"
        case "switch":
            return "`true`, `false`"
        case _:
            return ("whole number" if key.form == "whole" else "number") + _range(key)


def _counts(key: Key, unit: str) -> str:
    if key.longest is None:
        return ""
    return f", {key.shortest or 0} to {key.longest} {unit}"


def _range(key: Key) -> str:
    bounds = {"from": key.at_least, "above": key.above, "to": key.at_most, "below": key.below}
    return "".join(f" {word} {bound:,}" for word, bound in bounds.items() if bound is not None)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
