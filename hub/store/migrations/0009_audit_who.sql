-- The way a command came in, and what was shown for it and by whom; NULL in entries from before.
ALTER TABLE audit ADD COLUMN via TEXT; -- voice, cli, mqtt, wyoming, hub
ALTER TABLE audit ADD COLUMN granted TEXT; -- yes, pin, code
ALTER TABLE audit ADD COLUMN person TEXT; -- whose PIN it was, where it is somebody's own
