"""One engine process at work, as the hub runs it, while it is measured."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping

from hub.engines.child import EngineProgram, run_child
from hub.engines.probe import describe
from hub.engines.supervisor import EngineProcess, Patience, Probe
from wire.connection import PeerSettings

READY_SECONDS = 90.0


@contextlib.asynccontextmanager
async def running_engine(
    module: str, uri: str, options: Mapping[str, object], probe: Probe | None = None
) -> AsyncIterator[EngineProcess]:
    """Ready when the block begins. probe: of an engine that is no Wyoming server. Raises EngineLost."""
    arguments = [str(word) for option in options.items() for word in option]
    program = EngineProgram(module.rpartition(".")[2], module, uri, arguments)
    settings = PeerSettings()
    async with EngineProcess(
        program.name,
        spawn=lambda: run_child(program),
        probe=probe or (lambda: describe(program.uri, settings)),
        patience=Patience(ready_seconds=READY_SECONDS),
    ) as process:
        await process.ready(READY_SECONDS)
        yield process
