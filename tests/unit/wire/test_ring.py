"""The newest audio, and no more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wire.ring import AudioRing


@given(
    capacity_ms=st.integers(0, 300), newest_ms=st.integers(-50, 400), sizes=st.lists(st.integers(1, 1500), max_size=12)
)
def test_the_ring_gives_the_newest_once(capacity_ms: int, newest_ms: int, sizes: list[int]) -> None:
    ring, heard = AudioRing(capacity_ms), b""
    for number, size in enumerate(sizes):
        block = bytes([number]) * 2 * size
        ring.push(block)
        heard += block
    wanted = max(0, min(capacity_ms, newest_ms)) * 32
    assert ring.drain(newest_ms) == (heard[-wanted:] if wanted else b"")
    assert ring.drain() == b""


def test_all_of_it() -> None:
    ring = AudioRing(10)
    ring.push(bytes(range(200)) * 2)
    assert ring.drain() == (bytes(range(200)) * 2)[-320:]
