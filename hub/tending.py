"""Wiring of what the first run and the pages of devices and models ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from hub.broker_choice import BrokerChoice
from hub.bus.client import Bus
from hub.chime import chime
from hub.config import HubConfig
from hub.embedded import EmbeddedEngines
from hub.engine_desk import EngineDesk
from hub.first_run import FirstRun, State
from hub.level_watch import LevelWatch
from hub.links.desk import SatelliteDesk
from hub.links.satellites import Satellites
from hub.model_desk import ModelDesk
from hub.settings_writer import SettingsWriter
from hub.volumes import Volumes
from hub.web.broker_api import BrokerApi
from hub.web.engines_api import EnginesApi
from hub.web.jobs import Jobs
from hub.web.live import LiveFeed
from hub.web.models_api import ModelsApi
from hub.web.routes import RouteSource
from hub.web.satellites_api import SatellitesApi
from hub.web.setup_api import SetupApi
from wire.connection import PeerSettings
from wire.pcm import Pcm
from wire.places import Places
from wire.tasks import Tasks


def tended(
    config: HubConfig,
    where: Places,
    peer: PeerSettings,
    *,
    writer: SettingsWriter,
    satellites: Satellites,
    engines: EmbeddedEngines,
    volumes: Volumes,
    bus: Bus,
    hub: State,
    spoken: Callable[[str], Awaitable[Pcm]],
    feed: LiveFeed,
    tasks: Tasks,
) -> Callable[[Jobs], list[RouteSource]]:
    """Makes the API's subjects once there are jobs."""
    levels = LevelWatch(feed, tasks, lambda watched: satellites.watch_levels(watched=watched))
    satellites.on_level = levels.take
    desk = SatelliteDesk(
        satellites,
        volumes,
        peer,
        identify=partial(_identified, satellites),
    )
    models = ModelDesk(config.models, where, config.hub.language, lambda: _in_use(engines))
    engine_desk = EngineDesk(engines, config, peer, writer, spoken)
    first_run = FirstRun(
        config, where, peer, writer=writer, tts_uris=lambda: engines.tts_uris, rooms=satellites, state=hub
    )
    broker = BrokerChoice(config.mqtt, where.etc, writer)
    return lambda jobs: [
        SatellitesApi(desk, levels),
        EnginesApi(engine_desk, jobs),
        ModelsApi(models, jobs),
        BrokerApi(broker, bus),
        SetupApi(first_run, jobs),
    ]


def _in_use(engines: EmbeddedEngines) -> dict[str, str]:
    return {engine: model.name for engine, model in engines.models.items()}


async def _identified(satellites: Satellites, name: str) -> None:
    """Its chime, then its own name: in any language, also where two stand in one room."""
    await satellites.say(name, satellite=name, before=chime)
