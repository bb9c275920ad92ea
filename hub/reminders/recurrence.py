"""Wall-clock moments and what comes again (RFC 5545), with the same bounded work however long ago it began.

Everything here is local wall clock without a zone but for ``instant``, which says when that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

MAX_COUNT = 1000
_MAX_CHARACTERS = 200
_HORIZON = timedelta(days=12 * 366)  # a rule that does not come again so long has ended; leap days are 8 years apart
_STEPS = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
_MONTHS = {"MONTHLY": 1, "YEARLY": 12}
_KEYS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYHOUR", "BYMINUTE", "WKST"})
_MORE_KEYS = {  # others can make rules that never come, and dateutil looks for them until the year 9999
    "HOURLY": frozenset[str](),
    "DAILY": frozenset({"BYMONTH"}),
    "WEEKLY": frozenset({"BYMONTH"}),
    "MONTHLY": frozenset({"BYMONTH", "BYMONTHDAY", "BYSETPOS"}),
    "YEARLY": frozenset({"BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"}),
}
_LOOKS_BACK = (timedelta(days=2), timedelta(days=62), timedelta(days=800), _HORIZON)
_LONGEST_SHIFT = timedelta(hours=3)  # by which a clock change can part wall clock and time


class RepeatInvalid(ValueError):
    """No rule that we keep, or one that never comes."""


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC of a wall clock. A time that a clock change leaves out is the moment that it would have been (02:30
    is then 03:30); of one that comes twice it is the first.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall_clock(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def checked(start: datetime, repeat: str) -> str:
    """The rule without its prefix. Raises RepeatInvalid, for a rule that never comes after up to some seconds."""
    rule = repeat.strip().upper().removeprefix("RRULE:")
    try:
        if first_after(start, rule, None) is None:
            raise RepeatInvalid(f"{rule!r} never comes")
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise RepeatInvalid(f"{repeat[:_MAX_CHARACTERS]!r}: {error}") from error
    return rule


def first_after(start: datetime, repeat: str, after: datetime | None) -> datetime | None:
    """The first occurrence later than ``after``, or the first of all; None when there is none any more."""
    if not repeat:
        return start if after is None or start > after else None
    rule = _rule(start, repeat, after or start)
    found = next(iter(rule), None) if after is None else rule.after(after)
    assert found is None or isinstance(found, datetime)
    return found


def latest_until(
    start: datetime, repeat: str, after: datetime | None, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """The last occurrence later than ``after`` that is over at ``now`` (UTC)."""
    end = wall_clock(now, zone) + _LONGEST_SHIFT
    for back in _LOOKS_BACK:
        begin = max(after or start, end - back)
        found = [start] if not repeat else _rule(start, repeat, begin).between(begin, end, inc=True)
        over = [wall for wall in found if instant(wall, zone) <= now and (after is None or wall > after)]
        if over:
            return max(over)
    return None


def _rule(start: datetime, repeat: str, after: datetime) -> rrule:
    """Finds whatever comes after ``after``, without going through what came before."""
    parts = _explicit(_parsed(repeat), start)
    until = max(start, after) + _HORIZON
    if "UNTIL" in parts:
        until = min(until, _until(parts["UNTIL"]))
    begin = start if "COUNT" in parts else _forwarded(parts, start, after)
    rhythm = _rhythm(";".join(f"{key}={value}" for key, value in parts.items() if key != "UNTIL"))
    return rhythm.replace(dtstart=begin) if "COUNT" in parts else rhythm.replace(dtstart=begin, until=until)


@lru_cache(maxsize=256)
def _rhythm(text: str) -> rrule:
    """Read once; where it begins is told later."""
    rule = rrulestr(text)
    assert isinstance(rule, rrule)
    return rule


@lru_cache(maxsize=256)
def _parsed(repeat: str) -> Mapping[str, str]:
    if len(repeat) > _MAX_CHARACTERS:
        raise RepeatInvalid("the rule is too long")
    pairs = [part.partition("=") for part in repeat.split(";")]
    parts = {key: value for key, _, value in pairs}
    more_keys = _MORE_KEYS.get(parts.get("FREQ", ""))
    if more_keys is None:
        raise RepeatInvalid("FREQ is HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY")
    if len(parts) < len(pairs) or not parts.keys() <= _KEYS | more_keys or not all(parts.values()):
        raise RepeatInvalid("it has parts that do not belong there, are empty or there twice")
    if any(not 1 <= int(month) <= 12 for month in parts.get("BYMONTH", "1").split(",")):
        raise RepeatInvalid("BYMONTH is 1 to 12")
    for key in ("INTERVAL", "COUNT"):
        if not 1 <= int(parts.get(key, "1")) <= MAX_COUNT:
            raise RepeatInvalid(f"{key} is 1 to {MAX_COUNT}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise RepeatInvalid("COUNT and UNTIL are not for one rule")
    return parts


def _explicit(parts: Mapping[str, str], start: datetime) -> dict[str, str]:
    """The rule with the day that it takes from its start, and with the last day of months that lack it.

    RFC 5545 leaves such months out; nobody wants a birthday on 29 February, or a rent on the 31st, to be.
    """
    made = dict(parts)
    if made["FREQ"] not in _MONTHS or made.keys() & {"BYDAY", "BYYEARDAY", "BYWEEKNO"}:
        return made
    if "BYMONTHDAY" not in made:
        made["BYMONTHDAY"] = str(start.day)
        if made["FREQ"] == "YEARLY":
            made.setdefault("BYMONTH", str(start.month))
    day = made["BYMONTHDAY"]
    one_month = made["FREQ"] == "MONTHLY" or made.get("BYMONTH", "").isdecimal()
    one_time = made.get("BYHOUR", "0").isdecimal() and made.get("BYMINUTE", "0").isdecimal()
    if day in {"29", "30", "31"} and one_month and one_time and "BYSETPOS" not in made:
        made["BYMONTHDAY"] = ",".join(str(each) for each in range(28, int(day) + 1))
        made["BYSETPOS"] = "-1"
    return made


def _until(text: str) -> datetime:
    """A date alone means the whole day. UTC is refused: the rest is wall clock."""
    if len(text) == len("20261231"):
        return datetime.strptime(text + "235959", "%Y%m%d%H%M%S")  # noqa: DTZ007 wall clock
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 wall clock


def _forwarded(parts: Mapping[str, str], start: datetime, after: datetime) -> datetime:
    """A start of the same rhythm, at or before ``after``: a rule from there finds the same later occurrences."""
    interval = int(parts.get("INTERVAL", "1"))
    if (step := _STEPS.get(parts["FREQ"])) is not None:
        return start + max(0, (after - start) // (step * interval)) * step * interval
    months = _MONTHS[parts["FREQ"]] * interval
    gone = (after.year - start.year) * 12 + after.month - start.month
    periods = gone // months - 1  # one less: the period of ``after`` may begin later in it
    if periods < 1:
        return start
    month = start.year * 12 + (0 if parts["FREQ"] == "YEARLY" else start.month - 1) + periods * months
    return start.replace(year=month // 12, month=month % 12 + 1, day=1)
