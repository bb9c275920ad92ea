"""The command recogniser: phones heard in the wake engine's features, searched for the sentences of a house."""
