"""Where files live: the system's folders when installed, one folder under EARSHOT_HOME otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """etc: TOML that people write. var: what must survive (database, broker, models). run: sockets, gone at boot.

    cache: what is made again when it is gone.
    """

    etc: Path
    var: Path
    run: Path
    cache: Path


SYSTEM = Places(
    etc=Path("/etc/earshot"),
    var=Path("/var/lib/earshot"),
    run=Path("/run/earshot"),
    cache=Path("/var/cache/earshot"),
)


def places(environ: Mapping[str, str] = os.environ) -> Places:
    """Under ``EARSHOT_HOME`` if set; the system's folders when installed; else one folder of this user.

    ``EARSHOT_CACHE`` moves the cache alone: homes that come and go can share one.
    """
    found = _places(environ)
    cache = environ.get("EARSHOT_CACHE")
    return replace(found, cache=Path(cache).absolute()) if cache else found


def _places(environ: Mapping[str, str]) -> Places:
    home = environ.get("EARSHOT_HOME")
    if not home and SYSTEM.etc.is_dir():
        return SYSTEM
    root = (
        Path(home).absolute()
        if home
        else Path(environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "earshot"
    )
    return Places(etc=root / "etc", var=root / "var", run=root / "run", cache=root / "cache")
