"""The Celery app: wakes workers; what is due stands in the database, never only in the broker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sigportal.settings.dev")

app = Celery("sigportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="file_change_tasks")
