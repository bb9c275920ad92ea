-- What explains a turn, beside its record (docs/why.md), and what people said about it; both go with the record.
CREATE TABLE evidence (
    turn TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE turn_marks (
    turn TEXT NOT NULL PRIMARY KEY,
    mark TEXT NOT NULL CHECK (mark IN ('false-wake', 'meant', 'right')),
    note TEXT NOT NULL -- what was meant; empty where the mark says it all
) STRICT;

CREATE TRIGGER turns_gone AFTER DELETE ON turns BEGIN
    DELETE FROM evidence WHERE turn = old.turn;
    DELETE FROM turn_marks WHERE turn = old.turn;
END;

-- How busy and how warm the box is, every five minutes for thirty days.
CREATE TABLE machine_samples (
    at INTEGER PRIMARY KEY, -- seconds since 1970, UTC
    cpu_percent REAL NOT NULL, -- of all cores together
    memory_percent REAL NOT NULL,
    hub_cpu_percent REAL NOT NULL, -- the hub and its engines, of all cores together
    hub_memory_mb REAL NOT NULL, -- the hub and its engines
    temperature_c REAL -- NULL: this box does not tell
) STRICT;
