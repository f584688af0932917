"""Keeping the mirror true to the code host: fetch, diff, apply, one page after another."""
