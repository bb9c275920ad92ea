"""How one entity speaks MQTT: which messages tell its state, and what to publish so that it takes another one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.bus.routes import topic_problem
from hub.house import templates
from hub.house.codes import CodeNeed
from hub.house.errors import DiscoveryInvalid
from hub.house.templates import Template, TemplateInvalid

# What an entity is or shall be: "state" and Home Assistant's attributes (brightness 0-255, hs_color, color_temp_kelvin,
# position and tilt_position 0-100, percentage, temperature, …), and the "value" that a number, select or text holds.
# Scenes and buttons take {"press": True}, covers and valves {"stop": True}.
Values = Mapping[str, Any]
Reader = Callable[[str], Values | None]

_MAX_TEXT = 4096
_MAX_LIST = 500  # a light may have 200 effects
_MAX_WORD = 64  # characters of a mode that no announced list has
_MAX_JSON = 65_536


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that carries a command, or part of one."""

    topic: str
    payload: str
    qos: int
    retain: bool


@dataclass(frozen=True, slots=True)
class Dialect:
    """readers: for each state topic, what its messages change (None or {}: nothing). write: messages for wanted values.

    reads, writes: which values can be seen and which can be commanded. fixed: attributes that never change. code: what
    wanted values need with them; ``write`` has ``codes.MASK`` in its place. write_with: messages with the code in them.
    """

    readers: Mapping[str, tuple[Reader, ...]]
    write: Callable[[Values], list[Outgoing]]
    reads: frozenset[str]
    writes: frozenset[str]
    fixed: Values = field(default_factory=dict)
    code: Callable[[Values], CodeNeed | None] = lambda _: None
    write_with: Callable[[Values, str], list[Outgoing]] | None = None


class Options:
    """The options of one announcement, each checked when it is asked for. Raises DiscoveryInvalid with its name."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        qos = config.get("qos", 1)
        self._qos = max(1, qos) if isinstance(qos, int) and 0 <= qos <= 2 else 1  # a command is worth an answer
        self._retain = self.flag("retain", default=False)

    def text(self, key: str, default: str | None = None) -> str | None:
        """Numbers and truth values are taken as their text, as Home Assistant does; null is no text at all."""
        value = self._config.get(key, default)
        if value is None:
            return None
        if not isinstance(value, str | int | float) or len(text := str(value)) > _MAX_TEXT:
            raise DiscoveryInvalid(f"{key} must be a text of at most {_MAX_TEXT} characters")
        return text

    def word(self, key: str, default: str) -> str:
        return self.text(key) or default

    def topic(self, key: str) -> str | None:
        """One that is listened to may have ``+`` for a level, but not for all; one that is published to may not."""
        topic = self.text(key)
        if topic is None:
            return None
        levels = topic.split("/")
        if not _is_published(key) and set(levels) - {"+"}:
            levels = ["one" if level == "+" else level for level in levels]
        if problem := topic_problem("/".join(levels)):
            raise DiscoveryInvalid(f"{key} {topic[:100]!r} {problem}")
        return topic

    def required_topic(self, key: str) -> str:
        if (topic := self.topic(key)) is None:
            raise DiscoveryInvalid(f"{key} is missing")
        return topic

    def template(self, *keys: str) -> Template | None:
        """The first of ``keys`` that is there."""
        for key in keys:
            if source := self.text(key):
                try:
                    return Template(source)
                except TemplateInvalid as error:
                    raise DiscoveryInvalid(f"{key}: {str(error)[:200]}") from error
        return None

    def number(self, key: str, default: float) -> float:
        value = self._config.get(key, default)
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = float("nan")
        if not -1e9 < number < 1e9:
            raise DiscoveryInvalid(f"{key} must be a number")
        return number

    def bits(self, key: str) -> int | None:
        """A bit mask; None if the option is anything else."""
        value = self._config.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._config.get(key, default)
        if not isinstance(value, bool):
            raise DiscoveryInvalid(f"{key} must be true or false")
        return value

    def words(self, key: str, default: Iterable[str] = ()) -> tuple[str, ...]:
        value = self._config.get(key)
        if value is None:
            return tuple(default)
        if not isinstance(value, list) or len(value) > _MAX_LIST or not all(isinstance(word, str) for word in value):
            raise DiscoveryInvalid(f"{key} must be a list of at most {_MAX_LIST} texts")
        return tuple(value)

    def command(self, topic: str, payload: str) -> Outgoing:
        return Outgoing(topic, payload, self._qos, self._retain)


class DialectBuilder:
    """Collects readers and writers of one entity, value by value."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._readers: dict[str, list[Reader]] = {}
        self._writers: dict[str, Callable[[Any], list[Outgoing]]] = {}
        self._reads: set[str] = set()

    def reads(self, name: str, topic_key: str, *template_keys: str, parse: Callable[[str], Any]) -> None:
        """``name`` is what ``parse`` makes of the messages on the topic, if one is announced (None: nothing)."""
        topic = self.options.topic(topic_key)
        template = self.options.template(*template_keys)
        if topic is None:
            return

        def reader(payload: str) -> Values | None:
            text = templates.read(template, payload)
            parsed = None if not text else parse(text)
            return None if parsed is None else {name: parsed}

        self.reader(topic, reader, name)

    def reader(self, topic: str, reader: Reader, *names: str) -> None:
        self._readers.setdefault(topic, []).append(reader)
        self._reads.update(names)

    def writes(self, name: str, topic_key: str, template_key: str, show: Callable[[Any], Any] = str) -> None:
        """Command ``name`` through its own topic, if one is announced."""
        topic = self.options.topic(topic_key)
        template = self.options.template(template_key)
        if topic is not None:
            self.writer(name, lambda wanted: [self.options.command(topic, templates.command(template, show(wanted)))])

    def writer(self, name: str, write: Callable[[Any], list[Outgoing]]) -> None:
        self._writers[name] = write

    def can_write(self, name: str) -> bool:
        return name in self._writers

    def build(self, fixed: Values | None = None) -> Dialect:
        """Values are written in the order in which their writers were added."""
        writers = dict(self._writers)

        def write(wanted: Values) -> list[Outgoing]:
            return [out for name, writer in writers.items() if name in wanted for out in writer(wanted[name])]

        readers = {topic: tuple(readers) for topic, readers in self._readers.items()}
        return Dialect(readers, write, frozenset(self._reads), frozenset(writers), fixed or {})


def _is_published(key: str) -> bool:
    return key.endswith("command_topic") or key.startswith("set_")


def one_of(words: Mapping[str, Any]) -> Callable[[str], Any]:
    """Parses a message by a table; anything else changes nothing."""
    return words.get


def among(known: tuple[str, ...]) -> Callable[[str], str | None]:
    """Parses a message that is one of the announced words; without an announced list any word goes."""
    return lambda text: text[:_MAX_WORD] if text in known or not known else None


def json_object(text: str) -> Mapping[str, Any] | None:
    """None for anything but a JSON object."""
    try:
        document = json.loads(text) if len(text) <= _MAX_JSON else None
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def number(text: str) -> float | None:
    """A finite number, as an int if it is whole."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not -1e12 < value < 1e12:
        return None
    return int(value) if value.is_integer() else value
