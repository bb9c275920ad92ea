"""Whether a device can be reached, from the availability topics it announced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.house import templates
from hub.house.dialect import Options
from hub.house.errors import DiscoveryInvalid
from hub.house.templates import Template

_MODES = ("latest", "all", "any")
_MAX_SOURCES = 16


@dataclass(frozen=True, slots=True)
class Source:
    """One availability topic and the words on it."""

    topic: str
    available: str
    not_available: str
    template: Template | None

    def read(self, payload: str) -> bool | None:
        word = templates.read(self.template, payload)
        return True if word == self.available else False if word == self.not_available else None


class Availability:
    """A device counts as available until it says otherwise: with many publishers the word is not retained."""

    def __init__(self, sources: tuple[Source, ...] = (), mode: str = "latest") -> None:
        self.sources, self._mode = sources, mode
        self._said: dict[str, bool] = {}
        self._latest = True

    @property
    def topics(self) -> frozenset[str]:
        return frozenset(source.topic for source in self.sources)

    def hear(self, topic: str, payload: str) -> None:
        for source in self.sources:
            if source.topic == topic and (word := source.read(payload)) is not None:
                self._said[topic] = self._latest = word

    @property
    def available(self) -> bool:
        if self._mode == "all":
            return all(self._said.values())
        if self._mode == "any":
            return any(self._said.values()) or len(self._said) < len(self.topics)
        return self._latest


def availability(config: Mapping[str, Any]) -> Availability:
    """From expanded options. Raises DiscoveryInvalid."""
    mode = Options(config).word("availability_mode", "latest")
    if mode not in _MODES:
        raise DiscoveryInvalid(f"availability_mode {mode[:40]!r} must be one of {', '.join(_MODES)}")
    listed = config.get("availability")
    if listed is None:
        options = Options(config)
        if options.topic("availability_topic") is None:
            return Availability()
        return Availability((_source(options, "availability_topic", "availability_template"),))
    if not isinstance(listed, list) or len(listed) > _MAX_SOURCES or not all(isinstance(each, dict) for each in listed):
        raise DiscoveryInvalid(f"availability must be a list of at most {_MAX_SOURCES} objects")
    return Availability(tuple(_source(Options(each), "topic", "value_template") for each in listed), mode)


def _source(options: Options, topic_key: str, template_key: str) -> Source:
    return Source(
        options.required_topic(topic_key),
        options.word("payload_available", "online"),
        options.word("payload_not_available", "offline"),
        options.template(template_key),
    )
