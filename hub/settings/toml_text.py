"""TOML changed as a person would: what is not changed keeps its comments, its order and its form."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import tomlkit
from tomlkit.container import Container, OutOfOrderTableProxy
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, Comment, InlineTable, Item, Null, Table, Whitespace

from wire.errors import ConfigError

Document = dict[str, Any]


def rewritten(text: str, wanted: Mapping[str, Any]) -> str:
    """``text`` changed so that it says ``wanted``, and nothing else.

    Raises ConfigError (settings-form) for a file that is laid out so that this cannot be done by a program.
    """
    if text and not text.endswith("\n"):
        text += "\n"
    try:
        document = tomlkit.parse(text)
        top: list[str] = []
        _merge(document, wanted, top)
        changed = "".join(top) + tomlkit.dumps(document)
        if changed.endswith("\n\n") and not text.endswith("\n\n"):
            changed = changed[:-1]
        said = tomllib.loads(changed)
    except (TOMLKitError, tomllib.TOMLDecodeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise _cannot(f"{type(error).__name__}: {error}") from error
    if without_empty(said) != without_empty(wanted):
        raise _cannot("the change would not be what was meant")
    return changed


def without_empty(document: Mapping[str, Any]) -> Document:
    """A table with nothing in it says as much as none."""
    found = {key: without_empty(value) if isinstance(value, Mapping) else value for key, value in document.items()}
    return {key: value for key, value in found.items() if value != {}}


def _cannot(why: str) -> ConfigError:
    return ConfigError("settings-form", f"the file is laid out so that only a person can change it ({why}); edit it")


def _merge(table: MutableMapping[str, Any], wanted: Mapping[str, Any], top: list[str], *, dotted: bool = False) -> None:
    """top: comments that shall stay and have nothing before them. dotted: written as ``table.key = value``."""
    for key in [key for key in table if key not in wanted]:
        lines = _comments_behind(table[key])
        del table[key]
        _attach(table, key, lines, top)
    for key, value in wanted.items():
        if key not in table:
            _add(table, key, value, dotted=dotted)
        elif not _same(_plain(table[key]), value):
            _change(table, key, value, top)


def _change(table: MutableMapping[str, Any], key: str, value: Any, top: list[str]) -> None:
    before = table[key]
    if isinstance(value, Mapping) and isinstance(before, MutableMapping):
        _merge(before, value, top, dotted=_is_dotted(table, key))
    elif isinstance(before, AoT) and _tables(value):
        for lines in _merge_tables(before, value, top):
            _attach(table, key, lines, top)
    elif isinstance(before, AoT):
        lines = _comments_behind(before)
        del table[key]
        _attach(table, key, lines, top)
    elif isinstance(before, Array) and isinstance(value, list):
        _merge_array(before, value)
    else:
        table[key] = value


def _add(table: MutableMapping[str, Any], key: str, value: Any, *, dotted: bool = False) -> None:
    """Behind the last key of the table, before what comments stand between it and the next one."""
    item = value if dotted or isinstance(table, InlineTable) else _item(value)
    body = _body(table)
    if isinstance(item, Table | AoT):
        if isinstance(table, tomlkit.TOMLDocument) and body:
            _end_with_blank_line(table)
        _end_with_blank_line(item)
        table[key] = item
        return
    if isinstance(value, Mapping):
        item = tomlkit.inline_table()
        item.update(value)
    trailing: list[Any] = []
    while body and body[-1][0] is None:
        trailing.insert(0, body.pop())
    table[key] = item
    body.extend(trailing)


def _is_dotted(table: MutableMapping[str, Any], key: str) -> bool:
    return any(known is not None and known.key == key and known.is_dotted() for known, _ in _body(table))


def _body(table: object) -> list[Any]:
    """What a table holds, comments too; nothing for one that stands in several places of the file."""
    if isinstance(table, OutOfOrderTableProxy):
        return []
    inner = table if isinstance(table, Container) else getattr(table, "value", None)
    return inner.body if isinstance(inner, Container) else []


def _comments_behind(item: object) -> str:
    """Cut the lines off its end if there are comments among them: they stand before what comes next, and stay."""
    lines = _tail(item) if isinstance(item, Table | AoT) else []
    trailing: list[Any] = []
    while lines and lines[-1][0] is None:
        trailing.insert(0, lines.pop()[1])
    return "".join(line.as_string() for line in trailing) if any(isinstance(one, Comment) for one in trailing) else ""


def _attach(table: MutableMapping[str, Any], key: str, lines: str, top: list[str]) -> None:
    """Put lines before the place where ``key`` is, or was the last of its kind."""
    if not lines:
        return
    body = _body(table)
    known = [place for place, (name, _) in enumerate(body) if name is not None and name.key == key]
    gone = [place for place, (_, item) in enumerate(body) if isinstance(item, Null)]
    place = next(iter(known or gone), 0)
    before = next((item for _, item in reversed(body[:place]) if not isinstance(item, Null)), None)
    if isinstance(before, Table | AoT):
        _tail(before).append((None, Whitespace(lines)))
    elif isinstance(before, Whitespace):
        before._s += lines  # noqa: SLF001 it has no other way in
    elif isinstance(before, Item):
        before.trivia.trail += lines
    else:
        top.append(lines)


def _tail(item: object) -> list[Any]:
    """The last lines of a table with those in it."""
    if isinstance(item, AoT):
        return _tail(item.body[-1]) if item.body else []
    body = _body(item)
    return _tail(body[-1][1]) if body and isinstance(body[-1][1], Table | AoT) else body


def _end_with_blank_line(item: object) -> None:
    tail = _tail(item)
    if not tail or not isinstance(tail[-1][1], Whitespace):
        tail.append((None, tomlkit.nl()))


def _item(value: Any) -> Any:
    if isinstance(value, Mapping):
        table = tomlkit.table()
        for key, inner in value.items():
            item = _item(inner)
            if isinstance(item, Table | AoT) and _body(table):
                _end_with_blank_line(table)
            table[key] = item
        return table
    if _tables(value):
        tables = tomlkit.aot()
        for inner in value:
            tables.append(_item(inner))
        return tables
    return value


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _merge_tables(tables: AoT, wanted: Sequence[Mapping[str, Any]], top: list[str]) -> list[str]:
    """By their names where these tell them apart, else by their places; comments that shall stay before them all."""
    before: list[str] = []
    if (kept := _by_name(tables, wanted)) is not None:
        for place in reversed(range(len(tables))):
            if place not in kept:
                _remove(tables, place, before)
    while len(tables) > len(wanted):
        _remove(tables, len(tables) - 1, before)
    for old, after in zip(list(tables), wanted, strict=False):
        _merge(old, after, top)
    for new in wanted[len(tables) :]:
        _end_with_blank_line(tables)
        item = _item(new)
        _end_with_blank_line(item)
        tables.append(item)
    return before


def _remove(tables: AoT, place: int, before: list[str]) -> None:
    lines = _comments_behind(tables.body[place])
    del tables[place]
    if lines and place:
        _tail(tables.body[place - 1]).append((None, Whitespace(lines)))
    elif lines:
        before.append(lines)


def _by_name(tables: AoT, wanted: Sequence[Mapping[str, Any]]) -> set[int] | None:
    """Places of those that stay; None where names do not tell, or they would change places."""
    names = [str(_plain(one).get("name")) for one in tables]
    after = [str(one.get("name")) for one in wanted]
    if len(set(names)) != len(names) or len(set(after)) != len(after) or not set(names) & set(after):
        return None
    kept = [name for name in names if name in after]
    return {names.index(name) for name in kept} if after[: len(kept)] == kept else None


def _merge_array(array: Array, wanted: list[Any]) -> None:
    """Entries that stay keep their lines and comments."""
    before = _plain(array)
    if _tables(wanted) or _tables(before):
        while len(array):
            del array[len(array) - 1]
        array.extend(wanted)
        return
    head = 0
    while head < min(len(before), len(wanted)) and _same(before[head], wanted[head]):
        head += 1
    tail = 0
    while tail < min(len(before), len(wanted)) - head and _same(before[-1 - tail], wanted[-1 - tail]):
        tail += 1
    for place in reversed(range(head, len(before) - tail)):
        del array[place]
    for place, value in enumerate(wanted[head : len(wanted) - tail], head):
        array.insert(place, value)


def _same(one: Any, other: Any) -> bool:
    """Also of one type all through: 1, 1.0 and true are equal to Python."""
    return bool(one == other) and repr(one) == repr(other)


def _plain(item: Any) -> Any:
    return item.unwrap() if hasattr(item, "unwrap") else item
