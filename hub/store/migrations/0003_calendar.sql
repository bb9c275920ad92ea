-- Reminders of events that were said, so that a restart does not say them again.
CREATE TABLE calendar_reminded (
    mark TEXT PRIMARY KEY, -- hash of the calendar, the event and the moment: nothing of the event can be read from it
    at TEXT NOT NULL -- UTC; old ones are deleted by it
) STRICT;
