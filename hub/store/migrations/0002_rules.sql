CREATE TABLE rule_firings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, -- UTC
    rule TEXT NOT NULL,
    cause TEXT NOT NULL, -- the trigger in words
    conditions TEXT NOT NULL, -- JSON: each with the value that it met
    actions TEXT NOT NULL -- JSON: each with what came of it; [] while it waits for the end of quiet hours
) STRICT;
CREATE INDEX rule_firings_rule ON rule_firings (rule, id);
