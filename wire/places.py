"""Where files live: the system's folders when installed, one folder under EARSHOT_HOME otherwise."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """etc: TOML that people write. var: what must survive (database, broker, models). run: sockets, gone at boot."""

    etc: Path
    var: Path
    run: Path


def places(environ: dict[str, str] | None = None) -> Places:
    """Under ``EARSHOT_HOME`` if set, else /etc/earshot, /var/lib/earshot and /run/earshot."""
    home = (os.environ if environ is None else environ).get("EARSHOT_HOME")
    if home:
        root = Path(home).absolute()
        return Places(etc=root / "etc", var=root / "var", run=root / "run")
    return Places(etc=Path("/etc/earshot"), var=Path("/var/lib/earshot"), run=Path("/run/earshot"))
