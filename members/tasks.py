"""Jobs of this room: ids in, fetch, call one function; safe to run twice."""
