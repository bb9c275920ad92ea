-- Which wake word each satellite listens for, and how readily it counts, where somebody chose (docs/wake.md).
CREATE TABLE wake_choices (
    satellite TEXT PRIMARY KEY,
    word TEXT, -- NULL: as configured
    sensitivity INTEGER -- 0 to 100; NULL: the configured thresholds
) STRICT;
