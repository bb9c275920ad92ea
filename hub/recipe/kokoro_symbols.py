"""espeak-ng's IPA in the symbols that Kokoro-82M reads: some diphthongs and affricates are one letter there."""

# ruff: noqa: RUF001  # IPA is written in letters that look like others

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from models.recogniser.phones import LANGUAGE_SWITCH

# The numbers of the network's symbols, in rows of consecutive ones; those that no accent below needs are left out.
_ROWS = {
    4: ".!?", 16: " \u0303ʣ", 20: "ʦ", 24: "AI", 31: "O", 33: "Q", 36: "T", 39: "W", 41: "Yᵊabcdef",
    50: "hijklmnopqrstuvwxyzɑɐɒæ", 76: "ɔ", 78: "ç", 81: "ðʤə", 86: "ɛɜ", 92: "ɡ", 99: "ɥ", 102: "ɪ", 112: "ŋ",
    114: "ɲ", 116: "ø", 119: "θœ", 123: "ɹ", 125: "ɾ", 128: "ʁ", 131: "ʃ", 133: "ʧ", 135: "ʊ", 138: "ʌ", 147: "ʒʔ",
    156: "ˈˌː", 177: "ᵻ",
}  # fmt: skip
_NUMBERS = {symbol: first + place for first, row in _ROWS.items() for place, symbol in enumerate(row)}

_EVERYWHERE = {"aɪ": "I", "aʊ": "W", "eɪ": "A", "oʊ": "O", "əʊ": "Q", "tʃ": "ʧ", "dʒ": "ʤ", "g": "ɡ"}
_ENGLISH = _EVERYWHERE | {"ɔɪ": "Y", "ɚ": "əɹ", "ɐ": "ə", "r": "ɹ", "x": "k", "e": "A"}
_SPELLINGS: Mapping[str, Mapping[str, str]] = {
    "gmw/en-US": _ENGLISH | {
        "əl": "ᵊl", "ɝ": "ɜɹ", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɪə": "iə", "oː": "ɔ", "ː": "", "ɾ": "T",
    },
    "gmw/en": _ENGLISH | {"eə": "ɛː", "iə": "ɪə", "oː": "ɔː"},
    "gmw/de": _EVERYWHERE | {"ɔø": "Y", "ɔʏ": "Y", "ts": "ʦ", "ʏ": "y", "ɜ": "ɐ", "r": "ʁ"},
    "roa/fr": _EVERYWHERE | {"r": "ʁ"},
}  # fmt: skip


def symbols(ipa: str, accent: str, end: str) -> list[int]:
    """What the network reads. accent: voice of espeak-ng. Sounds that it does not know are left out."""
    spelling = _SPELLINGS[accent]
    written = _pattern(accent).sub(lambda found: spelling[found[0]], LANGUAGE_SWITCH.sub("", ipa))
    return [_NUMBERS[symbol] for symbol in written + end if symbol in _NUMBERS]


@functools.cache
def _pattern(accent: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_SPELLINGS[accent], key=len, reverse=True))))
