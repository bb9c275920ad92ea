"""The household's calendars: .ics files and folders, CalDAV servers in the house."""
