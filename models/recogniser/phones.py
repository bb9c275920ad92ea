"""The sounds that a recogniser tells apart, and how espeak-ng's IPA is written in them."""

# ruff: noqa: RUF001  # IPA is written in letters that look like others

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

LANGUAGE_SWITCH = re.compile(r"\([a-z-]+\)")  # espeak-ng reads a word in another language
BLANK = 0  # of the network's outputs; phone n is output n + 1

# English: IPA to the phones of the CMU dictionary, longer spellings first; British vowels before a lost r get a schwa.
_ENGLISH = {
    "aɪə": "AY AH", "aʊə": "AW AH", "aɪɚ": "AY ER", "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "əʊ": "OW",
    "ɔɪ": "OY", "ɔɪə": "OY AH", "tʃ": "CH", "dʒ": "JH", "əl": "AH L", "iə": "IY AH", "ɪə": "IH AH", "eə": "EH AH",
    "ʊə": "UH AH", "ɜː": "ER", "ɜ": "ER", "ɑː": "AA", "ɑ": "AA", "ɔː": "AO", "iː": "IY", "uː": "UW", "oː": "AO",
    "ɛː": "EH AH", "aː": "AA", "æ": "AE", "ɐ": "AH", "ə": "AH", "ʌ": "AH", "ɛ": "EH", "e": "EH", "ɚ": "ER", "ɝ": "ER",
    "ɪ": "IH", "ᵻ": "IH", "i": "IY", "ɔ": "AO", "o": "OW", "ɒ": "AA", "ʊ": "UH", "u": "UW", "ʉ": "UW", "a": "AE",
    "b": "B", "d": "D", "ð": "DH", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y", "k": "K", "l": "L", "ɫ": "L",
    "m": "M", "n": "N", "ŋ": "NG", "p": "P", "ɹ": "R", "r": "R", "ɻ": "R", "s": "S", "ʃ": "SH", "t": "T", "ɾ": "T",
    "ʔ": "T", "θ": "TH", "v": "V", "w": "W", "ʍ": "W", "x": "K", "z": "Z", "ʒ": "ZH",
}  # fmt: skip
# German and French: one phone for each letter of the IPA but for these; length is not told apart.
_GERMAN = {
    "pf": "p f", "ts": "t s", "tʃ": "t ʃ", "dʒ": "d ʒ", "aɪ": "aɪ", "aʊ": "aʊ", "ɔø": "ɔʏ", "ɔʏ": "ɔʏ", "ɜ": "ɐ",
    "ɐ": "ɐ", "g": "ɡ", "r": "ʁ", "ɾ": "ʁ", "ɹ": "ʁ", "ʌ": "a", "ɑ": "a", "æ": "ɛ", "ɒ": "ɔ", "w": "v", "ð": "z",
    "θ": "s", "əl": "ə l", "ən": "ə n", "ɑ̃": "ɑ̃", "ɔ̃": "ɔ̃", "ɛ̃": "ɛ̃", "ʊ": "ʊ", "ᵻ": "ɪ", "i": "i", "ɚ": "ɐ",
}  # fmt: skip
_GERMAN_SOUNDS = "a b d e f h i j k l m n o p s t u v x y z ç ø ŋ œ ɔ ə ɛ ɡ ɪ ʁ ʃ ʊ ʏ ʒ ɐ"
_FRENCH = {
    "ɑ": "a", "g": "ɡ", "r": "ʁ", "ɹ": "ʁ", "ɾ": "ʁ", "ɪ": "i", "ʊ": "u", "ə": "ə", "ʌ": "œ", "æ": "a", "ɒ": "ɔ",
    "œ̃": "ɛ̃", "ɛ̃": "ɛ̃", "ɑ̃": "ɑ̃", "ɔ̃": "ɔ̃", "tʃ": "t ʃ", "dʒ": "d ʒ", "ɜ": "œ", "θ": "s", "ð": "z", "h": "",
    "ᵻ": "i", "ɐ": "a", "x": "ʁ",
}  # fmt: skip
_FRENCH_SOUNDS = "a b d e f i j k l m n o p s t u v w y z ø ŋ œ ɔ ə ɛ ɡ ʁ ʃ ʒ ɥ ɲ"


@dataclass(frozen=True)
class Alphabet:
    """accents: voices of espeak-ng whose pronunciations count. spelling: IPA to phones with a space between."""

    language: str
    accents: Sequence[str]
    spelling: Mapping[str, str]
    phones: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        if not self.phones:
            object.__setattr__(self, "phones", _sorted_phones(self.spelling))

    def read(self, ipa: str) -> tuple[int, ...]:
        """Numbers of the phones, from 1; marks and sounds that the language does not have are left out."""
        found = self._spellings.findall(_bare(ipa))
        return tuple(self._numbers[phone] for ipa_part in found for phone in self.spelling[ipa_part].split())

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {phone: number for number, phone in enumerate(self.phones, BLANK + 1)}

    @cached_property
    def _spellings(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.spelling, key=len, reverse=True))))


def alphabet(language: str) -> Alphabet | None:
    """That of a language as in ``en``; None where nobody wrote one."""
    return _ALPHABETS.get(language)


def _bare(ipa: str) -> str:
    decomposed = unicodedata.normalize("NFD", LANGUAGE_SWITCH.sub("", ipa))
    return decomposed.replace("ˈ", "").replace("ˌ", "")


def _sorted_phones(spelling: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted({phone for phones in spelling.values() for phone in phones.split()}))


def _spelled(sounds: str, more: Mapping[str, str]) -> dict[str, str]:
    written = {sound: sound for sound in sounds.split()} | dict(more)
    return {unicodedata.normalize("NFD", ipa): phones for ipa, phones in written.items()}


_ALPHABETS = {
    "en": Alphabet("en", ("gmw/en-US", "gmw/en"), _ENGLISH),
    "de": Alphabet("de", ("gmw/de",), _spelled(_GERMAN_SOUNDS, _GERMAN)),
    "fr": Alphabet("fr", ("roa/fr",), _spelled(_FRENCH_SOUNDS, _FRENCH)),
}
