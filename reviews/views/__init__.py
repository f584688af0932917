"""Pages of the reviews' room: records, issues, sync."""
