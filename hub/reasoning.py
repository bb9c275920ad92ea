"""Wires the language model, where there is one: its server, its prompts, the bounds of its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from hub.config import LlmSection
from hub.llm.client import ChatClient, Server
from hub.llm.prompt import Prompts
from hub.llm.reasoner import Bounds, HouseReasoner
from hub.secret_file import SecretUnusable, read_secret
from hub.stages import House
from wire.errors import ConfigError


async def reasoner(
    section: LlmSection,
    url: str | None,
    house: House,
    *,
    known: asyncio.Event,
    clock: Callable[[], datetime],
    on_silent: Callable[[str], None],
    stack: AsyncExitStack,
) -> HouseReasoner | None:
    """Entered into ``stack``; None where no model is to be had. known: the house has been read. Raises ConfigError."""
    if url is None:
        return None
    key = await asyncio.to_thread(server_key, section)
    server = Server(url, section.model if section.url else "", key)
    client = ChatClient(server, silent_seconds=section.deadline_seconds, on_silent=on_silent)
    bounds = Bounds(section.steps, section.answer_tokens, section.deadline_seconds)
    await stack.enter_async_context(client)
    return await stack.enter_async_context(HouseReasoner(client, house, Prompts(house, clock), bounds, known))


def server_key(section: LlmSection) -> str:
    """Of a server that wants one, else empty. Blocks on the disk. Raises ConfigError (llm-key-file)."""
    try:
        return read_secret(Path(section.key_file)) if section.key_file else ""
    except SecretUnusable as why:
        raise ConfigError("llm-key-file", str(why)) from why
