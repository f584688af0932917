"""What can be asked for, one module a subject: each a thin reading of a room's public rows."""
