"""Tasmota, read by its own discovery (tasmota.github.io, "MQTT", SetOption19; hatasmota as the reader next to us)."""

from hub.house.tasmota.reader import Tasmota

__all__ = ["Tasmota"]
