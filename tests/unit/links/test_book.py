"""What is said of satellites is on the disk when it is said, and a broken file costs no hub."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.links.book import MOST_NOTES, SatelliteBook, SatelliteNote
from wire.errors import EarshotError


def book_file(folder: Path) -> Path:
    return folder / "satellites.json"


async def test_notes_are_there_after_a_restart(tmp_path: Path) -> None:
    path = book_file(tmp_path)
    note = SatelliteNote(name="Küche", area="Kitchen")
    await SatelliteBook(path).put("a1b2", note)
    again = await asyncio.to_thread(SatelliteBook, path)
    assert again.of("a1b2") == note
    assert again.of("other") == SatelliteNote()


async def test_an_empty_note_is_none(tmp_path: Path) -> None:
    book = SatelliteBook(book_file(tmp_path))
    await book.put("a", SatelliteNote(left_out=True))
    await book.put("a", SatelliteNote())
    assert book.all() == {}
    assert (await asyncio.to_thread(SatelliteBook, book_file(tmp_path))).all() == {}


def test_a_broken_file_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "satellites.json"
    path.write_text("{broken")
    assert SatelliteBook(path).all() == {}
    assert path.with_suffix(".unread").read_text() == "{broken"


async def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    book = SatelliteBook()
    for number in range(MOST_NOTES):
        await book.put(f"s{number}", SatelliteNote(area="Kitchen"))
    with pytest.raises(EarshotError) as refused:
        await book.put("one more", SatelliteNote(area="Kitchen"))
    assert refused.value.code == "satellites-full"


async def test_a_disk_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    book = SatelliteBook(tmp_path / "missing" / "satellites.json")
    with pytest.raises(EarshotError) as refused:
        await book.put("a", SatelliteNote(area="Kitchen"))
    assert refused.value.code == "satellites-file"
    assert book.of("a") == SatelliteNote()
