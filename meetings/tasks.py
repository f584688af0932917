"""Jobs of this room: ids in, fetch, call one function; safe to run twice."""

import logging

from celery import shared_task
from django.utils import timezone

from . import recurrence, schedule
from .models import Series

logger = logging.getLogger(__name__)


@shared_task
def plan_meetings() -> int:
    """Plan the coming six months of each active series; returns how many meetings are new."""
    new = 0
    for series in Series.objects.filter(is_active=True):
        try:
            new += len(schedule.plan(series, at=timezone.now()))
        except recurrence.BadRule as error:
            # Written by hand in the admin; the other series must not wait for it.
            logger.error("series %s cannot be planned: %s", series.pk, error)  # noqa: TRY400
    return new
