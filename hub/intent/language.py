"""One language's sentences, loaded from home-assistant-intents: parsed once, on first use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hassil.intents import Intent as HassilIntent
from hassil.intents import IntentData, Intents
from home_assistant_intents import get_intents, get_languages

from hub.errors import IntentFailed

# Domains that no house of ours has. Persons: "who is {zone}" would swallow every question that begins so.
_DROPPED_DOMAINS = frozenset({"person"})

# "what is {name}" fits every question: it is no sign that a device was meant.
_LOOSE_RESPONSES = frozenset({("HassGetState", "one")})

# Other spellings of words that the templates write in one way, tried when nothing else fits.
_SPELLINGS = {"en": (("per cent", "percent"), ("colour", "color"))}


@dataclass(frozen=True)
class Sentences:
    """The templates of one language.

    intents: all that may be said. targeted: only those that name a device, room or floor and swallow nothing, to find
    out which name was meant when nothing fits. responses: Jinja templates by intent and response key.
    """

    language: str
    intents: Intents
    targeted: Intents
    spellings: tuple[tuple[str, str], ...] = ()

    def respelled(self, text: str) -> str:
        """The text in the templates' own spelling."""
        lowered = text.lower()
        for other, own in self.spellings:
            lowered = lowered.replace(other, own)
        return lowered


def resolve_language(language: str) -> str:
    """The package's code for a language tag: ``de_at`` is ``de``, ``pt-br`` is ``pt-BR``.

    Raises IntentFailed (language-unknown), naming what there is.
    """
    available = {code.lower(): code for code in get_languages()}
    wanted = language.replace("_", "-").lower()
    code = available.get(wanted) or available.get(wanted.partition("-")[0])
    if code is None:
        raise IntentFailed(
            "language-unknown", f"no sentences for language {language[:20]!r}: set one of {', '.join(get_languages())}"
        )
    return code


def load_intents(code: str) -> dict[str, Any]:
    """The package's data for a resolved language code."""
    data = get_intents(code)
    if data is None:
        raise IntentFailed("language-unknown", f"home-assistant-intents lacks {code!r}: install it again")
    return data


def load_sentences(code: str) -> Sentences:
    """Parse a language: 0.3-1 s of CPU and 5-10 MB, so never on the event loop."""
    data = load_intents(code)
    data.pop("responses", None)
    intents = _select(Intents.from_dict(data), _is_kept)
    targeted = _select(intents, _is_targeted)
    for block in (block for intent in intents.intents.values() for block in intent.data):
        for sentence in block.sentences:
            sentence.get_required_clauses(intents.expansion_rules)
    return Sentences(code, intents, targeted, _SPELLINGS.get(code, ()))


def _select(intents: Intents, wanted: Any) -> Intents:
    chosen = {
        name: HassilIntent(name, [block for block in intent.data if wanted(name, block, intents)])
        for name, intent in intents.intents.items()
    }
    return replace(intents, intents={name: intent for name, intent in chosen.items() if intent.data})


def _is_kept(_: str, block: IntentData, __: Intents) -> bool:
    return not block.domains or not block.domains <= _DROPPED_DOMAINS


def _is_targeted(intent: str, block: IntentData, intents: Intents) -> bool:
    """Whether a block says what to do with something named, in words of its own."""
    if (intent, block.response) in _LOOSE_RESPONSES:
        return False
    lists = {name for sentence in block.sentences for name in sentence.list_names(intents.expansion_rules)}
    return bool(lists & {"name", "area", "floor"}) and lists.isdisjoint(block.wildcard_list_names)
