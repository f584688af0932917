"""Review history from a plain git clone: what merge commits tell, brought into the mirror's tables."""
