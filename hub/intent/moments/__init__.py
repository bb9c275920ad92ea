"""The language of time: alarms, reminders and lists in words, before any other sentence is tried."""

from hub.intent.moments.reader import MomentReader

__all__ = ["MomentReader"]
