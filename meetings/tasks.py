"""Jobs of this room: ids in, fetch, call one function; safe to run twice."""

import datetime as dt
import logging

from celery import shared_task
from django.utils import timezone

from . import (
    action_reminders,
    filling,
    freezing,
    offering,
    overdue,
    recurrence,
    schedule,
    turn_reminders,
)
from .models import Meeting, Series

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


@shared_task
def fill_agendas() -> int:
    """Put what is due on the agenda of each SIG's next meeting; returns how many items changed."""
    now = timezone.now()
    return sum(_fill(pk, now) for pk in filling.next_to_fill(now).values_list("pk", flat=True))


def _fill(pk: int, now: dt.datetime) -> int:
    """One meeting in its own transaction; the host may have closed it at this moment."""
    try:
        return filling.fill(meeting=Meeting(pk=pk), at=now)
    except (schedule.Refused, Meeting.DoesNotExist) as refusal:
        logger.info("agenda of meeting %s was not filled: %s", pk, refusal)
        return 0


@shared_task
def announce_agendas() -> int:
    """Freeze and announce the agendas of what begins within days; returns how many were announced."""
    now = timezone.now()
    return sum(_freeze(pk, now) for pk in freezing.due_to_freeze(now).values_list("pk", flat=True))


def _freeze(pk: int, now: dt.datetime) -> bool:
    """One meeting in its own transaction; it may have been cancelled at this moment."""
    try:
        freezing.freeze(meeting=Meeting(pk=pk), by=None, at=now)
    except (schedule.Refused, Meeting.DoesNotExist) as refusal:
        logger.info("agenda of meeting %s was not announced: %s", pk, refusal)
        return False
    return True


@shared_task
def remind_minutes() -> int:
    """Remind of minutes that nobody published, and of remarks on them that closed; returns how many
    people are told."""
    now = timezone.now()
    return overdue.remind_due(now=now) + offering.remind_closed(now=now)


@shared_task
def remind_action_owners() -> int:
    """Remind owners of action items that are due, or were a week ago; returns how many."""
    return action_reminders.remind_due(timezone.now())


@shared_task
def remind_turns() -> int:
    """Tell host and scribe that a meeting is theirs, and remind them a week before; returns how many."""
    return turn_reminders.remind_due(timezone.now())
