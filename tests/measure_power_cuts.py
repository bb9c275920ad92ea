"""``python -m tests.measure_power_cuts [KILLS]``: reminders over power cuts (kill -9), as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from tests.power_cuts import cut

KILLS = 500


async def main(kills: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        account = await cut(Path(folder) / "earshot.db", kills)
    json.dump({"power_cuts": account.figures()}, sys.stdout)
    print()
    if account.lost or account.rung_after_done or account.done_unheard:
        sys.exit(f"lost {account.lost}, after done {account.rung_after_done}, unheard {account.done_unheard}")


asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS))
