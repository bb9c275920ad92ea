"""The composition root: makes every part of the hub, wires them, and ends them in reverse order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from hub.acting import Actors
from hub.alone import alone
from hub.arbiter import Arbiter
from hub.asking import Asker
from hub.browsers import Browsers
from hub.bus.client import Bus
from hub.config import HubConfig, SatelliteSection
from hub.control import Hub, control_path
from hub.dialogue import Dialogue
from hub.embedded import EmbeddedEngines
from hub.house.file import HouseFile
from hub.house.notes import Notes
from hub.house.registry import HouseRegistry
from hub.house.simulated.house import SimulatedHouse
from hub.house_parts import devices, house_actor, understanding
from hub.intent.replies import TemplateReplier
from hub.links.book import BOOK_FILE, SatelliteBook
from hub.links.introductions import VERSION
from hub.links.offers import offered
from hub.links.satellites import Satellites
from hub.looking import Looking, machine_watch
from hub.metrics import Metrics
from hub.news import News
from hub.page_parts import PageParts
from hub.preparing import broker_address, check, peer_settings, prepare
from hub.presence.device import HubDevice
from hub.presence.identity import hub_id
from hub.presence.payload import Hub as HubIdentity
from hub.reasoning import reasoner
from hub.reload import Reload
from hub.reload_parts import ReloadParts
from hub.session import SessionParts
from hub.settings.file import SettingsFile
from hub.settings.settings import Settings
from hub.stages import Synthesizer, Transcriber
from hub.store.journal import Journal
from hub.store.speech import SpeechKeeper, SpeechShelf
from hub.stt.first_pass import FirstPass
from hub.stt.wyoming_client import WyomingTranscriber
from hub.timekeeping import HouseTime, house_time, rules
from hub.trace import Trace
from hub.tts.ahead import say_ahead
from hub.tts.wyoming_client import WyomingSynthesizer
from hub.turn import Stages
from hub.vad.silero import SileroVoices
from hub.wake.feed import ScoreFeed
from hub.wake.rooms import WakeRooms
from hub.wake.words import WakeWords
from hub.wake_choices import HubWake, kept_choices
from hub.web.live import LiveFeed
from hub.witness import Witnesses
from hub.worker import AudioWorker
from wire.connection import PeerSettings
from wire.discovery import Found, browse
from wire.places import Places
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

SHOW_SECONDS = 1.0
FIRST_PASS_SECONDS = 1.0  # from the end of speech; it takes a twentieth of that, or something is wrong with it


@asynccontextmanager
async def open_hub(
    config: HubConfig,
    where: Places,
    *,
    simulated: Path | None = None,
    beside: Sequence[SatelliteSection] = (),
    file: Path | None = None,
    restart: Callable[[], None] | None = None,
) -> AsyncIterator[Hub]:
    """Run a hub while the block runs; satellites are served at once, ``wait_ready()`` tells when all is there.

    simulated: a house file that is run as MQTT clients on the hub's broker, and read for rooms and aliases.
    beside: satellites that stand in no file. file: what ``config`` was read from, ``hub.toml`` if not given.
    restart: ends the program and begins it anew; None where it is another's to do.
    Raises ConfigError (a port in use, a file that cannot be read, another hub), BrokerLost (broker-missing).
    """
    in_force, config = Reload(config), msgspec.structs.replace(config, satellite=[*config.satellite, *beside])
    home, house_file, routines, answers = await asyncio.to_thread(prepare, config, where, simulated)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        await enter(alone(where.run))
        journal = await enter(Journal(where.var / "earshot.db", config.store))
        peer = peer_settings(config)
        engines = await enter(EmbeddedEngines(config, where, peer))
        address = await broker_address(config, where, stack)
        identity = HubIdentity(
            id=await asyncio.to_thread(hub_id, where.var / "hub-id"),
            name=config.hub.name,
            version=VERSION,
            transcripts=config.privacy.publish_transcripts,
        )
        bus = await enter(Bus(address, name=f"earshot_{identity.id}", status_topic=identity.topics.status))
        tasks = await enter(Tasks())
        if simulated:
            await enter(SimulatedHouse(house_file, address, config.mqtt.discovery_prefix))
        house, notes = await devices(config, bus, journal, house_file, tasks)
        known = asyncio.Event()
        tasks.start(_learn(house, known), name="house")
        replier = TemplateReplier(house, partial(datetime.now, home.zone), languages=[config.hub.language])
        time = await house_time(
            config,
            where.var / "calendar",
            journal=journal,
            home=home,
            house=house,
            words=partial(replier.told, language=config.hub.language),
            routines=routines,
            tasks=tasks,
            stack=stack,
        )
        thinker = await reasoner(
            config.llm,
            engines.llm_url,
            house,
            known=known,
            clock=time.now,
            on_silent=engines.suspect,
            stack=stack,
        )
        synthesizer = WyomingSynthesizer(
            engines.tts_uris,
            peer,
            deadline_seconds=config.tts.deadline_seconds,
            voice=engines.voice,
            stands_in=not config.tts.uris,
            on_silent=engines.suspect,
        )
        actor = house_actor(config, house, bus, codes=answers.codes, journal=journal, now=time.now, tasks=tasks)
        dialogue = Dialogue(answers)
        stages = Stages(
            transcriber=_transcriber(engines, config, peer),
            interpreter=await understanding(config.hub.language, house, routines, time.now, stack),
            actor=Actors(actor, time.actors),
            replier=replier,
            synthesizer=synthesizer,
            reasoner=thinker,
            dialogue=dialogue,
        )
        metrics, feed, machine = Metrics(), LiveFeed(), machine_watch(journal, tasks)
        looking = Looking(feed, tasks)
        records = _Records(journal, metrics, time.announcer.spoken_in, feed, looking.witnesses)
        worker = stack.enter_context(AudioWorker())
        wake_words, wake_rooms, wakes = await _wakes(config, where, journal, looking, worker=worker, stack=stack)
        keeper = stack.enter_context(SpeechKeeper(SpeechShelf(where.var / "speech")))
        parts = SessionParts(
            stages=stages,
            endpoint=config.endpoint,
            language=config.hub.language,
            new_voice=SileroVoices(where.cache / "voice"),
            new_wake=lambda room: wake_rooms.room(room, wake_words.rules(room)),
            run_in_worker=worker,
            arbiter=Arbiter(),
            on_trace=records.take,
            on_scores=looking.scores.tell,
            voiced=synthesizer.speaking_as,
            keep_speech=keeper.keep if config.privacy.keep_speech else None,
            new_witness=looking.witnesses.begin,
            scores_until=looking.recent.until,
        )
        time.errands.parts, time.announcer.reaching = parts, partial(_reaching, notes, house_file)
        satellites = await enter(
            _satellites(parts, config, peer, time, where, wakes=wakes, scores=looking.scores, tasks=tasks)
        )
        hub = Hub(
            path=control_path(where),
            bus=bus,
            house=house,
            known=known,
            engines=engines,
            journal=journal,
            satellites=satellites,
            asker=(asker := Asker(parts)),
            stages=stages,
            reasoner=thinker,
            calendars=time.calendars,
            reminders=time.reminders,
            volumes=time.volumes,
            metrics=metrics,
            machine=machine,
            scores=looking.scores,
            wake_words=wake_words,
            language=config.hub.language,
        )
        news = await enter(News(feed, house, hub))
        hub.rules_running = await enter(
            rules(
                where.etc / "rules.toml",
                config,
                hub=hub,
                house=house,
                bus=bus,
                known=known,
                journal=journal,
                errands=time.errands,
                home=home,
                topics=identity.topics,
                pages=news,
            )
        )
        records.device = await enter(HubDevice(bus, hub, identity, discovery_prefix=config.mqtt.discovery_prefix))
        time.listeners += [records.device.happened, partial(satellites.timer, tasks), news.on_reminder]
        tasks.start(engines.follow(house, known), name="speech grammar")
        if engines.keeps_phrases:
            tasks.start(_say_ahead(replier, stages.synthesizer, config.hub.language, known), name="phrases")
        tasks.start(_show(hub, records.device), name="presence")
        await enter(offered(config.services, peer, parts, hub, words=config.wake.words))
        ReloadParts(
            where=where,
            now=time.now,
            beside=beside,
            actor=actor,
            dialogue=dialogue,
            journal=journal,
            satellites=satellites,
            listening=(satellites, asker, browsers := Browsers(parts, satellites)),
            keep_speech=keeper.keep,
            wakes=wakes,
            rules=hub.rules_running,
            reminders=time.reminders,
            device=records.device,
        ).register(in_force)
        page = PageParts(
            hub=hub,
            config=config,
            where=where,
            settings=Settings(SettingsFile(file or where.etc / "hub.toml"), in_force, partial(check, where=where)),
            restart=restart,
            home=home,
            house=house,
            notes=notes,
            journal=journal,
            time=time,
            rules=hub.rules_running,
            dialogue=dialogue,
            parts=parts,
            satellites=satellites,
            browsers=browsers,
            engines=engines,
            peer=peer,
            bus=bus,
            machine=machine,
            feed=feed,
            tasks=tasks,
        )
        hub.page = await enter(page.served())
        yield hub


@asynccontextmanager
async def _satellites(
    parts: SessionParts,
    config: HubConfig,
    peer: PeerSettings,
    time: HouseTime,
    where: Places,
    *,
    wakes: HubWake,
    scores: ScoreFeed,
    tasks: Tasks,
) -> AsyncIterator[Satellites]:
    book = await asyncio.to_thread(SatelliteBook, where.var / BOOK_FILE)
    async with AsyncExitStack() as stack:
        satellites = Satellites(parts, config.links, peer, config.satellite, time.volumes, wakes=wakes, book=book)
        await stack.enter_async_context(satellites)
        time.announcer.rooms, scores.on_watched = satellites, partial(_on_watched, satellites, tasks)
        if config.links.discover:
            await stack.enter_async_context(browse(partial(_on_found, satellites)))
        yield satellites


class _Records:
    """Where every finished turn's record goes; nothing here waits for a disk or a network."""

    def __init__(
        self,
        journal: Journal,
        metrics: Metrics,
        on_spoken: Callable[[str], None],
        feed: LiveFeed,
        witnesses: Witnesses,
    ) -> None:
        """on_spoken: told where somebody spoke."""
        self._journal, self._metrics, self._on_spoken, self._feed = journal, metrics, on_spoken, feed
        self._witnesses = witnesses
        self.device: HubDevice | None = None

    async def take(self, trace: Trace) -> None:
        self._journal.record(trace, self._witnesses.end(trace))
        self._metrics.count(trace)
        self._on_spoken(trace.satellite)
        self._feed.tell("turn", trace)
        if self.device:
            self.device.report(trace)


def _transcriber(engines: EmbeddedEngines, config: HubConfig, peer: PeerSettings) -> Transcriber:
    servers = WyomingTranscriber(engines.stt_uris, peer, config.stt.deadline_seconds, on_silent=engines.suspect)
    if engines.first_pass_uri is None:
        return servers
    first = [engines.first_pass_uri]
    return FirstPass(WyomingTranscriber(first, peer, FIRST_PASS_SECONDS, on_silent=engines.suspect), servers)


async def _wakes(
    config: HubConfig, where: Places, journal: Journal, looking: Looking, *, worker: AudioWorker, stack: AsyncExitStack
) -> tuple[WakeWords, WakeRooms, HubWake]:
    """Wake words that the hub hears itself, in rooms that listen by what was chosen for them."""
    choices = await kept_choices(journal.database)
    words = WakeWords(config.wake, config.satellite, where, choices.all())
    rooms = await stack.enter_async_context(WakeRooms(words.open_engine, worker, on_scores=looking.on_scores))
    return words, rooms, HubWake(words, rooms, choices)


def _on_watched(satellites: Satellites, tasks: Tasks, watched: bool) -> None:  # noqa: FBT001 ScoreFeed's callback
    tasks.start(satellites.watch_wake(watched=watched), name="wake.watched")


def _on_found(satellites: Satellites, change: str, found: Found) -> None:
    uri = f"tcp://{found.host}:{found.port}"
    if change == "added":
        satellites.keeper.found(found.name, uri)
    else:
        satellites.keeper.lost(uri)


async def _say_ahead(replier: TemplateReplier, voice: Synthesizer, language: str, known: asyncio.Event) -> None:
    await known.wait()
    await say_ahead(voice, replier.constant(language), language)


def _reaching(notes: Notes | None, file: HouseFile, person: str) -> tuple[str, ...]:
    """A person's satellites, as they are noted now."""
    return (notes.all() if notes else file).reaching(person)


async def _learn(house: HouseRegistry, known: asyncio.Event) -> None:
    """Wait until everything that the broker retains about the house has been read."""
    while not await house.settled():
        pass
    known.set()


async def _show(hub: Hub, device: HubDevice) -> None:
    """Keep Home Assistant's picture of the hub true; what did not change is not published again."""
    while True:
        rooms = [status for status in hub.satellites() if status.kind == "satellite"]  # pages come and go
        device.show(hub.health(), rooms, hub.upcoming())
        await asyncio.sleep(SHOW_SECONDS)
