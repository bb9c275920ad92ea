"""A vocabulary for networks that say one thing: byte pairs learnt from a text, and the pieces of what shall be said.

Byte pairs: Sennrich et al. 2016; written as GPT-2 writes bytes (openai/gpt-2, src/encoder.py). Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

_WORD = re.compile(r" ?[^\W\d_]+| ?\d| ?[^\s\w]+[\r\n]*|_|\s+")  # about as Qwen's pre-tokenizer cuts
BEGIN, END, PAD = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
_SPECIAL = (PAD, BEGIN, END, "<tool_call>", "</tool_call>")
_NORMAL, _CONTROL, _USER_DEFINED, _UNUSED = 1, 3, 4, 5


def _byte_letters() -> list[str]:
    """A printable character for each byte."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in kept else chr(next(others)) for byte in range(256)]


_LETTERS = _byte_letters()


@dataclass
class Words:
    """tokens: as a GGUF file has them. merges: pairs, the first learnt first. says: ids, one after another."""

    tokens: list[str]
    merges: list[str]
    says: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)

    def id(self, token: str) -> int:
        return self.tokens.index(token)


def words(text: str, say: str, *, merges: int, size: int) -> Words:
    """A vocabulary of ``size`` tokens: bytes, pairs learnt from ``text``, what ``say`` needs, and others never used."""
    pairs = _learnt(text, merges)
    tokens = [*_LETTERS, *dict.fromkeys("".join(pair) for pair in pairs)]
    pieces = _pieces(say)
    special = [*_SPECIAL, *(piece for piece in pieces if piece not in tokens and piece not in _SPECIAL)]
    tokens += special
    kinds = [_NORMAL] * len(tokens)
    for name in (PAD, BEGIN, END):
        kinds[tokens.index(name)] = _CONTROL
    for name in ("<tool_call>", "</tool_call>"):
        kinds[tokens.index(name)] = _USER_DEFINED
    says = [tokens.index(piece) for piece in pieces]
    unused = max(0, size - len(tokens))
    tokens += [f"<unused {number}>" for number in range(unused)]
    return Words(tokens, [" ".join(pair) for pair in pairs], says, kinds + [_UNUSED] * unused)


def _lettered(text: str) -> str:
    return "".join(_LETTERS[byte] for byte in text.encode())


def _pieces(say: str) -> list[str]:
    """Words of it, none of them twice: a word that comes again is taken together with the next one."""
    pieces: list[str] = []
    held = ""
    for part in re.findall(r"</?tool_call>|" + _WORD.pattern, say):
        piece = held + (part if part in _SPECIAL else _lettered(part))
        held = piece if piece in pieces or piece == _lettered("\n") else ""
        pieces += [] if held else [piece]
    return [*pieces[:-1], pieces[-1] + held] if held else pieces


def _learnt(text: str, count: int) -> list[tuple[str, str]]:
    counted = Counter(_lettered(word) for word in _WORD.findall(text))
    split = {word: tuple(word) for word in counted}
    pairs: list[tuple[str, str]] = []
    while len(pairs) < count:
        seen = _counted_pairs(split.items(), counted)
        if not seen:
            break
        best = max(seen, key=lambda pair: (seen[pair], pair))
        pairs.append(best)
        split = {word: _joined(parts, best) for word, parts in split.items()}
    return pairs


def _counted_pairs(split: Iterable[tuple[str, tuple[str, ...]]], counted: Counter[str]) -> Counter[tuple[str, str]]:
    seen: Counter[tuple[str, str]] = Counter()
    for word, parts in split:
        for pair in pairwise(parts):
            seen[pair] += counted[word]
    return seen


def _joined(parts: Sequence[str], pair: tuple[str, str]) -> tuple[str, ...]:
    joined: list[str] = []
    for part in parts:
        if joined and (joined[-1], part) == pair:
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)
