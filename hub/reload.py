"""Settings that count at once: parts of the hub register to be told of theirs; all else waits for a restart."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from hub.config import HubConfig
from hub.settings.schema import sections, settings_of
from wire.errors import EarshotError

_log = logging.getLogger(__name__)
_SECTIONS = sections(HubConfig)

Take = Callable[[HubConfig], Awaitable[None]]


class Reload:
    """in_use: what the hub was started with."""

    def __init__(self, in_use: HubConfig) -> None:
        self._in_use = settings_of(_SECTIONS, in_use)
        self._takers: list[tuple[tuple[str, ...], Take]] = []

    @property
    def in_use(self) -> Mapping[str, Any]:
        """What the running hub goes by, by ``section.key``."""
        return self._in_use

    @property
    def live(self) -> list[str]:
        """The settings that count at once."""
        return [key for key in self._in_use if any(_is_of(key, named) for named, _ in self._takers)]

    def on(self, *settings: str, take: Take) -> None:
        """Have ``take`` called with the new file when one of these changes: sections, or ``section.key``.

        What it raises is logged, and the settings then count with the next start.
        """
        self._takers.append((settings, take))

    async def take(self, new: HubConfig, renewed: Collection[str] = ()) -> None:
        """Put in force what can be; ``in_use`` afterwards tells what was. renewed: as if these had changed."""
        wanted = settings_of(_SECTIONS, new)
        changed = {key for key, value in wanted.items() if self._in_use[key] != value or key in renewed}
        for named, take in self._takers:
            its = [key for key in changed if _is_of(key, named)]
            if not its:
                continue
            try:
                await take(new)
            except EarshotError as error:
                _log.warning("%s count with the next start: %s", ", ".join(sorted(its)), error)
            else:
                self._in_use |= {key: wanted[key] for key in its}


def _is_of(key: str, settings: tuple[str, ...]) -> bool:
    return any(key == one or key.startswith(f"{one}.") for one in settings)
