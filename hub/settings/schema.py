"""What a configuration file may say, read from the structs that check it: for forms, and for docs/configuration.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from msgspec import inspect

Form = Literal["text", "whole", "number", "switch", "choice", "list", "names"]
Repeats = Literal["", "list", "names"]
_SUFFIX_UNITS = ("seconds", "minutes", "days", "ms", "hz", "bytes", "tokens", "percent")


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a section.

    form: how it is written. optional: it may be left without a value. default: null where it must be given, or is not
    set. unit: from its name. at_least, above, at_most, below: of a number. shortest, longest: characters of a text,
    entries of a list or of names.
    entry: what each of these is. called: what each name of ``names`` is. secret: it names a file that holds one.
    """

    name: str
    form: Form
    explanation: str = ""
    required: bool = False
    optional: bool = False
    default: Any = None
    unit: str = ""
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    choices: list[str] = []
    entry: Key | None = None
    called: Key | None = None
    secret: bool = False


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table. path: with those it stands in. repeats: ``list`` of such tables, ``names``: one for each name."""

    path: str
    explanation: str
    keys: list[Key]
    sections: list[Section] = []
    repeats: Repeats = ""
    longest: int | None = None


def sections(schema: type[msgspec.Struct]) -> list[Section]:
    """Of a whole file, in its order."""
    return [_nested(field, field.encode_name) for field in _struct(schema).fields]


def keys_of(found: list[Section]) -> Iterator[tuple[str, Key]]:
    """Every key with its path, nested sections too."""
    for section in found:
        yield from ((f"{section.path}.{key.name}", key) for key in section.keys)
        yield from keys_of(section.sections)


def settings_of(found: list[Section], config: msgspec.Struct) -> dict[str, Any]:
    """What a checked file says, by ``section.key``; repeated tables are one setting, by ``section``. Ready for JSON."""
    values: dict[str, Any] = {}
    _collect(found, msgspec.to_builtins(config), values)
    return values


def _collect(found: list[Section], document: Any, values: dict[str, Any]) -> None:
    for section in found:
        inner = document[section.path.rpartition(".")[2]]
        if section.repeats:
            values[section.path] = inner
            continue
        values |= {f"{section.path}.{key.name}": inner[key.name] for key in section.keys}
        _collect(section.sections, inner, values)


def explained(section: type[msgspec.Struct]) -> tuple[str, dict[str, str]]:
    """Take a struct's docstring apart: what stands before the first ``key: ``, and what stands after each."""
    text = " ".join((section.__doc__ or "").replace("``", "`").split())
    keys = "|".join(field.name for field in msgspec.structs.fields(section))
    about, *pairs = re.split(rf"(?:(?<=[.;] )|^)({keys}): ", text)
    return about.strip(), {key: meaning.strip(" .;") for key, meaning in zip(pairs[::2], pairs[1::2], strict=True)}


def _section(kind: type[msgspec.Struct], path: str, repeats: Repeats = "", longest: int | None = None) -> Section:
    about, meanings = explained(kind)
    keys: list[Key] = []
    inner: list[Section] = []
    for field in _struct(kind).fields:
        if _table(field.type):
            inner.append(_nested(field, f"{path}.{field.encode_name}"))
        else:
            keys.append(_key(field, meanings.get(field.encode_name, "")))
    return Section(path=path, explanation=about, keys=keys, sections=inner, repeats=repeats, longest=longest)


def _nested(field: inspect.Field, path: str) -> Section:
    kind: Any = field.type
    if isinstance(kind, inspect.ListType):
        inner: Any = kind.item_type
        return _section(inner.cls, path, "list", kind.max_length)
    if isinstance(kind, inspect.DictType):
        inner = kind.value_type
        return _section(inner.cls, path, "names", kind.max_length)
    return _section(kind.cls, path)


def _table(kind: inspect.Type) -> bool:
    inner = kind
    if isinstance(kind, inspect.ListType):
        inner = kind.item_type
    elif isinstance(kind, inspect.DictType):
        inner = kind.value_type
    return isinstance(inner, inspect.StructType)


def _struct(schema: type[msgspec.Struct]) -> inspect.StructType:
    info = inspect.type_info(schema)
    assert isinstance(info, inspect.StructType)
    return info


def _key(field: inspect.Field, meaning: str) -> Key:
    made = field.default_factory is not msgspec.NODEFAULT
    default = field.default_factory() if made else field.default
    key = _typed(field.encode_name, field.type)
    return msgspec.structs.replace(
        key,
        explanation=meaning,
        required=field.required,
        default=None if field.required else default,
        unit=_unit(field.encode_name),
        secret=field.encode_name.endswith("_file") and not field.encode_name.endswith("_ca_file"),
    )


def _typed(name: str, kind: inspect.Type) -> Key:
    match kind:
        case inspect.UnionType():  # only ever "or not set": TOML has no null
            inner = next(part for part in kind.types if not isinstance(part, inspect.NoneType))
            return msgspec.structs.replace(_typed(name, inner), optional=True)
        case inspect.LiteralType():
            return Key(name=name, form="choice", choices=[str(value) for value in kind.values])
        case inspect.ListType() | inspect.DictType():
            return _several(name, kind)
        case inspect.StrType():
            return Key(name=name, form="text", shortest=kind.min_length, longest=kind.max_length, pattern=kind.pattern)
        case inspect.BoolType():
            return Key(name=name, form="switch")
        case inspect.IntType() | inspect.FloatType():
            form: Form = "whole" if isinstance(kind, inspect.IntType) else "number"
            return Key(name=name, form=form, at_least=kind.ge, above=kind.gt, at_most=kind.le, below=kind.lt)
        case _:
            raise TypeError(f"no form for {name}: {kind!r} yet")


def _several(name: str, kind: inspect.ListType | inspect.DictType) -> Key:
    return Key(
        name=name,
        form="list" if isinstance(kind, inspect.ListType) else "names",
        entry=_typed(name, kind.item_type if isinstance(kind, inspect.ListType) else kind.value_type),
        called=None if isinstance(kind, inspect.ListType) else _typed(name, kind.key_type),
        shortest=kind.min_length,
        longest=kind.max_length,
    )


def _unit(name: str) -> str:
    last = name.rpartition("_")[2]
    if name == "commands_per_minute":
        return "per minute"
    return last if last in _SUFFIX_UNITS else ""
