"""espeak-ng's IPA in the symbols of Kokoro-82M."""

# ruff: noqa: RUF001  # IPA is written in letters that look like others

from __future__ import annotations

import pytest

from hub.recipe import kokoro_symbols
from hub.recipe.kokoro_symbols import symbols
from hub.recipe.wake_cast import Speaker

# The network's own table, as its package has it, of the symbols that the tests above write.
_NUMBERS = {
    ".": 4, "!": 5, "?": 6, " ": 16, "\u0303": 17, "ʦ": 20, "A": 24, "I": 25, "O": 31, "Q": 33, "T": 36, "W": 39,
    "Y": 41, "ᵊ": 42, "a": 43, "b": 44, "d": 46, "e": 47, "f": 48, "h": 50, "i": 51, "j": 52, "k": 53, "l": 54,
    "m": 55, "n": 56, "o": 57, "p": 58, "s": 61, "t": 62, "u": 63, "v": 64, "w": 65, "x": 66, "y": 67, "z": 68,
    "ɑ": 69, "ɐ": 70, "ɒ": 71, "æ": 72, "ɔ": 76, "ç": 78, "ð": 81, "ʤ": 82, "ə": 83, "ɛ": 86, "ɜ": 87, "ɡ": 92,
    "ɥ": 99, "ɪ": 102, "ŋ": 112, "ɲ": 114, "ø": 116, "θ": 119, "œ": 120, "ɹ": 123, "ɾ": 125, "ʁ": 128, "ʃ": 131,
    "ʧ": 133, "ʊ": 135, "ʌ": 138, "ʒ": 147, "ʔ": 148, "ˈ": 156, "ˌ": 157, "ː": 158, "ᵻ": 177,
}  # fmt: skip


@pytest.mark.parametrize(("accent", "ipa", "written"), [
    ("gmw/en-US", "tˈɜːn ɔn", "tˈɜɹn ɔn."),
    ("gmw/en-US", "ɹˈoʊz wˈɔːɾɚ tʃˈeɪndʒ", "ɹˈOz wˈɔTəɹ ʧˈAnʤ."),
    ("gmw/en", "ɡˈəʊ ðˈeə", "ɡˈQ ðˈɛː."),
    ("gmw/de", "(en)zˈʏstemz(de) tsˈiːt", "zˈystemz ʦˈiːt."),
    ("roa/fr", "bɔ̃ʒˈuʁ", "bɔ̃ʒˈuʁ."),
])  # fmt: skip
def test_ipa_is_written_as_the_network_reads_it(accent, ipa, written):
    assert symbols(ipa, accent, ".") == [_NUMBERS[symbol] for symbol in written]


@pytest.mark.parametrize(("accent", "text"), [
    ("gmw/en-US", "turn on the living room lights and set a timer, fifteen minutes, measure the water, boy, church"),
    ("gmw/en", "is the garage door of our house open, go there, poor nurse, near the square, loch"),
    ("gmw/de", "schalte das licht in der küche ein, zwölf stühle, ich höre euch, pfanne, quelle, deutsch, jahr, loch"),
    ("roa/fr", "allume la lumière de la cuisine, un bon vin blanc, huit feuilles, deux œufs, montagne, rouge, parking"),
])  # fmt: skip
def test_no_sound_of_a_language_is_left_out(accent, text):
    reader = Speaker()
    reader.select(accent)
    for word in text.replace(",", "").split():
        ipa = reader.phonemes(word)
        left_out = [symbol for symbol in _rewritten(ipa, accent).replace("-", "") if symbol not in _NUMBERS]
        assert not left_out, (word, ipa)


def _rewritten(ipa: str, accent: str) -> str:
    spelling = kokoro_symbols._SPELLINGS[accent]
    return kokoro_symbols._pattern(accent).sub(
        lambda found: spelling[found[0]], kokoro_symbols.LANGUAGE_SWITCH.sub("", ipa)
    )
