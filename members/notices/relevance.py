"""Whether a notice still makes sense when it is about to be sent: nobody is called to a vote that is over."""

import datetime as dt

from django.conf import settings
from django.utils.module_loading import import_string

from ..ballot_box import database_now, electorate_of, rules_of
from ..models import Ballot, Notice, Promotion

CALLS_TO_VOTE = ("promotion.opened", "promotion.reminder")


def is_stale(notice: Notice) -> bool:
    """True for a call to answer, vote or remark that came to nothing, and an agenda of a meeting that
    began. Of their own kinds the rooms above say it: settings.NOTICE_STALE."""
    check = settings.NOTICE_STALE.get(notice.kind)
    if check and import_string(check)(notice):
        return True
    if notice.kind == "meeting.announced":
        return dt.datetime.fromisoformat(str(notice.data["starts_at"])) <= database_now()
    if notice.kind == "minutes.offered":
        return dt.datetime.fromisoformat(str(notice.data["closes_at"])) <= database_now()
    if notice.kind not in (*CALLS_TO_VOTE, "promotion.nominated"):
        return False
    promotion = Promotion.objects.filter(pk=notice.data.get("promotion")).select_related(
        "sig", "policy"
    )
    found = promotion.first()
    if found is None or found.state not in Promotion.OPEN_STATES:
        return True
    return notice.kind in CALLS_TO_VOTE and not _may_still_vote(notice, found)


def _may_still_vote(notice: Notice, promotion: Promotion) -> bool:
    now = database_now()
    closes_at = promotion.voting_closes_at
    if promotion.state != Promotion.State.VOTING or (closes_at and closes_at <= now):
        return False
    if notice.person is None:
        return True
    voter = notice.person.merged_into_id or notice.person.pk
    expected = not_voted if notice.kind == "promotion.reminder" else entitled
    return voter in expected(promotion, now)


def entitled(promotion: Promotion, now: dt.datetime) -> frozenset[int]:
    """Ids of those who may vote on the SIG's day of `now`. Select `sig` and `policy`."""
    electorate = electorate_of(promotion, promotion.sig.day_of(now))
    return electorate.with_role(*rules_of(promotion).electorate)


def not_voted(promotion: Promotion, now: dt.datetime) -> frozenset[int]:
    """Ids of those who may vote and have not (an abstention is a vote)."""
    live = Ballot.objects.filter(promotion=promotion, superseded_at=None)
    return entitled(promotion, now) - set(live.values_list("voter_id", flat=True))
