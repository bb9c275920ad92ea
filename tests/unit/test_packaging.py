"""What the product imports comes with it: a plain installation lacks the tools of its developers alone."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("wire", "models", "satellite", "hub")
MEASURING = "hub/bench/"  # from a developer's checkout alone: beside other programs, with pictures


def test_every_import_is_a_dependency_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    stated = {_name(one) for one in [*project["dependencies"], *extras]}
    stated |= {_name(one) for name in stated for one in _required(name)}
    missing = {
        f"{path}: {module}"
        for path, module in _imports()
        if not path.startswith(MEASURING) and not stated & {_name(one) for one in _distributions(module)}
    }
    assert not missing


_DISTRIBUTIONS = packages_distributions()
_NAMES = {"llama_cpp": "llama-cpp-python"}  # where it may not be installed


def _distributions(module: str) -> list[str]:
    return list(_DISTRIBUTIONS.get(module, [_NAMES.get(module, module)]))


def _imports() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                for name in _modules(node):
                    module = name.partition(".")[0]
                    if module not in sys.stdlib_module_names and module not in PACKAGES:
                        yield path.relative_to(ROOT).as_posix(), module


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def _required(name: str) -> list[str]:
    try:
        return [one for one in requires(name) or [] if "extra ==" not in one]
    except ModuleNotFoundError:  # an extra that is not installed here
        return []


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")
