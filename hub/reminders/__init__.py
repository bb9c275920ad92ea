"""Timers, alarms, reminders and lists: kept on disk before they are confirmed, rung until acknowledged."""
