"""Series, calendar, agenda, minutes and action items."""
