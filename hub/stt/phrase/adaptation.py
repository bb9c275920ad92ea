"""What a household taught the recogniser on this box: a file that ``earshot stt adapt`` writes and the engine reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from models.recogniser.graph import Lexicon
from models.recogniser.phones import Alphabet
from wire.errors import EarshotError

_VERSION = 1
_MAX_BYTES = 1 << 20
_MOST_WAYS = 8  # of one word


class AdaptationBroken(EarshotError):
    """The file cannot be used; the recogniser is as it was shipped."""


class Adaptation(msgspec.Struct, frozen=True):
    """model: sha256 of the recogniser that it is for; any other ignores it. accept: confidence that is believed.

    ways: how words are said here besides, in phones of the model. turns: that taught it.
    """

    language: str
    model: str
    accept: float
    ways: dict[str, list[list[str]]] = {}
    turns: int = 0
    version: int = _VERSION

    @classmethod
    def read(cls, path: Path) -> Adaptation | None:
        """None: there is none. Raises AdaptationBroken (stt-adaptation-invalid)."""
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise _broken(path, f"it is longer than {_MAX_BYTES} bytes")
            found = msgspec.json.decode(path.read_bytes(), type=cls)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            raise _broken(path, str(error)) from error
        if found.version != _VERSION or not 0 < found.accept <= 1:
            raise _broken(path, f"version {found.version}, accept {found.accept}")
        return found

    def write(self, path: Path) -> None:
        """As a whole. Raises OSError."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(self))
        draft.replace(path)

    def added_to(self, lexicon: Lexicon, alphabet: Alphabet) -> Lexicon:
        """Words that are not said in the house any more, and phones that the model does not have, are left out."""
        numbers = {phone: number for number, phone in enumerate(alphabet.phones, 1)}
        ways = {
            word: [tuple(numbers.get(phone, 0) for phone in way) for way in said] for word, said in self.ways.items()
        }
        return with_ways(lexicon, {word: [way for way in said if way and all(way)] for word, said in ways.items()})


def with_ways(lexicon: Lexicon, ways: Mapping[str, list[tuple[int, ...]]]) -> Lexicon:
    """Of words that the lexicon has."""
    more = {word: said for word, said in ways.items() if word in lexicon}
    return {
        **lexicon,
        **{word: list(dict.fromkeys([*lexicon[word], *said[:_MOST_WAYS]])) for word, said in more.items()},
    }


def _broken(path: Path, why: str) -> AdaptationBroken:
    return AdaptationBroken(
        "stt-adaptation-invalid", f"{path}: {why}; remove it, and run `earshot stt adapt` if you told it about turns"
    )
