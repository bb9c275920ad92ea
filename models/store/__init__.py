"""Models that are no part of the package: which there are, fetched only when a person asks, checked, kept."""
