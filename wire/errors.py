"""Errors that both programs know, by what the catcher does; each carries a stable ``code``."""

from __future__ import annotations


class EarshotError(Exception):
    """An error a person or a peer can meet.

    code: stable, kebab-case; used on the wire, in MQTT, in JSON and in docs/errors.md.
    message: one line, says what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class ConfigError(EarshotError):
    """The configuration cannot be used: exit 78, do not restart."""


class AudioInvalid(EarshotError):
    """Audio in a form we do not take (8-bit, float, no WAV, empty): that audio only is refused."""


class DeviceLost(EarshotError):
    """A microphone or speaker is missing, busy or unplugged: say so, retry."""


class PeerError(EarshotError):
    """The peer broke the protocol or went away: drop that peer, say why on the wire."""


class FrameTooLarge(PeerError):
    """A line, data block or payload is declared longer than the limit; nothing of it was read."""


class FrameMalformed(PeerError):
    """The bytes are no Wyoming frame (garbage, wrong types, cut in the middle)."""


class PeerTimeout(PeerError):
    """The peer was silent, or took nothing, beyond its deadline."""


class PeerClosed(PeerError):
    """The peer closed the connection between two frames. Normal at the end; an error in the middle of work."""


class PeerRefused(PeerError):
    """Nobody listens there, or the peer said no."""
