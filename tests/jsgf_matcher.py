"""Reads JSGF text and tells which sentences it accepts: an independent reading of what the grammar writer wrote."""

from __future__ import annotations

import random
import re

_TOKEN = re.compile(r"[()\[\]|;=]|<\w+>|[^\s()\[\]|;=<>]+")


class JsgfMatcher:
    def __init__(self, text: str) -> None:
        self._rules: dict[str, tuple] = {}
        for match in re.finditer(r"(?:public )?(<\w+>) = ([^;]*);", text):
            tokens = _TOKEN.findall(match[2])
            body, rest = _parse(tokens, 0)
            assert rest == len(tokens), f"{match[1]}: {tokens[rest:]}"
            self._rules[match[1]] = body

    def accepts(self, sentence: str) -> bool:
        words = sentence.split()
        return len(words) in self._ends(self._rules["<command>"], words, 0)

    def _ends(self, node: tuple, words: list[str], start: int) -> set[int]:
        kind, *parts = node
        if kind == "word":
            return {start + 1} if words[start : start + 1] == parts else set()
        if kind == "rule":
            return self._ends(self._rules[parts[0]], words, start)
        if kind == "sequence":
            ends = {start}
            for part in parts:
                ends = {end for begin in ends for end in self._ends(part, words, begin)}
            return ends
        ends = {end for part in parts for end in self._ends(part, words, start)}
        return ends | {start} if kind == "optional" else ends

    def arcs(self) -> int:
        """Words of the grammar with every rule written out: the width of a recogniser's search."""
        return self._width(self._rules["<command>"])

    def _width(self, node: tuple) -> int:
        kind, *parts = node
        if kind == "word":
            return 1
        if kind == "rule":
            return self._width(self._rules[parts[0]])
        return sum(self._width(part) for part in parts)

    def samples(self, each: int = 6) -> list[str]:
        """Some sentences of every alternative of ``<sentence>``, always the same."""
        kind, *branches = self._rules["<sentence>"]
        dice = random.Random(2)
        walks = [
            self._walk(branch, dice)
            for branch in (branches if kind == "either" else [("sequence", *branches)])
            for _ in range(each)
        ]
        return list(dict.fromkeys(walks))

    def _walk(self, node: tuple, dice: random.Random) -> str:
        kind, *parts = node
        if kind == "word":
            return parts[0]
        if kind == "rule":
            return self._walk(self._rules[parts[0]], dice)
        if kind == "either":
            return self._walk(dice.choice(parts), dice)
        if kind == "optional" and dice.random() < 0.5:
            return ""
        return " ".join(filter(None, (self._walk(part, dice) for part in parts)))


def _parse(tokens: list[str], at: int) -> tuple[tuple, int]:
    branches: list[list[tuple]] = [[]]
    while at < len(tokens) and tokens[at] not in (")", "]"):
        token = tokens[at]
        at += 1
        if token == "|":
            branches.append([])
        elif token in ("(", "["):
            inner, at = _parse(tokens, at)
            assert tokens[at] == {"(": ")", "[": "]"}[token]
            at += 1
            branches[-1].append(inner if token == "(" else ("optional", inner))
        else:
            branches[-1].append(("rule", token) if token.startswith("<") else ("word", token.partition("{")[0]))
    assert all(branches), "an empty alternative"
    sequences = [("sequence", *branch) for branch in branches]
    return (sequences[0] if len(sequences) == 1 else ("either", *sequences)), at
