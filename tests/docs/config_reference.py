"""Writes the key tables of docs/configuration.md from the structs that check the files (scripts/docs-config)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from hub.config import HubConfig
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
        page = before + begin + "\n" + "\n".join(_sections(schema)) + "\n" + end + after
    return page


def _sections(schema: type[msgspec.Struct]) -> list[str]:
    lines: list[str] = []
    for field in _struct(schema).fields:
        kind: Any = field.type
        repeats = isinstance(kind, inspect.ListType)
        section: type[msgspec.Struct] = (kind.item_type if repeats else kind).cls
        lines += _section(section, field.encode_name, f"[[{field.encode_name}]]" if repeats else "")
    return lines


def _section(section: type[msgspec.Struct], name: str, heading: str = "") -> list[str]:
    """Its table, then those of the sections in it."""
    about, keys = _explained(section)
    lines = [f"### `{heading or f'[{name}]'}`", ""]
    lines += [about, ""] if about else []
    lines += ["| key | default | allowed | meaning |", "|---|---|---|---|"]
    inner: list[str] = []
    for key in _struct(section).fields:
        if isinstance(key.type, inspect.StructType):
            inner += _section(key.type.cls, f"{name}.{key.encode_name}")
        elif isinstance(key.type, inspect.ListType) and isinstance(key.type.item_type, inspect.StructType):
            repeated = f"{name}.{key.encode_name}"
            inner += _section(key.type.item_type.cls, repeated, f"[[{repeated}]]")
        elif isinstance(key.type, inspect.DictType) and isinstance(key.type.value_type, inspect.StructType):
            inner += _section(key.type.value_type.cls, f"{name}.{key.encode_name}.NAME")
        else:
            lines.append(_row(key, keys.get(key.encode_name, "")))
    return [*lines, "", *inner]


def _struct(schema: type[msgspec.Struct]) -> inspect.StructType:
    info = inspect.type_info(schema)
    assert isinstance(info, inspect.StructType)
    return info


def _explained(section: type[msgspec.Struct]) -> tuple[str, dict[str, str]]:
    """Take a struct's docstring apart: what stands before the first ``key: ``, and what stands after each."""
    text = " ".join((section.__doc__ or "").replace("``", "`").split())
    keys = "|".join(field.name for field in msgspec.structs.fields(section))
    about, *pairs = re.split(rf"(?:(?<=[.;] )|^)({keys}): ", text)
    return about.strip(), {key: meaning.strip(" .;") for key, meaning in zip(pairs[::2], pairs[1::2], strict=True)}


def _row(field: inspect.Field, meaning: str) -> str:
    cells = (f"`{field.encode_name}`", _default(field), _allowed(field.type), meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(field: inspect.Field) -> str:
    if field.required:
        return "must be given"
    made = field.default_factory is not msgspec.NODEFAULT
    value = field.default_factory() if made else field.default
    return "not set" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"


def _allowed(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.UnionType):  # only ever "or not set": TOML has no null
        return _allowed(next(part for part in kind.types if not isinstance(part, inspect.NoneType)))
    if isinstance(kind, inspect.LiteralType):
        return ", ".join(f"`{json.dumps(value)}`" for value in kind.values)
    if isinstance(kind, inspect.ListType):
        return f"list of: {_allowed(kind.item_type)}{_counts(kind, 'entries')}"
    if isinstance(kind, inspect.DictType):
        return f"table of: {_allowed(kind.value_type)}, by {_allowed(kind.key_type)}{_counts(kind, 'entries')}"
    if isinstance(kind, inspect.StrType):
        return f"text like `{kind.pattern}`" if kind.pattern else f"text{_counts(kind, 'characters')}"
    if isinstance(kind, inspect.BoolType):
        return "`true`, `false`"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return ("whole number" if isinstance(kind, inspect.IntType) else "number") + _range(kind)
    raise SystemExit(f"docs-config-type: no words for {kind!r} yet; add them to {__file__}")


def _counts(kind: inspect.StrType | inspect.ListType | inspect.DictType, unit: str) -> str:
    if kind.max_length is None:
        return ""
    return f", {kind.min_length or 0} to {kind.max_length} {unit}"


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    bounds = {"from": kind.ge, "above": kind.gt, "to": kind.le, "below": kind.lt}
    return "".join(f" {word} {bound:,}" for word, bound in bounds.items() if bound is not None)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
