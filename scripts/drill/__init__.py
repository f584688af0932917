"""Fault drills: what is promised, tried by killing and cutting real processes."""
