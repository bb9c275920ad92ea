-- What people noted on rooms, devices and persons with `earshot house`; goes before house.toml.
CREATE TABLE house_notes (
    kind TEXT NOT NULL, -- room, device, person
    id TEXT NOT NULL, -- name of the room or person, entity id
    note TEXT NOT NULL, -- JSON
    PRIMARY KEY (kind, id)
) STRICT;
