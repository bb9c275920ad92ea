"""Lists: items by the name of their list, on disk before they are confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.reminders.asked import Asked, CannotKeep, Handler, answered, new_id
from hub.reminders.clock import utc_now
from hub.reminders.items import MAX_ITEMS
from hub.stages import Result, Told
from hub.store.database import Database

SHOPPING = ""  # no list was named
NAMED_AT_ONCE = 30  # of a list that is read out
_WORDS_FOR_SHOPPING = frozenset({"", "shopping", "shopping list"})


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    list: str
    text: str
    done: bool


class Lists:
    """Named lists over the store; names and items are compared without case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def names(self) -> list[str]:
        """Of all lists with something on them, done or not. Raises StoreLost."""
        return [name for (name,) in await self._database.rows("SELECT DISTINCT list FROM list_items ORDER BY list")]

    async def entries(self, name: str) -> list[Entry]:
        """As they were added. Raises StoreLost."""
        rows = await self._database.rows(
            "SELECT id, list, text, done FROM list_items WHERE list = ? ORDER BY id", (name,)
        )
        return [Entry(id_, list_, text, bool(done)) for id_, list_, text, done in rows]

    async def spelled(self, said: str) -> str:
        """A list's name as it was first written: what is said has no case that counts. Raises StoreLost."""
        if said.casefold() in _WORDS_FOR_SHOPPING:
            return SHOPPING
        same = (name for name in await self.names() if name.casefold() == said.casefold())
        return next(same, said)

    async def add(self, name: str, text: str) -> None:
        """Raises StoreLost, CannotKeep (items_full)."""
        ((count,),) = await self._database.rows("SELECT count(*) FROM list_items")
        if count >= MAX_ITEMS:
            raise CannotKeep("items_full", {"most": MAX_ITEMS})
        row = (new_id(utc_now()), name, text)
        await self._database.write(("INSERT INTO list_items (id, list, text, done) VALUES (?, ?, ?, 0)", row))

    async def complete(self, entry: Entry) -> None:
        await self._database.write(("UPDATE list_items SET done = 1 WHERE id = ?", (entry.id,)))

    async def remove(self, entries: Sequence[Entry]) -> None:
        if entries:
            await self._database.write(*(("DELETE FROM list_items WHERE id = ?", (each.id,)) for each in entries))


@dataclass(frozen=True, slots=True)
class ListIntents:
    """Handlers of home-assistant-intents' list intents and of our own two."""

    lists: Lists

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "HassShoppingListAddItem": self._add,
            "HassShoppingListCompleteItem": self._complete,
            "HassListAddItem": self._add,
            "HassListCompleteItem": self._complete,
            "HassListRemoveItem": self._remove,
            "EarshotReadList": self._read,
            "EarshotClearList": self._clear,
        }

    async def _add(self, asked: Asked) -> Result:
        name, text = await self._named(asked), _item(asked)
        here = await self.lists.entries(name)
        if any(not entry.done and entry.text.casefold() == text.casefold() for entry in here):
            return answered(_told("item_there", name, item=text))
        await self.lists.add(name, text)
        return answered(_told("item_added", name, item=text))

    async def _complete(self, asked: Asked) -> Result:
        name, text = await self._named(asked), _item(asked)
        found = _find([entry for entry in await self.lists.entries(name) if not entry.done], text)
        if found is None:
            return _unknown(name, text)
        await self.lists.complete(found)
        return answered(_told("item_completed", name, item=found.text))

    async def _remove(self, asked: Asked) -> Result:
        name, text = await self._named(asked), _item(asked)
        found = _find(await self.lists.entries(name), text)
        if found is None:
            return _unknown(name, text)
        await self.lists.remove([found])
        return answered(_told("item_removed", name, item=found.text))

    async def _read(self, asked: Asked) -> Result:
        """What is still to be done of it."""
        name = await self._named(asked)
        texts = [entry.text for entry in await self.lists.entries(name) if not entry.done]
        if not texts:
            return answered(_told("list_empty", name))
        told = [_told("list_items", name, items=texts[:NAMED_AT_ONCE])]
        if len(texts) > NAMED_AT_ONCE:
            told.append(Told("more", {"count": len(texts) - NAMED_AT_ONCE}))
        return answered(*told)

    async def _clear(self, asked: Asked) -> Result:
        name = await self._named(asked)
        entries = await self.lists.entries(name)
        await self.lists.remove(entries)
        return answered(_told("list_cleared", name, count=len(entries)))

    async def _named(self, asked: Asked) -> str:
        return await self.lists.spelled(asked.text("list") or asked.text("name"))


def _item(asked: Asked) -> str:
    if not (text := asked.text("item")):
        raise CannotKeep("text_missing")
    return text


def _find(entries: Sequence[Entry], text: str) -> Entry | None:
    """The one of that text, else the only one that has it in its text."""
    wanted = text.casefold()
    exact = [entry for entry in entries if entry.text.casefold() == wanted]
    similar = exact or [entry for entry in entries if wanted in entry.text.casefold()]
    return similar[0] if exact or len(similar) == 1 else None


def _told(key: str, name: str, **values: object) -> Told:
    """``…_shopping`` of the list that has no name."""
    return Told(key, {**values, "list": name}) if name else Told(f"{key}_shopping", values)


def _unknown(name: str, text: str) -> Result:
    return Result("unknown_target", told=(_told("item_unknown", name, item=text),), problem="item-unknown")
