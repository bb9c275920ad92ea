"""Announcements that were refused, and why, for those who look after the house."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType

_MAX_SOURCES = 100
_MAX_TEXTS = 3  # of one source
_log = logging.getLogger(__name__)


class Problems:
    """The newest hundred, by the source that announced them."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    @property
    def texts(self) -> Mapping[str, str]:
        return MappingProxyType(self._texts)

    def note(self, source: str, problems: Sequence[str]) -> None:
        """Log each once; a peer that sends a new broken one every second is seen once a hundred others came."""
        old = self._texts.pop(source, None)
        if not problems:
            return
        text = "; ".join(problems[:_MAX_TEXTS])
        if old is None:
            _log.warning("discovery-invalid: %s", text)
        self._texts[source] = text
        if len(self._texts) > _MAX_SOURCES:
            del self._texts[next(iter(self._texts))]
