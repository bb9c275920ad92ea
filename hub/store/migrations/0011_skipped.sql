-- Occurrences that are left out ("no alarm tomorrow"): wall clocks with a space between them, as in ``at``.
ALTER TABLE reminders ADD COLUMN skipped TEXT NOT NULL DEFAULT '';
