"""Finds every error code that a person can meet, in the programs and the scripts: what docs/errors.md must explain."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("wire", "hub", "satellite")


def codes() -> dict[str, list[str]]:
    """Each code with the places (file:line) where it is raised."""
    found: dict[str, list[str]] = defaultdict(list)
    trees = {path: ast.parse(path.read_text("utf-8")) for package in PACKAGES for path in _sources(package)}
    errors = _error_classes(list(trees.values()))
    for path, tree in trees.items():
        for code, line in _raised(tree, errors):
            found[code].append(f"{path.relative_to(ROOT)}:{line}")
    for script in ("setup", "check", "test"):
        for number, text in enumerate((ROOT / "scripts" / script).read_text("utf-8").splitlines(), 1):
            if match := re.search(rf"\b(?:fail |printf ')({script}-[a-z-]+)", text):
                found[match[1]].append(f"scripts/{script}:{number}")
    return dict(found)


def _sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def _error_classes(trees: list[ast.Module]) -> set[str]:
    """EarshotError and every class that comes from it, by name."""
    known, before = {"EarshotError"}, 0
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while len(known) != before:
        before = len(known)
        known |= {c.name for c in classes if any(isinstance(b, ast.Name) and b.id in known for b in c.bases)}
    return known


def _raised(tree: ast.Module, errors: set[str]) -> Iterator[tuple[str, int]]:
    """First arguments of calls like ``SttFailed("stt-deadline", …)``, and every literal ``code=``."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        if node.args and _name(node.func) in errors:
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


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
