"""Who talks to the hub: satellites, recordings, other programs that use our speech services."""
