"""Templates that devices announce, rendered so that no peer can harm us: few words of Jinja, bounded in size.

Anybody on the broker can announce a template. So a template may only contain what value and command templates of the
known publishers need; loops, macros and imports do not exist here, and nothing may grow beyond ``MAX_CHARACTERS``.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_CHARACTERS = 16_384
_MAX_SOURCE = 4096
_MAX_JOINS = 16  # operands of ``~``: each may multiply the size of a text that it is given
_MAX_BITS = 64  # of a factor or summand: repeated squaring would take hours
_CACHED_SOURCES = 2048
_FORBIDDEN = (
    nodes.For,
    nodes.Macro,
    nodes.CallBlock,
    nodes.FilterBlock,
    nodes.Block,
    nodes.Extends,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.AssignBlock,
    nodes.Pow,
    nodes.With,
)
_METHODS: dict[type[Any], set[str]] = {
    str: {"lower", "upper", "strip", "lstrip", "rstrip", "split", "startswith", "endswith", "title", "capitalize"},
    dict: {"get", "items", "keys", "values"},
    list: {"index", "count"},
}


class TemplateInvalid(ValueError):
    """The template cannot be used; the message says why."""


class Template:
    """One announced template. Rendering never raises: what cannot be rendered is None."""

    def __init__(self, source: str) -> None:
        """Raises TemplateInvalid."""
        self._template, self.variables = _compiled(source)

    def render(self, variables: Mapping[str, Any]) -> str | None:
        try:
            size, pieces = 0, []
            for piece in self._template.generate(**variables):
                size += len(piece)
                if size > MAX_CHARACTERS:
                    return None
                pieces.append(piece)
        except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            return None
        return "".join(pieces).strip()

    def read(self, payload: str) -> str | None:
        """The value in a state message: ``value`` is the payload, ``value_json`` what it holds if it is JSON."""
        if len(payload) > MAX_CHARACTERS:
            return None
        variables: dict[str, Any] = {"value": payload}
        with contextlib.suppress(ValueError, RecursionError):  # not JSON: the template may not want it
            variables["value_json"] = json.loads(payload)
        return self.render(variables)


def read(template: Template | None, payload: str) -> str | None:
    """The value in a state message; without a template the message is the value."""
    return payload if template is None else template.read(payload)


def command(template: Template | None, value: Any, **variables: Any) -> str:
    """The payload of a command; without a template, or with one that fails, the value itself."""
    rendered = None if template is None else template.render({"value": value, **variables})
    return str(value) if rendered is None else rendered


class _Sandbox(ImmutableSandboxedEnvironment):
    """Only named methods of plain values; sums and products only as large as a message."""

    intercepted_binops = frozenset({"+", "*", "%"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - Jinja's signature
        return any(isinstance(obj, kind) and attr in methods for kind, methods in _METHODS.items())

    def wrap_str_format(self, value: Any) -> None:  # noqa: ARG002 - Jinja's signature
        """No str.format: a width in it is a size, and it is a door that Jinja leaves open before all others."""
        return

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:
        for side in (left, right):
            if isinstance(side, str) and (operator != "+" or len(side) * 2 > MAX_CHARACTERS):
                raise jinja2.TemplateRuntimeError(f"{operator} on text")
            if isinstance(side, list | tuple | dict):
                raise jinja2.TemplateRuntimeError(f"{operator} on a list")
            if isinstance(side, int) and side.bit_length() > _MAX_BITS:
                raise jinja2.TemplateRuntimeError("number too large")
        return super().call_binop(context, operator, left, right)


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose result may not be larger than a message."""

    def checked(*args: Any, **options: Any) -> Any:
        result = function(*args, **options)
        if isinstance(result, str | list | tuple | dict) and len(result) > MAX_CHARACTERS:
            raise jinja2.TemplateRuntimeError("result too large")
        return result

    return checked


def _number(value: Any, default: Any, kind: Callable[[Any], Any]) -> Any:
    """Home Assistant's int and float: without a default a value that is no number is an error."""
    try:
        return kind(value)
    except (TypeError, ValueError):
        if default is _REQUIRED:
            raise jinja2.TemplateRuntimeError("not a number") from None
        return default


_REQUIRED = object()


def _int(value: Any, default: Any = _REQUIRED) -> Any:
    return _number(value, default, lambda given: int(float(given)))


def _float(value: Any, default: Any = _REQUIRED) -> Any:
    return _number(value, default, float)


def _round(value: Any, precision: int = 0, method: str = "common", default: Any = _REQUIRED) -> Any:
    number = _number(value, default, float)
    if not isinstance(number, float) or method not in {"common", "floor", "ceil", "half"}:
        return number
    rounded = round(number, min(int(precision), 12))
    return int(rounded) if precision == 0 else rounded


def _bool(value: Any, default: Any = _REQUIRED) -> Any:
    word = str(value).strip().lower()
    if word in {"1", "true", "yes", "on", "enable"}:
        return True
    if word in {"0", "false", "no", "off", "disable"}:
        return False
    if default is _REQUIRED:
        raise jinja2.TemplateRuntimeError("not a truth value")
    return default


def _is_defined(value: Any) -> Any:
    """Home Assistant's way to ignore messages without the key: the message changes nothing."""
    if isinstance(value, jinja2.Undefined):
        raise jinja2.UndefinedError("not in this message")
    return value


def _iif(value: Any, if_true: Any = True, if_false: Any = False) -> Any:  # noqa: FBT002 - a Jinja filter
    return if_true if value else if_false


def _join(values: Any, separator: str = "") -> str:
    texts = [str(value) for value in values]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_CHARACTERS:
        raise jinja2.TemplateRuntimeError("join: too large")
    return separator.join(texts)


def _replace(text: Any, old: str, new: str) -> str:
    subject = str(text)
    if len(subject) + subject.count(old) * len(new) > MAX_CHARACTERS:
        raise jinja2.TemplateRuntimeError("replace: too large")
    return subject.replace(old, new)


def _from_json(text: str) -> Any:
    return json.loads(text)


def _to_json(value: Any) -> str:
    return json.dumps(value)


_JINJA_FILTERS = {
    *("abs", "capitalize", "count", "d", "default", "first", "items", "last", "length", "list", "lower", "max", "min"),
    *("reverse", "select", "reject", "map", "string", "sum", "title", "trim", "upper", "sort", "unique"),
}
_OUR_FILTERS: dict[str, Callable[..., Any]] = {
    "bool": _bool,
    "float": _float,
    "from_json": _from_json,
    "iif": _iif,
    "int": _int,
    "is_defined": _is_defined,
    "join": _join,
    "replace": _replace,
    "round": _round,
    "to_json": _to_json,
    "tojson": _to_json,
}


def _environment() -> _Sandbox:
    sandbox = _Sandbox()
    known = {name: sandbox.filters[name] for name in _JINJA_FILTERS}
    sandbox.filters = {name: _bounded(function) for name, function in (known | _OUR_FILTERS).items()}
    # Jinja passes its own environment and context to some filters by a mark on the function: keep those as they are
    sandbox.filters |= {name: known[name] for name in known if hasattr(known[name], "jinja_pass_arg")}
    sandbox.globals = {"iif": _iif, "int": _int, "float": _float, "bool": _bool}
    return sandbox


_SANDBOX = _environment()


@lru_cache(_CACHED_SOURCES)
def _compiled(source: str) -> tuple[jinja2.Template, frozenset[str]]:
    """And the names that it reads. Publishers repeat a handful of templates, so most of a large house costs nothing."""
    if len(source) > _MAX_SOURCE:
        raise TemplateInvalid(f"longer than {_MAX_SOURCE} characters")
    try:
        tree = _SANDBOX.parse(source)
        _check(tree)
        variables = frozenset(meta.find_undeclared_variables(tree))
        return _SANDBOX.from_string(tree), variables
    except jinja2.TemplateError as error:
        raise TemplateInvalid(str(error)) from error
    except RecursionError as error:
        raise TemplateInvalid("nested too deeply") from error


def _check(tree: nodes.Template) -> None:
    """Refuse what could loop or grow without end. Raises TemplateInvalid."""
    if found := next(tree.find_all(_FORBIDDEN), None):
        raise TemplateInvalid(f"{type(found).__name__.lower()} is not allowed")
    if sum(len(joined.nodes) for joined in tree.find_all(nodes.Concat)) > _MAX_JOINS:
        raise TemplateInvalid(f"joins more than {_MAX_JOINS} texts with ~")
    names = [name for assign in tree.find_all(nodes.Assign) for name in assign.find_all(nodes.Name)]
    assigned = {name.name for name in names if name.ctx == "store"}
    for literal in tree.find_all((nodes.List, nodes.Tuple, nodes.Dict)):
        if any(name.ctx == "load" and name.name in assigned for name in literal.find_all(nodes.Name)):
            raise TemplateInvalid("a list or dictionary of variables is not allowed")  # [x, x] of [x, x] of …
