-- How loud each satellite plays, where somebody changed it.
CREATE TABLE volumes (
    satellite TEXT PRIMARY KEY,
    percent INTEGER NOT NULL
) STRICT;
