"""``python -m hub.stt.whisper --uri unix:///… --model FILE.bin``: open speech to text by whisper.cpp."""

from __future__ import annotations

import wire.lean  # noqa: F401 - before what it keeps out

# isort: split
import asyncio
import os
import sys
from pathlib import Path

from hub.engines.program import arguments, run, serve_engine
from hub.stt.whisper.hearing import PAUSE_MS
from hub.stt.whisper.house import HouseNames
from hub.stt.whisper.service import WhisperService
from hub.stt.whisper.shared import SharedModel
from models.voice.detector import VoiceStream, load_voice_network

_MOST_THREADS = 4  # more are not faster on any board that we know


def main() -> int:
    parser = arguments("Hears open speech by whisper.cpp.")
    parser.add_argument("--model", required=True, type=Path, help="a whisper.cpp model (ggml)")
    parser.add_argument("--name", help="of the model, for the record (default: the file's)")
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="of one transcription (default: up to 4)")
    parser.add_argument("--idle-seconds", type=float, default=0, help="after which the model is let go; 0: never")
    parser.add_argument("--pause-ms", type=float, default=PAUSE_MS, help="after which it begins; 0: only at the end")
    parser.add_argument("--grammar", type=Path, help="grammar file of the house, for its names")
    parser.add_argument("--cache", required=True, type=Path, help="folder of networks as they are built here")
    args = parser.parse_args()
    threads = args.threads or min(_MOST_THREADS, len(os.sched_getaffinity(0)))

    async def engine() -> None:
        voices = await asyncio.to_thread(load_voice_network, args.cache)
        house = HouseNames(args.grammar) if args.grammar else None
        async with SharedModel(args.model, threads, idle_seconds=args.idle_seconds) as model:
            name = args.name or args.model.stem
            service = WhisperService(model, name, lambda: VoiceStream(voices), house, pause_ms=args.pause_ms)
            await serve_engine(args.uri, service)

    return run(args, engine)


if __name__ == "__main__":
    sys.exit(main())
