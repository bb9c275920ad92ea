"""What people may set: the schema of hub.toml, and the file changed with its comments kept."""
