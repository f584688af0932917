"""Jobs of this room: ids in, fetch, call one function; safe to run twice."""

import logging

from celery import shared_task

from . import following, promotion
from .ballot_box import database_now
from .models import Promotion
from .notices import reminders, sending
from .refusals import Refusal
from .transitions import BEFORE_VOTE

logger = logging.getLogger(__name__)


@shared_task
def close_due_votes() -> int:
    """Close every vote whose deadline has passed by the database's clock; returns how many."""
    now = database_now()
    due = Promotion.objects.filter(state=Promotion.State.VOTING, voting_closes_at__lte=now)
    ids = list(due.order_by("voting_closes_at").values_list("pk", flat=True))
    return sum(_close(pk) for pk in ids)


def _close(pk: int) -> bool:
    """One vote in its own transaction; another worker or a Maintainer may have been faster."""
    try:
        closed = promotion.close(promotion_id=pk, by=None, at=database_now())
    except Refusal as refusal:
        logger.info("promotion %s was not closed: %s", pk, refusal)
        return False
    logger.info("promotion %s: vote closed, %s", pk, closed.state)
    return True


@shared_task
def expire_due_nominations() -> int:
    """End every nomination nobody answered, or opened the vote for, in time; returns how many."""
    now = database_now()
    waiting = Promotion.objects.filter(state__in=BEFORE_VOTE, answer_due_at__lte=now)
    ids = list(waiting.order_by("answer_due_at").values_list("pk", flat=True))
    return sum(_expire(pk) for pk in ids)


def _expire(pk: int) -> bool:
    """One nomination in its own transaction; its answer may have come at the last moment."""
    try:
        promotion.expire(promotion_id=pk, at=database_now())
    except Refusal as refusal:
        logger.info("promotion %s did not expire: %s", pk, refusal)
        return False
    logger.info("promotion %s: expired unanswered", pk)
    return True


# ── who is who ────────────────────────────────────────────────────────────────────────────────
@shared_task
def follow_merges() -> int:
    """Bring along what was on its way to somebody while they were merged; returns how many rows."""
    return following.follow(at=database_now())


# ── notices ───────────────────────────────────────────────────────────────────────────────────
@shared_task
def sweep_notices() -> int:
    """Send what is due in the outbox; two of these at once never send the same one."""
    return sending.send_due()


@shared_task
def remind_voters() -> int:
    """Tell those who have not voted that a vote closes soon, once each; returns of how many votes."""
    return reminders.remind_due(now=database_now())
