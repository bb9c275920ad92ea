"""What ten tries at a wake word say: how many were heard, and which threshold would suit this voice in this room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.wake.settings import HIGHEST, LOWEST

_MARGIN = 0.8  # of the score that must still count: voices vary from day to day
_ABOVE_NOISE = 0.05  # what the room itself scores must not come closer


@dataclass(frozen=True, slots=True)
class Calibration:
    """heard: tries that reached ``threshold``. suggested: None where nothing would tell the word from the room."""

    heard: int
    said: int
    threshold: float
    suggested: float | None

    def told(self, metres: float | None = None) -> str:
        where = f" at {metres:g} m" if metres else ""
        advice = (
            f"threshold {self.suggested:.2f} suggested"
            if self.suggested is not None
            else "no threshold tells it from the room: say it nearer, or choose another word"
        )
        return f"heard {self.heard} of {self.said}{where}, {advice}"


def calibrate(peaks: Sequence[float], room: float, threshold: float) -> Calibration:
    """peaks: the best score of each try. room: the best score while nobody said it. threshold: the one in use.

    Nine tries of ten should count, so the weakest tenth is left out of account.
    """
    heard = sum(peak >= threshold for peak in peaks)
    counted = sorted(peaks)[len(peaks) // 10 :]
    suggested = None
    if counted:
        wanted = max(counted[0] * _MARGIN, room + _ABOVE_NOISE, LOWEST)
        suggested = round(wanted, 2) if wanted <= min(counted[0], HIGHEST) else None
    return Calibration(heard, len(peaks), threshold, suggested)
