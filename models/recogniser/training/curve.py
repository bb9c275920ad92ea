"""The learning curve: what more speech of the same kind would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FRACTIONS = (1 / 8, 1 / 4, 1 / 2, 1.0)
"""Of all speech, least first."""


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """errors = scale * hours ** -exponent (Hestness et al. 2017: how errors of networks fall with data)."""

    scale: float
    exponent: float

    @classmethod
    def through(cls, hours: Sequence[float], errors: Sequence[float]) -> PowerLaw:
        """Least squares of the logarithms. At least two points, none of them 0."""
        slope, constant = np.polyfit(np.log(hours), np.log(errors), 1)
        return cls(math.exp(constant), -float(slope))

    def at(self, hours: float) -> float:
        return float(self.scale * hours**-self.exponent)


def first_shards(shards: Sequence[int], fraction: float) -> list[int]:
    """At least one."""
    ordered = sorted(shards)
    return ordered[: max(1, round(fraction * len(ordered)))]
