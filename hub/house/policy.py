"""What a voice alone may not do: open what keeps others out. Anybody in hearing can say it, through a window too."""

from __future__ import annotations

from hub.house.dialect import Values
from hub.stages import Entity

_GUARDED_COVERS = frozenset({"garage", "gate"})
_SAFE_STATES = frozenset({"off", "closed", "locked"})


def needs_confirmation(entity: Entity, wanted: Values) -> bool:
    """Unlocking, opening a garage or gate, and doing anything but off or close with what is marked sensitive.

    Locking and closing are always allowed; so are questions. Other doors, windows and blinds open freely.
    """
    guarded = entity.sensitive or entity.domain == "lock" or entity.device_class in _GUARDED_COVERS
    if not guarded or wanted.get("stop"):
        return False
    if "position" in wanted:
        return bool(wanted["position"])
    return wanted.get("state") not in _SAFE_STATES
