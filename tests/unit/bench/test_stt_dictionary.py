"""How words sound to pocketsphinx: espeak-ng's IPA in phones of the CMU dictionary."""

# ruff: noqa: RUF001  # IPA is written in letters that look like others

from __future__ import annotations

from pathlib import Path

import pytest

from hub.bench.stt_dictionary import arpabet, dictionary


@pytest.mark.parametrize(
    ("ipa", "phones"),
    [
        ("ˈɛkoʊbˌiː", "EH K OW B IY"),
        ("dʒˈʌdʒ", "JH AH JH"),
        ("fˈaɪɚ", "F AY ER"),
        ("jˈuː", "Y UW"),
        ("lˈɪɾəl", "L IH T AH L"),
        ("θˈɜːməmˌɪks", "TH ER M AH M IH K S"),
        ("", ""),
    ],
)
def test_ipa_becomes_phones_of_the_model(ipa: str, phones: str) -> None:
    assert arpabet(ipa) == phones


def test_unknown_words_get_a_pronunciation(tmp_path: Path) -> None:
    cmudict = tmp_path / "cmudict.dict"
    cmudict.write_text("light L AY T\nlight(2) L AY D\nlights L AY T S\n")
    lines = dictionary({"light", "tradfri"}, cmudict)
    assert lines == ["light L AY T", "light(2) L AY D", "tradfri T R AE D F R IY"]
