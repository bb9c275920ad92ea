"""The prompt has the names of this house, as many as it should."""

from __future__ import annotations

import json
import os

from hub.stt.whisper.house import HouseNames


async def test_names_are_read_again_when_they_change(tmp_path):
    path = tmp_path / "grammar.json"
    house = HouseNames(path)
    assert await house.names() == ()
    path.write_text(json.dumps({"version": 1, "names": {"t v": "TV", "tv": "TV", "bed light": "Bed Light"}}))
    assert await house.names() == ("TV", "Bed Light")
    path.write_text(json.dumps({"names": {"lamp": "Lamp"}}))
    os.utime(path, ns=(1, 1))
    assert await house.names() == ("Lamp",)


async def test_a_large_house_gives_what_fits(tmp_path):
    path = tmp_path / "grammar.json"
    path.write_text(json.dumps({"names": {f"lamp {number}": f"Lamp {number}" for number in range(1000)}}))
    names = await HouseNames(path).names()
    assert len(names) > 40
    assert len(", ".join(names)) <= 400


async def test_a_broken_file_is_no_house(tmp_path):
    path = tmp_path / "grammar.json"
    for content in ("{", '{"names": []}', ""):
        path.write_text(content)
        assert await HouseNames(path).names() == ()
