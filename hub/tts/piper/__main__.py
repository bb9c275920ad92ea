"""``python -m hub.tts.piper --uri unix:///… --voice FILE.onnx``: speaks with Piper's voices."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hub.engines.program import arguments, run, serve_engine
from hub.tts.piper.voices import Style, voices
from hub.tts.speaking.phrases import KeptPhrases
from hub.tts.speaking.service import SpeakService

_MOST_THREADS = 4


def main() -> int:
    parser = arguments("Speaks with Piper's voices.")
    parser.add_argument(
        "--voice", required=True, action="append", type=Path, help="an .onnx file; the best liked first"
    )
    parser.add_argument("--cache", required=True, type=Path, help="folder of phrases that were said")
    parser.add_argument("--speed", type=float, default=1.0, help="2 is twice as fast")
    parser.add_argument("--loudness", type=float, default=1.0, help="1 is as loud as can be")
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="of one sentence (default: up to 4)")
    args = parser.parse_args()
    threads = args.threads or min(_MOST_THREADS, len(os.sched_getaffinity(0)))

    async def engine() -> None:
        with ThreadPoolExecutor(1, thread_name_prefix="tts") as worker:
            every = voices(args.voice, Style(args.speed, args.loudness), threads)
            worker.submit(every.loaded, every.every[0]).result()  # before anybody is told that it is ready
            await serve_engine(args.uri, SpeakService("piper", every, worker, KeptPhrases(args.cache)))

    return run(args, engine)


if __name__ == "__main__":
    sys.exit(main())
