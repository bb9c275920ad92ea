"""One language's sentences, loaded from home-assistant-intents: parsed once, on first use."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from typing import Any

import msgspec
from hassil.expression import Sentence
from hassil.intents import Intent as HassilIntent
from hassil.intents import IntentData, Intents
from hassil.util import merge_dict
from home_assistant_intents import get_intents, get_languages

from hub.errors import IntentFailed
from hub.intent.frames import framed_sentences

# Domains that no house of ours has. Persons: "who is {zone}" would swallow every question that begins so.
_DROPPED_DOMAINS = frozenset({"person"})

# "what is {name}" fits every question: it is no sign that a device was meant.
_LOOSE_RESPONSES = frozenset({("HassGetState", "one")})

# Other spellings of words that the templates write in one way, tried when nothing else fits.
_SPELLINGS = {
    "en": (("per cent", "percent"), ("colour", "color")),
    "fr": (("fait il", "fait-il"), ("reste t il", "reste-t-il"), ("sommes nous", "sommes-nous")),
}


@dataclass(frozen=True)
class Sentences:
    """The templates of one language.

    intents: all that may be said. targeted: only those that name a device, room or floor and swallow nothing, to find
    out which name was meant when nothing fits. spellings: other ways to write a word, and the templates' own.
    """

    language: str
    intents: Intents
    targeted: Intents
    spellings: tuple[tuple[str, str], ...] = ()

    def respelled(self, text: str) -> str:
        """The text in the templates' own spelling."""
        for other, own in self.spellings:
            text = re.sub(rf"\b{other}\b", own, text, flags=re.IGNORECASE)
        return text


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
    own = files("hub.intent") / "own_sentences" / f"{code}.toml"
    if own.is_file():
        merge_dict(data, msgspec.toml.decode(own.read_bytes(), type=dict[str, Any]))
    if framed := framed_sentences(code):
        merge_dict(data, framed)
    intents = _select(Intents.from_dict(data), _kept)
    targeted = _select(intents, partial(_targeted, rules=intents.expansion_rules))
    return Sentences(code, intents, targeted, _SPELLINGS.get(code, ()))


def _select(intents: Intents, choose: Callable[[str, IntentData], IntentData | None]) -> Intents:
    chosen = {
        name: HassilIntent(name, [block for block in (choose(name, block) for block in intent.data) if block])
        for name, intent in intents.intents.items()
    }
    return replace(intents, intents={name: intent for name, intent in chosen.items() if intent.data})


def _kept(_: str, block: IntentData) -> IntentData | None:
    return None if block.domains and block.domains <= _DROPPED_DOMAINS else block


def _targeted(intent: str, block: IntentData, rules: dict[str, Sentence]) -> IntentData | None:
    """A block that says in its own words what to do with something named; of whatever domain, none is known yet."""
    if (intent, block.response) in _LOOSE_RESPONSES:
        return None
    lists = {name for sentence in block.sentences for name in sentence.list_names(rules)}
    if lists.isdisjoint({"name", "area", "floor"}) or lists & block.wildcard_list_names:
        return None
    return replace(block, requires_context={k: v for k, v in block.requires_context.items() if k != "domain"})
