"""Finds every error code that a person can meet, in programs, pages and scripts: what docs/errors.md must explain."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("wire", "models", "hub", "satellite")
_SAID_BY_THE_PAGE = re.compile(r'(?:Refused\(|\bcode: |\.code \?\? )"([a-z]+(?:-[a-z]+)+)"')
TOLD = {"ErrorTrace", "failed", "_fail", "_apologise"}  # turns name what went wrong without raising it


def codes() -> dict[str, list[str]]:
    """Each code with the places (file:line) that use it. ``*`` in a code stands for what an f-string fills in."""
    trees = {path: ast.parse(path.read_text("utf-8")) for package in PACKAGES for path in _sources(package)}
    takers = _classes_that_take_a_code(list(trees.values()))
    found: dict[str, list[str]] = defaultdict(list)
    for path, tree in trees.items():
        for code, line in _used(tree, takers):
            found[code].append(f"{path.relative_to(ROOT)}:{line}")
    for path in sorted((ROOT / "hub/web/static").rglob("*.js")):
        for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
            for code in _SAID_BY_THE_PAGE.findall(text):
                found[code].append(f"{path.relative_to(ROOT)}:{number}")
    for script in ("setup", "check", "test"):
        for number, text in enumerate((ROOT / "scripts" / script).read_text("utf-8").splitlines(), 1):
            if match := re.search(rf"\b(?:fail |printf ')({script}-[a-z-]+)", text):
                found[match[1]].append(f"scripts/{script}:{number}")
    return dict(found)


def _sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def _classes_that_take_a_code(trees: list[ast.Module]) -> set[str]:
    """EarshotError and what comes from it, by name, but for classes whose constructor asks for no code."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    takers, before = {"EarshotError", *TOLD}, 0
    while len(takers) != before:
        before = len(takers)
        takers |= {
            one.name
            for one in classes
            if any(isinstance(base, ast.Name) and base.id in takers for base in one.bases) and _takes_a_code(one)
        }
    return takers


def _takes_a_code(error: ast.ClassDef) -> bool:
    constructors = [part for part in error.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"]
    return all(constructor.args.args[1].arg == "code" for constructor in constructors)


def _used(tree: ast.Module, takers: set[str]) -> Iterator[tuple[str, int]]:
    """First arguments of calls like ``SttFailed("stt-timeout", …)`` and, in an error's own constructor,
    ``super().__init__("discovery-invalid", …)``; and every literal ``code=`` and ``otherwise=``.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [keyword.value for keyword in node.keywords if keyword.arg in ("code", "otherwise")]
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if node.args and function in takers:
            given.append(node.args[0])
        if function == "__init__" and len(node.args) == 2:  # code and message
            given.append(node.args[0])
        for code in (code for expression in given for code in _literals(expression)):
            yield code, node.lineno


def _literals(expression: ast.expr) -> Iterator[str]:
    """What it can be: a text, either side of ``a if b else c``, or ``*-lost`` for ``f"{device}-lost"``."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        yield expression.value
    elif isinstance(expression, ast.IfExp):
        yield from _literals(expression.body)
        yield from _literals(expression.orelse)
    elif isinstance(expression, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in expression.values)
