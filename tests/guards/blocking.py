"""Makes a blocking call from our code inside a running event loop an error."""

from __future__ import annotations

from blockbuster import BlockBuster

OURS = ["wire", "hub", "satellite"]

# (blocking function, file, functions that may call it, why it may)
_MAY_BLOCK: list[tuple[str, str, set[str], str]] = [
    (
        "io.TextIOWrapper.write",
        "logging/__init__.py",
        {"emit"},
        "log lines go to journald's pipe, which takes them at once",
    ),
    (
        "threading.Lock.acquire",
        "coverage/collector.py",
        {"lock_data"},
        "coverage notes a file that it sees for the first time, also while another thread does: only tests have it",
    ),
]


def block_buster() -> BlockBuster:
    """Watches calls that come from our packages; tests and libraries may do as they like by themselves."""
    buster = BlockBuster(OURS)
    for function, file, callers, _reason in _MAY_BLOCK:
        buster.functions[function].can_block_in(file, callers)
    return buster
