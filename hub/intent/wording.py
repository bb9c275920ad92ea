"""Earshot's own words, from wording.toml: outcomes and failures that the intents package has no sentence for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import msgspec

FALLBACK = "en"

_OPENING = frozenset({"door", "garage_door", "window", "opening", "lock"})
_PRESENCE = frozenset({"motion", "occupancy", "presence", "moving", "sound", "vibration", "smoke", "gas"})
_ACTIVITY = frozenset({"vacuum", "lawn_mower"})


class Wording:
    """The sentences of one language; English where it lacks one."""

    def __init__(self, texts: dict[str, Any], fallback: dict[str, Any]) -> None:
        self._texts = {**fallback, **texts}
        self._told = {**fallback["told"], **texts.get("told", {})}

    def has(self, key: str) -> bool:
        return key in self._texts

    def say(self, key: str, names: Sequence[str] = (), **values: object) -> str:
        """One sentence. names: devices, as a list that is spoken with "and"."""
        text = str(self._texts[key]).format(names=self.listing(names), **values)
        return text[:1].upper() + text[1:]

    def listing(self, names: Sequence[str], joint: str = "and") -> str:
        """``A``, ``A and B``, ``A, B and C``."""
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])} {self._texts[joint]} {names[-1]}"

    def table(self, name: str) -> dict[str, Any]:
        """One of the tables: ``time`` or ``turned``."""
        return dict(self._texts[name])

    def told(self, key: str) -> list[str]:
        """The sentences of a Told's key: in any order; empty if none."""
        texts = self._told.get(key, [])
        return [texts] if isinstance(texts, str) else list(texts)

    def told_keys(self) -> frozenset[str]:
        """Every key that this language tells of."""
        return frozenset(self._told)

    def constant(self) -> list[str]:
        """Sentences that are always the same."""
        whole = (value for value in self._texts.values() if isinstance(value, str) and value.endswith((".", "?", "!")))
        return [text for text in whole if "{" not in text]

    def state(self, device_class: str | None, state: str) -> str:
        """A binary sensor's state in words: a door is open, not on."""
        return self._state(
            "opening" if device_class in _OPENING else "presence" if device_class in _PRESENCE else "", state
        )

    def mode(self, domain: str, state: str) -> str:
        """What a robot or an alarm panel is at, in words; ``fan_only`` of others is "fan only"."""
        kind = "activity" if domain in _ACTIVITY else "alarm" if domain == "alarm_control_panel" else ""
        return self._state(kind, state).replace("_", " ")

    def _state(self, kind: str, state: str) -> str:
        return str(self._texts.get("states", {}).get(kind, {}).get(state, state))


def load_wordings() -> dict[str, Wording]:
    """Every language of wording.toml."""
    tables = msgspec.toml.decode((files("hub.intent") / "wording.toml").read_bytes(), type=dict[str, dict[str, Any]])
    return {language: Wording(texts, tables[FALLBACK]) for language, texts in tables.items()}
