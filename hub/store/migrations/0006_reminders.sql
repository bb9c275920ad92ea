-- What is to come, and nothing else: an item that is done is deleted (docs/time.md).
CREATE TABLE reminders (
    id TEXT PRIMARY KEY, -- ULID: when it was made
    kind TEXT NOT NULL CHECK (kind IN ('timer', 'alarm', 'reminder')),
    text TEXT NOT NULL,
    area TEXT,
    satellite TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT, -- wall clock, no offset; NULL for timers and events
    repeat TEXT NOT NULL, -- RRULE, RFC 5545
    settled TEXT, -- wall clock up to which every occurrence is acknowledged
    length_seconds REAL NOT NULL, -- of a timer, as it was made
    left_seconds REAL, -- of a paused timer
    due TEXT, -- UTC, of a timer, a snooze or an event that came
    snoozed INTEGER NOT NULL,
    command TEXT NOT NULL,
    entity TEXT NOT NULL, -- whose state is waited for
    entity_state TEXT NOT NULL,
    important INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE list_items (
    id TEXT PRIMARY KEY, -- ULID: the order in which they were added
    list TEXT NOT NULL, -- empty: the shopping list
    text TEXT NOT NULL,
    done INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX list_items_list ON list_items (list, id);
