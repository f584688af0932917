"""Settings of the processes that a drill starts: development's, with sweeps every second."""

from sigportal.settings.dev import *  # noqa: F403
from sigportal.settings.dev import CELERY_BEAT_SCHEDULE, STORAGES

CELERY_BEAT_SCHEDULE = {
    name: {**entry, "schedule": 1.0}
    for name, entry in CELERY_BEAT_SCHEDULE.items()
    if name.startswith("sweep-")
}
# Pages need no collected files to be answered.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
