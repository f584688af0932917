"""Append-only public record: what was decided, by whom, when, in an order nobody can rewrite unseen."""
