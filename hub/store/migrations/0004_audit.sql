-- SQLite has no SHA-256 of its own, so entries from before this step stay unsealed: previous and hash are NULL.
ALTER TABLE audit ADD COLUMN why TEXT; -- what started it, where no sentence did
ALTER TABLE audit ADD COLUMN problem TEXT; -- code of the turn's error
ALTER TABLE audit ADD COLUMN previous TEXT; -- hash of the entry before
ALTER TABLE audit ADD COLUMN hash TEXT; -- docs/audit.md

-- One row: where the chain begins (the last entry before it, and its hash) and where it ends.
CREATE TABLE audit_chain (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    anchor_id INTEGER NOT NULL,
    anchor TEXT NOT NULL,
    head_id INTEGER NOT NULL,
    head TEXT NOT NULL
) STRICT;
INSERT INTO audit_chain
    SELECT 1, newest, '', newest, '' FROM (SELECT coalesce(max(id), 0) AS newest FROM audit);
