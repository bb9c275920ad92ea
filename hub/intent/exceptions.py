"""A group but for some of it: "all lights except the hall lamp". Each thing left out must be known by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hub.intent.joining import Joining, base_language, load_joinings, without, words
from hub.intent.names import HouseNames
from hub.stages import Intent, NotUnderstood

MOST_NAMES = 10  # left out of one group
_LONGEST_END = 2  # words of the command that stand after what is left out: "alle Lampen außer der Stehlampe aus"
_OF_GROUPS = frozenset(
    {"HassTurnOn", "HassTurnOff", "HassToggle", "HassLightSet", "HassSetPosition", "HassFanSetSpeed"}
)


def excepting(text: str, names: HouseNames, exactly: Callable[[str], Intent | None]) -> Intent | NotUnderstood | None:
    """The group's intent with slots ``except_names`` and ``except_area`` (lists, as written); None if it is no such
    sentence, NotUnderstood where a thing left out is unknown.

    exactly: reads a sentence that fits whole.
    """
    cuts = load_joinings().get(base_language(names.language))
    parted = cuts.excepted(text) if cuts is not None else None
    if cuts is None or parted is None:
        return None
    before, after = parted
    said = after.split()
    problem: NotUnderstood | None = None
    for end in range(min(_LONGEST_END, len(said) - 1) + 1):
        kept = len(said) - end
        group = exactly(" ".join([before, *said[kept:]]))
        if group is None or not _is_group(group):
            continue
        left_out = _left_out(" ".join(said[:kept]), before, cuts, names)
        if isinstance(left_out, dict):
            return _narrowed(group, text, left_out)
        problem = problem or NotUnderstood(text, left_out, names.nearest(left_out))
    return problem


def _is_group(intent: Intent) -> bool:
    return intent.name in _OF_GROUPS and "name" not in intent.slots


def _narrowed(group: Intent, text: str, left_out: dict[str, list[str]]) -> Intent:
    """Who leaves out a room does not speak of the one that he is in."""
    slots = {**group.slots, **left_out}
    if "except_area" not in left_out or group.context_area is None:
        return replace(group, text=text, slots=slots)
    slots.pop("area", None)
    return replace(group, text=text, slots=slots, context_area=None)


def _left_out(text: str, before: str, cuts: Joining, names: HouseNames) -> dict[str, list[str]] | str:
    """The slots; or what nothing is called."""
    found: dict[str, list[str]] = {}
    pieces = [text] if names.device(_bare(text, cuts)) else cuts.pieces(text)
    for piece in pieces[:MOST_NAMES]:
        known = _known(piece, before, cuts, names)
        if known is None:
            return _bare(piece, cuts)
        slot, written = known
        found.setdefault(slot, []).append(written)
    return found if 0 < len(pieces) <= MOST_NAMES else text


def _known(piece: str, before: str, cuts: Joining, names: HouseNames) -> tuple[str, str] | None:
    """A device; or a room, among words that say nothing or say the group again: "the lights in the kitchen"."""
    bare = _bare(piece, cuts)
    if device := names.device(bare):
        return "except_names", device
    said, again = words(piece), set(words(before))
    for size in range(len(said), 0, -1):
        for start in range(len(said) - size + 1):
            run = said[start : start + size]
            rest = without(said, run) or []
            if (room := names.area(" ".join(run))) and cuts.says_nothing(word for word in rest if word not in again):
                return "except_area", room
    return None


def _bare(piece: str, cuts: Joining) -> str:
    """Without the words before the name that say nothing."""
    said = words(piece)
    while len(said) > 1 and said[0] in cuts.fillers:
        said = said[1:]
    return " ".join(said)
