"""What an open recogniser may make of a sentence, drawn at random: words that sound near, lost, added, moved, joined.

Which words sound near is asked of espeak-ng's pronunciations: nothing that the hub itself compares words by.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import lru_cache

import wordfreq
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from hub.engines.espeak import phonemes

VOICES = {"en": "en-us", "de": "de", "fr": "fr", "es": "es", "nl": "nl"}
KINDS = ("near", "two-near", "lost", "said-more", "babble", "moved", "joined", "bent")
# Words that people put around a command.
ADDED = {
    language: tuple(words.split("; "))
    for language, words in {
        "en": "please; could you maybe; can you just; now; right now; hey; okay so; um; for me; thanks; i want you to",
        "de": "bitte; könntest du mal; jetzt; schnell; hey; also; ähm; für mich; danke; ich möchte dass du",
        "fr": "s'il te plaît; tu pourrais; peux-tu; maintenant; vite; euh; pour moi; merci; je voudrais que tu",
        "es": "por favor; podrías; puedes; ahora; rápido; oye; eh; para mí; gracias; quiero que",
        "nl": "alsjeblieft; kun je misschien; wil je; nu; snel; hé; eh; voor mij; bedankt; ik wil dat je",
    }.items()
}
_WORDS = 12_000  # commonest of the language, that a recogniser may take for others
_FREQUENT = 300
_NEAR = 0.5  # of the sounds are the same
_NEAREST = 6


class Mishearing:
    """One language's. sure: the same seed says the same."""

    def __init__(self, language: str, own_words: Sequence[str]) -> None:
        self.language = language
        found = [word for word in wordfreq.top_n_list(language, _WORDS) if re.fullmatch(r"[^\W\d_]{2,}", word)]
        self._words = list(dict.fromkeys([*found, *own_words]))
        self._sounds = [self._sound(word) for word in self._words]
        self._frequent = found[:_FREQUENT]
        self.near = lru_cache(maxsize=None)(self._near)

    def misheard(self, sentence: str, kind: str, rng: random.Random) -> str:
        said = sentence.split()
        at = rng.randrange(len(said))
        match kind:
            case "near" | "two-near":
                for place in rng.sample(range(len(said)), min(len(said), 1 if kind == "near" else 2)):
                    said[place] = self._other(said[place], rng)
            case "lost":
                del said[at]
            case "said-more":
                said.insert(rng.choice((0, len(said), len(said), 0, at)), rng.choice(ADDED[self.language]))
            case "babble":
                said.insert(at, rng.choice(self._frequent))
            case "moved":
                said = [*said[at:], *said[:at]] if at else [*said[1:], said[0]]
            case "joined":
                if at:
                    said[at - 1 : at + 1] = [said[at - 1] + said[at]]
            case "bent":
                said[at] = said[at][:-1] if len(said[at]) > 3 and rng.random() < 0.5 else said[at] + rng.choice("sentr")
        return " ".join(said)

    def babble(self, rng: random.Random, own: Sequence[str]) -> str:
        """Talk that means nothing: frequent words, and some of those that commands have."""
        said = rng.choices(self._frequent, k=rng.randint(3, 8))
        for word in rng.choices(own, k=rng.randint(1, 3)):
            said.insert(rng.randrange(len(said) + 1), word)
        return " ".join(said)

    def _other(self, word: str, rng: random.Random) -> str:
        near = self.near(word.lower().strip(".,?!¿¡"))
        return rng.choice(near) if near else word

    def _near(self, word: str) -> list[str]:
        if not word.isalpha():
            return []
        sound = self._sound(word)
        found = process.extract(
            sound, self._sounds, scorer=Levenshtein.normalized_similarity, limit=4 * _NEAREST, score_cutoff=_NEAR
        )
        return [self._words[at] for _, _, at in found if self._words[at] != word][:_NEAREST]

    def _sound(self, word: str) -> str:
        return re.sub(r"[ˈˌː\s]|\(\w+\)", "", phonemes(VOICES[self.language], word))
