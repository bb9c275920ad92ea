"""A new event as text (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime

_LINE_BYTES = 75


def event_text(uid: str, begin: date, end: date, summary: str, *, now: datetime) -> str:
    """A calendar of one event. begin, end: aware times, which are written as UTC, or days, the last one excluded."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Earshot//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART{_value(begin)}",
        f"DTEND{_value(end)}",
        f"SUMMARY:{_escaped(summary)}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _value(when: date) -> str:
    return f":{_moment(when)}" if isinstance(when, datetime) else f";VALUE=DATE:{when:%Y%m%d}"


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    plain = " ".join(text.split())  # also without line ends, which would begin another property
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """Lines of at most 75 bytes; a character is never cut in two."""
    lines, size = [""], 0
    for character in line:
        width = len(character.encode())
        if size + width > _LINE_BYTES:
            lines.append(" ")
            size = 1
        lines[-1] += character
        size += width
    return "\r\n".join(lines)
