"""The ``earshot`` command: one module a command; errors are one line on stderr, ``code: message``."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Sequence

from hub.cli.arguments import parse
from hub.cli.restart import ended
from wire.errors import ConfigError, EarshotError

DONE, FAILED, USAGE, UNREACHABLE, CONFIGURATION = 0, 1, 2, 69, 78


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 ran and failed, 2 usage, 69 hub not reachable, 78 configuration."""
    args = parse(sys.argv[1:] if argv is None else argv)
    if args.command == "satellite":  # a program of its own that shares nothing with the hub
        os.execv(sys.executable, [sys.executable, "-m", "satellite", *args.rest])  # noqa: S606
    command = importlib.import_module(f"hub.cli.{args.command}")  # only what this command needs is loaded
    try:
        return ended(int(asyncio.run(command.run(args))))
    except KeyboardInterrupt:
        return DONE
    except BrokenPipeError:  # of `earshot … | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except EarshotError as error:
        print(error, file=sys.stderr)
        return exit_code(error)
    except BaseExceptionGroup as group:
        errors = group.subgroup(EarshotError)
        if errors is None:
            raise
        first = _first(errors)
        print(first, file=sys.stderr)
        return exit_code(first)


def exit_code(error: EarshotError) -> int:
    if isinstance(error, ConfigError):
        return CONFIGURATION
    return UNREACHABLE if error.code == "hub-unreachable" else FAILED


def _first(group: BaseExceptionGroup[EarshotError]) -> EarshotError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, EarshotError)
    return error
