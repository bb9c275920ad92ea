"""Volumes are there after a restart."""

from hub.store.database import Database
from hub.volumes import Volumes


async def test_a_volume_is_kept(home):
    path = home / "earshot.db"
    async with Database(path) as database:
        volumes = Volumes(database)
        await volumes.load()
        volumes.put("hall", 30)
    async with Database(path) as database:
        volumes = Volumes(database)
        await volumes.load()
        assert (volumes.of("hall"), volumes.of("kitchen")) == (30, 100)
