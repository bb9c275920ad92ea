"""A house that is not there: real MQTT clients that announce, obey and report as devices do (docs/house.md)."""

from __future__ import annotations

from hub.house.simulated.house import SimulatedHouse, load_simulated_house, simulate

__all__ = ["SimulatedHouse", "load_simulated_house", "simulate"]
