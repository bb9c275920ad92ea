"""The intents project's own tests, as ../shared/sentences keeps them: its house, and what is said in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hub.stages import Area, Entity

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def project_tests(language: str) -> tuple[list[Entity], list[Area], list[dict[str, Any]]]:
    """Entities, rooms, and tests with ``sentence``, ``intent``, ``slots``."""
    data = json.loads((SHARED / "sentences" / f"{language}.json").read_bytes())
    floors = {floor["id"]: floor["name"] for floor in data["fixtures"]["floors"]}
    rooms = {area["id"]: Area(area["name"], floors.get(area.get("floor"))) for area in data["fixtures"]["areas"]}
    entities = [
        Entity(
            entity["id"],
            entity["id"].partition(".")[0],
            entity["name"],
            area=rooms[entity["area"]].name if entity.get("area") in rooms else None,
            device_class=(entity.get("attributes") or {}).get("device_class"),
        )
        for entity in data["fixtures"]["entities"]
    ]
    return entities, list(rooms.values()), [test for test in data["tests"] if test["intent"] is not None]
