"""Reads calendars for the hub: Wanted on standard input, Expanded on standard output, both as JSON.

A process of its own that ends with its one task: nothing that a calendar holds can hang the hub or fill its memory.
"""

from __future__ import annotations

import resource
import sys

import msgspec

from hub.calendar.event import Wanted
from hub.calendar.expansion import expand
from wire.parent import die_with_parent

_MEMORY_BYTES = 1 << 30
_PROCESSOR_SECONDS = 120


def main() -> int:
    if not die_with_parent():
        return 1
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=Wanted)
    sys.stdout.buffer.write(msgspec.json.encode(expand(wanted)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
