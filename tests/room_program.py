"""A stand-in satellite as a program: reads paths of recordings, speaks each in real time, prints what it noticed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from hub.bench.stand_in import stand_in
from wire.wav import read_wav


async def main(uri: str) -> None:
    async with stand_in("room", uri) as room:
        print("READY", flush=True)  # noqa: T201
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            try:
                heard = await room.turn(await asyncio.to_thread(read_wav, Path(line)))
            except TimeoutError:
                print(json.dumps({"error": "timeout", "answered": False}), flush=True)  # noqa: T201
                continue
            print(json.dumps({"error": heard.error, "answered": heard.first_audio_at is not None}), flush=True)  # noqa: T201


asyncio.run(main(sys.argv[1]))
