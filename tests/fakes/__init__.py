"""Stand-ins for the outside world: servers that behave like the real ones, run on loopback."""
