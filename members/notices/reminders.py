"""Reminding those who have not voted: two working days before the close, and when a Maintainer asks."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from ..holiday import china
from ..models import Person, Promotion
from ..refusals import NotAllowed, Refusal, WrongState
from ..rules import may_remind, roles_of
from ..working_days import ONE_DAY, Calendar
from .about import about_promotion
from .outbox import tell_all
from .relevance import not_voted

WORKING_DAYS_BEFORE = 2
# Nobody is reminded in the middle of the night of the SIG's zone.
HOUR = 9


class AlreadyReminded(Refusal):
    def __init__(self) -> None:
        super().__init__(_("今天已经提醒过，每天最多提醒一次。"))


class EverybodyVoted(Refusal):
    def __init__(self) -> None:
        super().__init__(_("有表决权的成员都已投票，不需要提醒。"))


# ── by the clock ──────────────────────────────────────────────────────────────────────────────
def remind_due(*, now: dt.datetime, calendar: Calendar | None = None) -> int:
    """Remind in every vote whose moment has come (aware UTC, the database's clock); safe to repeat.

    A vote that was opened after its moment gets no reminder. Returns in how many votes somebody
    was still to vote.
    """
    voting = Promotion.objects.filter(state=Promotion.State.VOTING, voting_closes_at__gt=now)
    soon = voting.filter(voting_closes_at__lte=now + dt.timedelta(days=31))
    calendar, reminded = calendar or china(), 0
    for promotion in soon.select_related("sig", "policy", "person"):
        moment = moment_of(promotion, calendar)
        opened_at = promotion.voting_opens_at or now
        if opened_at < moment <= now:
            reminded += bool(_tell(promotion, f"promotion:{promotion.pk}:reminder", now))
    return reminded


def moment_of(promotion: Promotion, calendar: Calendar) -> dt.datetime:
    """When to remind (UTC): 09:00 in the SIG's zone, two working days before the day of the close."""
    assert promotion.voting_closes_at is not None  # noqa: S101 - votes that are open have one
    closes_on = promotion.sig.day_of(promotion.voting_closes_at)
    day = working_days_before(closes_on, WORKING_DAYS_BEFORE, calendar)
    local = dt.datetime.combine(day, dt.time(HOUR), promotion.sig.zone)
    return local.astimezone(dt.UTC)


def working_days_before(day: dt.date, number: int, calendar: Calendar) -> dt.date:
    """The `number`-th working day before `day`; a break of more than a month counts as working."""
    idle = 0
    while number:
        day -= ONE_DAY
        working = calendar.is_working_day(day) or idle > 31
        number, idle = (number - 1, 0) if working else (number, idle + 1)
    return day


# ── by a Maintainer ───────────────────────────────────────────────────────────────────────────
@transaction.atomic
def remind_now(*, promotion_id: int, by: Person, at: dt.datetime) -> int:
    """Remind those who have not voted, once a day of the SIG; returns how many.

    `at`: the database's clock. Raises NotAllowed, WrongState, EverybodyVoted, AlreadyReminded.
    """
    rows = Promotion.objects.select_related("sig", "policy", "person")
    # The lock makes a double click one reminder and one refusal.
    promotion = rows.select_for_update(of=("self",)).get(pk=promotion_id)
    roles = roles_of(by, promotion.sig, promotion.sig.day_of(at))
    if not may_remind(by, promotion, roles):
        raise NotAllowed(_("只有候选人以外的 Maintainer 可以提醒尚未表决的成员。"))
    closes_at = promotion.voting_closes_at
    if promotion.state != Promotion.State.VOTING or (closes_at and closes_at <= at):
        raise WrongState(promotion)
    if not not_voted(promotion, at):
        raise EverybodyVoted
    key = f"promotion:{promotion.pk}:reminder:{promotion.sig.day_of(at)}"
    told = _tell(promotion, key, at)
    if not told:
        raise AlreadyReminded
    return told


def _tell(promotion: Promotion, key: str, at: dt.datetime) -> int:
    """How many are told now for the first time under this key."""
    people = Person.objects.filter(pk__in=not_voted(promotion, at))
    return tell_all(
        key=key,
        kind="promotion.reminder",
        people=people,
        data=about_promotion(promotion),
        at=at,
    )
