"""``python -m hub.stt.whisper.holder MODEL THREADS``: holds a model, and forks a process for each transcription.

It reads jobs from standard input and answers on standard output. It never computes itself: OpenMP's threads do not
survive a fork, so they must not be there before it.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path

from hub.stt.whisper.messages import Asked, Died, Job, Loaded, Stop, is_whole, packed, read, write
from hub.stt.whisper.model import WhisperModel
from hub.stt.whisper.progress import Progress
from models.errors import ModelInvalid
from wire.parent import die_with, die_with_parent

_READ_BYTES = 1 << 16
_LOOK_SECONDS = 0.25
_EXIT_CONFIGURATION = 78


class Holder:
    """asked, answers: descriptors. The model is loaded."""

    def __init__(self, model: WhisperModel, asked: int, answers: int) -> None:
        self._model, self._asked, self._answers = model, asked, answers

    def run(self) -> None:
        """Until nobody asks any more. Raises messages.Broken."""
        write(self._answers, packed(Loaded(self._model.languages)))
        while (message := read(self._asked)) is not None:
            if isinstance(message, Job):  # a Stop of a job that was answered meanwhile needs none
                self._transcribe(message)

    def _transcribe(self, job: Job) -> None:
        answer, answer_writer = os.pipe()
        holder = os.getpid()
        child = os.fork()
        if child == 0:
            self._be_the_child(job, answer_writer, holder)
        os.close(answer_writer)
        try:
            content, why = self._wait(job, child, answer)
        finally:
            os.close(answer)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        write(self._answers, content if is_whole(content) else packed(Died(job.number, why or _why(status))))

    def _be_the_child(self, job: Job, answer_writer: int, holder: int) -> None:
        """Does not return."""
        try:
            if die_with(holder):
                write(answer_writer, packed(self._model.hear(job)))
        finally:
            os._exit(0)  # nothing of the holder's is to be tidied up here

    def _wait(self, job: Job, child: int, answer: int) -> tuple[bytes, str]:
        """What the child wrote, and why it was killed: nobody wants it, or it hangs."""
        content, why = bytearray(), ""
        watched = [answer, self._asked]
        progress = Progress(child, time.monotonic())
        while True:
            ready, _, _ = select.select(watched, [], [], _LOOK_SECONDS)
            if answer in ready:
                block = os.read(answer, _READ_BYTES)
                if not block:
                    return bytes(content), why
                content += block
            elif self._asked in ready and self._is_unwanted(job, read(self._asked)):
                os.kill(child, signal.SIGKILL)
                watched, why = [answer], "was not wanted any more"
            elif not why and progress.has_stalled(time.monotonic()):
                os.kill(child, signal.SIGKILL)
                why = "did nothing any more"

    @staticmethod
    def _is_unwanted(job: Job, message: Asked | None) -> bool:
        return message is None or (isinstance(message, Stop) and message.number == job.number)


def _why(status: int) -> str:
    return f"was ended by signal {-status}" if status < 0 else f"ended with status {status} and no answer"


def main() -> int:
    if not die_with_parent():
        return 0
    asked, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what the library prints is no message
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    try:
        model = WhisperModel(Path(sys.argv[1]), int(sys.argv[2]))
    except ModelInvalid as error:
        print(error, file=sys.stderr)  # noqa: T201 - the hub logs it
        return _EXIT_CONFIGURATION
    Holder(model, asked, answers).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
