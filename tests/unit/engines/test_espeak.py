"""Two processes that say the same in the same order sound the same: a training can be made again."""

from __future__ import annotations

import subprocess
import sys
import time

SPEAKING = """
import hashlib
from hub.engines.espeak import Espeak
library = Espeak()
for voice in ("gmw/en-US", "gmw/en-US+f5", "gmw/en-US+Alicia", "gmw/en-US+victor"):
    library.select(voice)
    print(voice, hashlib.sha256(library.speak("turn on the light")).hexdigest())
"""


def test_the_same_words_in_another_process_sound_the_same():
    """Voices with breath too, whose noise would begin with the clock."""

    def said() -> str:
        return subprocess.run([sys.executable, "-c", SPEAKING], check=True, capture_output=True, text=True).stdout

    first = said()
    time.sleep(1.1)  # another second of the clock
    assert said() == first
    assert len(first.splitlines()) == 4
