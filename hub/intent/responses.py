"""The intents package's own reply templates, rendered as Home Assistant renders them, in a Jinja sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.intent.language import load_intents
from hub.stages import Entity

_EVERYDAY_INTENTS = ("HassTurnOn", "HassTurnOff", "HassGetState", "HassGetCurrentTime", "HassGetCurrentDate")


@dataclass(frozen=True)
class SpokenState:
    """What templates call ``state``: one entity. state: in words where the raw one ("on" of a door) says nothing."""

    entity: Entity
    state: str

    @property
    def entity_id(self) -> str:
        return self.entity.entity_id

    @property
    def domain(self) -> str:
        return self.entity.domain

    @property
    def name(self) -> str:
        return self.entity.name

    @property
    def attributes(self) -> Mapping[str, Any]:
        return self.entity.attributes

    @property
    def state_with_unit(self) -> str:
        return f"{self.state} {self.entity.unit}" if self.entity.unit else self.state


class ResponseTemplates:
    """One language's templates: answers by intent and key, errors by key.

    Compiled on first use, but for the everyday ones: 10 ms each would be too much in the middle of a turn.
    """

    def __init__(self, code: str) -> None:
        responses = load_intents(code).get("responses", {})
        self._intents: dict[str, dict[str, str]] = responses.get("intents", {})
        self._errors: dict[str, str] = responses.get("errors", {})
        self._environment = ImmutableSandboxedEnvironment(autoescape=False)
        self._compiled: dict[str, Template] = {}
        for intent in _EVERYDAY_INTENTS:
            for source in self._intents.get(intent, {}).values():
                self._template(source)

    def constant(self) -> list[str]:
        """Everyday answers that are always the same."""
        sources = (source for intent in _EVERYDAY_INTENTS for source in self._intents.get(intent, {}).values())
        return [source.strip() for source in sources if "{" not in source]

    def answer(
        self,
        intent: str,
        key: str,
        slots: Mapping[str, Any],
        *,
        matched: Sequence[SpokenState] = (),
        unmatched: Sequence[SpokenState] = (),
    ) -> str:
        """Render one answer; empty where the language has none or it cannot be rendered from these values."""
        templates = self._intents.get(intent, {})
        states = [*matched, *unmatched]
        attributes = {state.entity_id: state.attributes for state in states}
        return self._render(
            templates.get(key, templates.get("default", "")),
            slots=dict(slots),
            state=states[0] if states else None,
            query={"matched": list(matched), "unmatched": list(unmatched)},
            state_attr=lambda entity_id, name: attributes.get(entity_id, {}).get(name),
        )

    def error(self, key: str, **values: str) -> str:
        """Render one of the package's error sentences; empty where the language has none."""
        return self._render(self._errors.get(key, ""), **values)

    def _render(self, source: str, **variables: Any) -> str:
        try:
            return " ".join(self._template(source).render(**variables).split())
        except (TemplateError, TypeError, ValueError):  # a template for values that this house does not have
            return ""

    def _template(self, source: str) -> Template:
        if source not in self._compiled:
            self._compiled[source] = self._environment.from_string(source)
        return self._compiled[source]
