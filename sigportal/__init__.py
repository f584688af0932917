"""Wiring of the portal: settings, addresses, the Celery app and the home page. Nothing imports it."""

from sigportal.celery import app as celery_app

__all__ = ["celery_app"]
