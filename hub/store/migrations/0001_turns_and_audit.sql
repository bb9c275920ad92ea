-- id grows and is never used again, so "the newest N" is arithmetic on it.
CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    turn TEXT NOT NULL UNIQUE,
    started TEXT NOT NULL,
    record TEXT NOT NULL -- the trace record, JSON (docs/trace.md)
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    turn TEXT NOT NULL,
    satellite TEXT NOT NULL,
    area TEXT,
    sentence TEXT, -- NULL: transcripts are not kept
    entity TEXT NOT NULL,
    command TEXT NOT NULL,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL,
    outcome TEXT NOT NULL,
    evidence_topic TEXT, -- NULL: nothing proved it
    evidence_payload TEXT,
    evidence_after_ms REAL
) STRICT;
CREATE INDEX audit_entity ON audit (entity, id);
