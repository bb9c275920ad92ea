"""How far the first run has come: kept in the hub, so that it goes on from another phone, or next week."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from wire.errors import EarshotError

_log = logging.getLogger(__name__)

Step = Literal["home", "rooms", "satellites", "microphone", "wake", "voice", "broker", "devices", "models", "done"]
STEPS: tuple[Step, ...] = get_args(Step)


class SetupState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """at: the step that comes next. finished: nobody is led through it any more, unless they want to."""

    at: Step = "home"
    done: Annotated[list[Step], Meta(max_length=len(STEPS))] = []
    skipped: Annotated[list[Step], Meta(max_length=len(STEPS))] = []
    finished: bool = False


class SetupProgress:
    """path: where it is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = asyncio.Lock()

    async def get(self) -> SetupState:
        return await asyncio.to_thread(self._read)

    async def put(self, state: SetupState) -> SetupState:
        """Raises EarshotError (settings-unwritable)."""
        async with self._writing:
            await asyncio.to_thread(self._write, state)
        return state

    def _read(self) -> SetupState:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=SetupState)
        except FileNotFoundError:
            return SetupState()
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("%s is not read: %s", self._path, error)
            return SetupState()

    def _write(self, state: SetupState) -> None:
        draft = self._path.with_suffix(".new")
        try:
            draft.write_bytes(msgspec.json.encode(state))
            draft.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise EarshotError("settings-unwritable", f"{self._path}: {error.strerror}; free some space") from error
