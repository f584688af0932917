"""What `make` runs; nothing of the portal imports it."""
