"""What people say to a house as this project writes it down: a file of templates for each language, beside this one.

They stand beside, or instead of, the lean set of home-assistant-intents; the form is told in ``en.toml``.
"""

from __future__ import annotations

from importlib.resources import files

import msgspec


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Templates that share what ``{name}`` may be and, where domains are given, what the house must have.

    besides: what may follow each of them, and picks no other device where every name is there once.
    """

    sentences: list[str]
    domains: list[str] = []
    besides: str = ""


class Polite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of a language's polite words those that begin no command, those that end none, and more that begin one."""

    never_first: list[str] = []
    never_last: list[str] = []
    also_first: list[str] = []


class SpokenTemplates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file. without: intents whose lean templates are left out.

    adds_nothing: words of templates that nobody is waited for to say ("now", in "what time is it now").
    """

    without: list[str] = []
    adds_nothing: list[str] = []
    polite: Polite = Polite()
    block: list[Block] = []

    @classmethod
    def of(cls, language: str) -> SpokenTemplates:
        """Empty where nobody wrote one."""
        source = files(__package__) / f"{language}.toml"
        return msgspec.toml.decode(source.read_bytes(), type=cls) if source.is_file() else cls()
