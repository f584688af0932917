"""Pages of the meetings' room, one module a subject."""
