"""``python -m hub.tts.embedded --uri unix:///…``: the embedded text to speech engine."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from hub.engines.program import arguments, run, serve_engine
from hub.tts.embedded.voices import installed
from hub.tts.speaking.service import SpeakService


def main() -> int:
    args = arguments("Speaks with the voices that need no download.").parse_args()

    async def engine() -> None:
        with ThreadPoolExecutor(1, thread_name_prefix="tts") as worker:
            await serve_engine(args.uri, SpeakService("embedded", installed(), worker))

    return run(args, engine)


if __name__ == "__main__":
    sys.exit(main())
