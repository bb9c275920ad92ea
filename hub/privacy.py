"""What leaves the turn without the household's words in it: records kept without transcripts, or published."""

from __future__ import annotations

import msgspec

from hub.trace import Trace


def without_words(trace: Trace) -> Trace:
    """A copy that tells what was done and when, but not what was said.

    Slots and the reply repeat the speaker's words (names, list items, "I know no …"), and so may an error's message:
    they go too. Actions stay: they are the house's own names.
    """
    understood = msgspec.structs.replace(trace.understood, slots={})
    error = msgspec.structs.replace(trace.error, message="") if trace.error else None
    return msgspec.structs.replace(trace, transcript="", understood=understood, reply="", error=error)


def hush(trace: Trace) -> None:
    """The same to the record itself: of a turn that may have said a PIN, and was not understood."""
    bare = without_words(trace)
    trace.transcript, trace.understood, trace.reply, trace.error = "", bare.understood, "", bare.error
