"""How much of whisper's window an utterance needs, and how many words it may become. Pure."""

from __future__ import annotations

import math

_POSITIONS_A_SECOND = 50  # Radford et al. 2022 (Whisper), section 2.2: 1,500 for 30 s
_MOST_POSITIONS = 1500
_FLOOR_SECONDS, _MARGIN_SECONDS = (
    10.0,
    2.0,
)  # transcribe.cpp#149: with these, no more words are wrong
_BLOCK_POSITIONS = 64
_TOKENS, _TOKENS_A_SECOND = 16, 10  # nobody says more


def audio_context(seconds: float) -> int:
    """Positions of the encoder for speech of this length: whole blocks, which its matrices like."""
    wanted = max(_FLOOR_SECONDS, seconds + _MARGIN_SECONDS) * _POSITIONS_A_SECOND
    return min(_MOST_POSITIONS, math.ceil(wanted / _BLOCK_POSITIONS) * _BLOCK_POSITIONS)


def most_tokens(seconds: float) -> int:
    return round(_TOKENS + _TOKENS_A_SECOND * seconds)
