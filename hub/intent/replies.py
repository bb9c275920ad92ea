"""Outcomes to one spoken sentence: the intents' own words when all is proven, an honest account when not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from hub.intent.language import resolve_language
from hub.intent.responses import ResponseTemplates, SpokenState
from hub.intent.telling import Teller
from hub.intent.wording import FALLBACK, Wording, load_wordings
from hub.stages import Action, Entity, House, Intent, NotUnderstood, Result, Told

# Nothing can report back from these: to have sent the command is to have done it.
_WITHOUT_STATE = frozenset({"scene", "button"})

_HAVE_MODES = frozenset({"alarm_control_panel", "climate", "event", "lawn_mower", "select", "vacuum", "water_heater"})

_UNSUPPORTED = {
    "HassMedia": "unsupported_media",
    "HassSetVolume": "unsupported_media",
    "HassGetWeather": "unsupported_weather",
    "HassList": "unsupported_list",
    "HassShoppingList": "unsupported_list",
}
_TOLD_BY_US = frozenset({"HassGetCurrentTime", "HassGetCurrentDate", "HassNevermind", "HassRespond"})
_DEVICES_FIRST = frozenset({"acted", "answered"})  # what devices showed is said before what is told besides
_RESPOND_KEYS = frozenset({"hello", "data", "commands", "creator"})  # about us: not Home Assistant's answers


class TemplateReplier:
    """Makes replies from outcomes and from nothing else. languages: loaded now; others on their first reply.

    clock: local time, for "what time is it".
    """

    def __init__(self, house: House, clock: Callable[[], datetime], *, languages: Sequence[str] = (FALLBACK,)) -> None:
        self._house = house
        self._clock = clock
        self._wordings = load_wordings()
        self._templates: dict[str, ResponseTemplates] = {}
        for language in languages:
            self._responses(language)

    def reply(self, understood: Intent | NotUnderstood, result: Result | None, *, language: str) -> str:
        """One spoken sentence, made from the outcome. Never empty."""
        wording, templates = self._wording(language), self._responses(language)
        if isinstance(understood, NotUnderstood):
            return _not_understood(understood, wording, templates)
        return _Reply(understood, wording, templates, self._house).sentence(result, self._clock())

    def told(self, told: Sequence[Told], *, language: str) -> str:
        """Something that nobody asked for just now, in words."""
        return Teller(self._wording(language), self._clock()).tell(told)

    def apology(self, code: str, *, language: str) -> str:
        """One short sentence for a turn that failed with ``code``, by all of the code or what it begins with."""
        wording = self._wording(language)
        keys = (f"apology_{part}" for part in (code.replace("-", "_"), code.partition("-")[0]))
        return wording.say(next((key for key in keys if wording.has(key)), "apology"))

    def moment(self, language: str) -> str:
        """A word for somebody who waits."""
        return self._wording(language).say("moment")

    def constant(self, language: str) -> list[str]:
        """What is said in the same words again and again in this house, each once: the answers to commands first."""
        templates = self._responses(language)
        kinds = {entity.domain: entity for entity in self._house.entities()}.values()
        switched = [
            templates.answer(intent, "default", {}, matched=[SpokenState(entity, "on")])
            for intent in ("HassTurnOn", "HassTurnOff")
            for entity in kinds
        ]
        said = [*switched, *templates.constant(), *self._wording(language).constant()]
        return list(dict.fromkeys(_ended(text) for text in said if text))

    def _wording(self, language: str) -> Wording:
        base = language.replace("_", "-").partition("-")[0].lower()
        return self._wordings.get(base, self._wordings[FALLBACK])

    def _responses(self, language: str) -> ResponseTemplates:
        code = resolve_language(language)
        if code not in self._templates:
            self._templates[code] = ResponseTemplates(code)
        return self._templates[code]


def _not_understood(understood: NotUnderstood, wording: Wording, templates: ResponseTemplates) -> str:
    unknown, nearest = understood.unknown_name, understood.nearest_names
    if unknown is None:
        return _ended(templates.error("no_intent") or wording.say("nothing_found"))
    if unknown.lower() in (name.lower() for name in nearest):
        return wording.say("wrong_kind", [unknown])
    sorry = _ended(templates.error("no_entity", entity=unknown) or wording.say("nothing_found"))
    if not nearest:
        return sorry
    return f"{sorry} {wording.say('did_you_mean', [wording.listing(nearest, 'or')])}"


class _Reply:
    """One reply to one understood sentence."""

    def __init__(self, intent: Intent, wording: Wording, templates: ResponseTemplates, house: House) -> None:
        self._intent = intent
        self._wording = wording
        self._templates = templates
        self._house = house
        self._by_kind: dict[str, Callable[[Result], str]] = {
            "acted": lambda result: self._acted(result.actions),
            "answered": self._answered,
            "unknown_target": lambda _: self._unknown_target(),
            "ambiguous": lambda result: wording.say("ambiguous", [wording.listing(result.choices, "or")]),
            "unsure": lambda result: wording.say("did_you_mean", [wording.listing(result.choices, "or")]),
            "unconfirmed": self._unconfirmed,
            "refused": self._not_allowed,
            "unsupported": lambda _: self._unsupported(),
        }

    def sentence(self, result: Result | None, now: datetime) -> str:
        if self._intent.name in _TOLD_BY_US:
            return self._told_by_us(now)
        if result is None:
            return self._unsupported()
        told = Teller(self._wording, now).tell(result.told)
        if told and (result.kind not in _DEVICES_FIRST or not (result.actions or result.matched or result.unmatched)):
            return told
        said = self._by_kind[result.kind](result)
        return f"{said} {told}" if told else said

    def _unconfirmed(self, result: Result) -> str:
        """What would be done, as a question."""
        teller = Teller(self._wording, datetime.min)  # noqa: DTZ901 - no time is told
        key = {"needs-pin": "needs_pin", "needs-code": "needs_code"}.get(result.problem or "", "needs_yes")
        return teller.sentence(key, {"names": result.choices})

    def _told_by_us(self, now: datetime) -> str:
        """What needs no device."""
        if self._intent.name == "HassNevermind":
            return self._wording.say("acknowledged")
        if self._intent.name == "HassRespond" and self._intent.response in _RESPOND_KEYS:
            return self._wording.say(self._intent.response)
        return self._template(slots={"time": now.time(), "date": now.date()})

    def _acted(self, actions: Sequence[Action]) -> str:
        """The template's success sentence only for what is proven; else who did what, and who did not."""
        done = [action for action in actions if _is_done(action)]
        if actions and len(done) == len(actions):
            targets = self._targets(actions)
            return self._template(slots=self._reached(targets), matched=targets)
        failures = [
            *self._failed([action for action in actions if action.outcome == "failed"]),
            *self._names("sent", [a for a in actions if a.outcome == "sent" and not _is_done(a)]),
            *([self._refused(names)] if (names := [a.name for a in actions if a.outcome == "refused"]) else []),
        ]
        account = " ".join(failures) or self._wording.say("nothing_found")
        if not done:
            return account
        return self._wording.say("partial", done=len(done), all=len(actions), rest=account)

    def _reached(self, targets: Sequence[SpokenState]) -> dict[str, Any]:
        """What the sentence left out: which device "it" is, which temperature "a bit warmer" came to."""
        slots = self._intent.slots
        reached: dict[str, Any] = {}
        if "refers" in slots and "name" not in slots:
            reached["name"] = self._wording.listing([target.name for target in targets])
        if "temperature_step" in slots:
            reached["temperature"] = targets[0].attributes.get("temperature")
        return reached

    def _failed(self, actions: Sequence[Action]) -> Iterable[str]:
        known = {entity.entity_id: entity for entity in self._house.entities()}
        offline = [a for a in actions if a.entity in known and not known[a.entity].available]
        yield from self._names("offline", offline)
        yield from self._names("failed", [action for action in actions if action not in offline])

    def _names(self, key: str, actions: Sequence[Action]) -> Iterable[str]:
        if actions:
            yield self._wording.say(key, [action.name for action in actions])

    def _not_allowed(self, result: Result) -> str:
        if result.problem == "rate-limited":
            return self._wording.say("rate_limited")
        return self._refused([action.name for action in result.actions] or result.choices)

    def _refused(self, names: Sequence[str]) -> str:
        if self._intent.name == "HassTurnOff" and self._intent.response == "lock":
            return self._wording.say("refused_unlock")
        return self._wording.say("refused", names or [self._named()])

    def _answered(self, result: Result) -> str:
        """An answer about states that we know; a device that is gone or was never heard answers nothing."""
        asked = [*result.matched, *result.unmatched]
        if not asked:
            return self._wording.say("nothing_found")
        silent = [entity.name for entity in asked if not self._is_heard(entity)]
        if len(silent) == len(asked):
            offline = all(not entity.available for entity in asked)
            return self._wording.say("offline" if offline else "unheard", silent)
        heard = (
            [entity for entity in entities if self._is_heard(entity)] for entities in (result.matched, result.unmatched)
        )
        matched, unmatched = ([self._state(entity) for entity in entities] for entities in heard)
        answer = self._template(matched=matched, unmatched=unmatched)
        return f"{answer} {self._wording.say('unheard', silent)}" if silent else answer

    def _is_heard(self, entity: Entity) -> bool:
        if self._intent.name == "HassClimateGetTemperature" and entity.domain == "climate":
            return entity.available and entity.attributes.get("current_temperature") is not None
        return entity.available and entity.state is not None

    def _state(self, entity: Entity) -> SpokenState:
        state = entity.state or ""
        if entity.domain == "binary_sensor":
            return SpokenState(entity, self._wording.state(entity.device_class, state))
        return SpokenState(entity, self._wording.mode(entity.domain, state) if entity.domain in _HAVE_MODES else state)

    def _targets(self, actions: Sequence[Action]) -> list[SpokenState]:
        known = {entity.entity_id: entity for entity in self._house.entities()}
        targets = (known.get(a.entity) or Entity(a.entity, a.entity.partition(".")[0], a.name) for a in actions)
        return [self._state(target) for target in targets]

    def _unknown_target(self) -> str:
        """The package's own sentence about what is not there, as precise as the slots are."""
        said = {**self._intent.slots, **self._intent.spoken}
        slots = {name: str(value) for name, value in said.items() if not isinstance(value, list)}
        where = "_in_area" if "area" in slots else "_in_floor" if "floor" in slots else ""
        what = next((name for name in ("name", "device_class", "domain") if name in slots), None)
        key = {"name": "no_entity", "device_class": "no_device_class", "domain": "no_domain"}.get(what or "", "")
        values = {**slots, "entity": slots.get("name", "")}
        errors = [key + where, key]
        if not self._is_known_place():
            errors.append(f"no{where.removeprefix('_in')}")
        for error in errors:
            if text := self._templates.error(error, **values):
                return _ended(text)
        return self._wording.say("nothing_found")

    def _is_known_place(self) -> bool:
        """The room or floor is there; what is not there is a device of that kind in it."""
        slots, areas = self._intent.slots, self._house.areas()
        return slots.get("area", slots.get("floor")) in {area.name for area in areas} | {area.floor for area in areas}

    def _unsupported(self) -> str:
        name = self._intent.name
        keys = (key for start, key in _UNSUPPORTED.items() if name.startswith(start))
        key = "unsupported_timer" if "Timer" in name else next(keys, "unsupported")
        if key == "unsupported" and "name" in self._intent.slots:
            return self._wording.say("wrong_kind", [self._named()])
        return self._wording.say(key)

    def _named(self) -> str:
        spoken = {**self._intent.spoken, **{k: str(v) for k, v in self._intent.slots.items() if k == "name"}}
        return next((spoken[key] for key in ("name", "device_class", "area") if key in spoken), "")

    def _template(
        self,
        *,
        slots: dict[str, Any] | None = None,
        matched: Sequence[SpokenState] = (),
        unmatched: Sequence[SpokenState] = (),
    ) -> str:
        """The intents' own sentence; "Done." where the language has none."""
        values = {**self._intent.slots, **self._intent.spoken, **(slots or {})}
        if "name" in self._intent.slots:
            values["name"] = self._intent.slots["name"]
        text = self._templates.answer(
            self._intent.name, self._intent.response, values, matched=matched, unmatched=unmatched
        )
        return _ended(text) if text else self._wording.say("done")


def _is_done(action: Action) -> bool:
    silent = action.entity.partition(".")[0] in _WITHOUT_STATE
    return action.outcome == "confirmed" or (action.outcome == "sent" and silent)


def _ended(sentence: str) -> str:
    """With a full stop, so that a voice lets it fall."""
    return sentence if sentence.endswith((".", "!", "?", "…", "。", "।", "؟")) else f"{sentence}."
