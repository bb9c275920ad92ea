"""The hub's own MQTT topics, all under ``earshot/<hub>/`` (docs/web.md lists them)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True)
class Topics:
    """hub: the hub's id."""

    hub: str

    @property
    def base(self) -> str:
        return f"earshot/{self.hub}"

    @property
    def status(self) -> str:
        """``online`` or ``offline``, retained; the bus publishes it and leaves it as its will."""
        return f"{self.base}/status"

    @property
    def turn(self) -> str:
        return f"{self.base}/turn"

    @property
    def health(self) -> str:
        return f"{self.base}/health"

    @property
    def satellites(self) -> str:
        return f"{self.base}/satellites"

    @property
    def say(self) -> str:
        return f"{self.base}/say"

    @property
    def announce(self) -> str:
        return f"{self.base}/announce"

    @property
    def ask(self) -> str:
        return f"{self.base}/ask"

    @property
    def answer(self) -> str:
        return f"{self.base}/answer"

    @property
    def notify(self) -> str:
        """Notifications that rules send."""
        return f"{self.base}/notify"

    @property
    def upcoming(self) -> str:
        """The next timer, alarm and reminder, and what rings; retained."""
        return f"{self.base}/upcoming"

    @property
    def reminder(self) -> str:
        """What happens to timers, alarms and reminders."""
        return f"{self.base}/reminder"

    @property
    def stop(self) -> str:
        return f"{self.base}/stop"

    @property
    def snooze(self) -> str:
        return f"{self.base}/snooze"

    def satellite(self, slug: str, what: str) -> str:
        """what: as docs/web.md has it: ``status``, ``mute``, ``mute/set``, …; ``+`` as slug is all satellites."""
        return f"{self.base}/satellite/{slug}/{what}"

    def addressed(self, topic: str) -> str:
        """The slug in a topic of one satellite."""
        return topic.removeprefix(f"{self.base}/satellite/").split("/")[0]


def slug(name: str) -> str:
    """A satellite's name as one topic level: ``living room`` → ``living_room``.

    A name that loses more than spaces and capitals on the way gets a mark, so that two never share a topic.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    safe = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_SLUG]
    if safe == name.lower().replace(" ", "_"):
        return safe
    mark = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{safe}_{mark}" if safe else mark
