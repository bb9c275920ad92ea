"""``python -m hub.stt.phrase --uri unix:///… --grammar FILE.json``: the embedded speech to text engine."""

from __future__ import annotations

import wire.lean  # noqa: F401 - before what it keeps out

# isort: split
import sys
from pathlib import Path

from hub.engines.program import arguments, run, serve_engine
from hub.stt.phrase.house import HouseRecogniser
from hub.stt.phrase.service import PhraseService


def main() -> int:
    parser = arguments("Hears the sentences of one house.")
    parser.add_argument(
        "--grammar", required=True, type=Path, help="grammar file of the house; read again when it changes"
    )
    parser.add_argument("--model", type=Path, help="a recogniser's file (default: the language's own)")
    parser.add_argument("--adaptation", type=Path, help="what the household taught; read again when it changes")
    args = parser.parse_args()

    async def engine() -> None:
        async with HouseRecogniser(args.grammar, args.model, args.adaptation) as house:
            await serve_engine(args.uri, PhraseService(house))

    return run(args, engine)


if __name__ == "__main__":
    sys.exit(main())
