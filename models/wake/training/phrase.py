"""What a household may call its box: the phrase that a training begins with."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from models.wake.training.errors import TrainingRefused

MOST_WORDS = 5
FEWEST_LETTERS, MOST_LETTERS = 3, 40
ADVISED_SYLLABLES = 3  # shorter phrases sound like parts of many sentences

VOWELS = frozenset("aeiouyæøœɐɑɒɔəɘɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏ")  # noqa: RUF001  # IPA

# Vowels without a mark of stress between belong to one syllable; so does a consonant that is marked as one.
_NUCLEUS = re.compile(rf"(?:[{''.join(sorted(VOWELS))}][\u02d0\u0303\u0361]*)+|[lmnr]\u0329")


@dataclass(frozen=True, slots=True)
class Phrase:
    """text: as it is spoken. name: of its files, ``hey_willow``."""

    text: str
    name: str

    @property
    def words(self) -> list[str]:
        return self.text.split()


def phrase(text: str) -> Phrase:
    """Raises TrainingRefused (wake-phrase-invalid)."""
    spoken = " ".join(unicodedata.normalize("NFC", text).lower().split())
    letters = sum(character.isalpha() for character in spoken)
    odd = sorted({one for one in spoken if not (one.isalpha() or unicodedata.combining(one) or one in " '-")})
    if not letters:
        raise _refused("there is no word in it", "say what you will call")
    if odd:
        raise _refused(f"it has {' '.join(odd)[:20]!r} in it", "write it in letters, as it is spoken")
    if letters < FEWEST_LETTERS:
        raise _refused(f"{spoken!r} is too short", f"take {ADVISED_SYLLABLES} syllables or more")
    if letters > MOST_LETTERS or len(spoken.split()) > MOST_WORDS:
        raise _refused(f"{spoken[:60]!r} is too long", f"take at most {MOST_WORDS} words, {MOST_LETTERS} letters")
    return Phrase(spoken, re.sub(r"[ '-]+", "_", spoken).strip("_"))


def syllables(ipa: str) -> int:
    return len(_NUCLEUS.findall(ipa))


def _refused(why: str, what_to_do: str) -> TrainingRefused:
    return TrainingRefused("wake-phrase-invalid", f"this cannot be a wake word: {why}; {what_to_do}")
