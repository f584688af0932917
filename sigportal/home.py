"""What a SIG's home page says, gathered from every room in a constant number of queries."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce

from ledger.actions import sentence, url_of
from ledger.decisions import latest_of
from meetings.models import Meeting, MinutesRevision
from meetings.outlook import latest_minutes, next_meeting
from members.charts import BarChart, bar_chart
from members.models import Ballot, Person, Promotion, Repository, RoleTerm, Sig
from members.rules import can
from reviews.home import recent_records, year_of
from reviews.medians import Month
from reviews.models import PullRequest
from reviews.pulse_cache import Figures
from reviews.wording import duration_words

ROLE_ORDER = (RoleTerm.Role.MAINTAINER, RoleTerm.Role.COMMITTER, RoleTerm.Role.CONTRIBUTOR)
# More than a first screen can use; each list links to the whole.
DECIDING_SHOWN = 10
RECORDS_SHOWN = 5
MINUTES_SHOWN = 3
EVENTS_SHOWN = 5
CONTRIBUTORS_SHOWN = 12
REPOSITORIES_SHOWN = 10
SIGS_SHOWN = 200


@dataclass(frozen=True)
class Group:
    """Holders of one role; contributors may be many, so some are only counted."""

    role: str
    label: str
    terms: Sequence[RoleTerm]
    more: int


@dataclass(frozen=True)
class Decision:
    """A promotion under way, with what the reader can do about it."""

    promotion: Promotion
    days_left: int | None
    awaits_viewer: bool


@dataclass(frozen=True)
class Event:
    """Something the SIG decided, in words, and the page that tells more."""

    at: dt.datetime
    sentence: str
    url: str


@dataclass(frozen=True)
class Pulse:
    """How reviewing goes at the moment: this month's median wait in words, and how many still wait."""

    month: Month
    waiting: int

    @property
    def to_first_review(self) -> str:
        wait = self.month.to_first_review
        return duration_words(wait) if wait is not None else ""


@dataclass(frozen=True)
class Home:
    sig: Sig
    groups: Sequence[Group]
    deciding: Sequence[Decision]
    meeting: Meeting | None
    minutes: Sequence[MinutesRevision]
    records: Sequence[PullRequest]
    activity: BarChart
    pulse: Pulse
    repositories: Sequence[Repository]
    events: Sequence[Event]


# ── people ────────────────────────────────────────────────────────────────────────────────────
def _terms(sig: Sig, on: dt.date) -> list[RoleTerm]:
    return list(RoleTerm.objects.active(on).filter(sig=sig).select_related("person"))


def _groups(terms: Iterable[RoleTerm]) -> list[Group]:
    by_role: dict[str, list[RoleTerm]] = {role: [] for role in ROLE_ORDER}
    for term in terms:
        by_role[term.role].append(term)
    return [_group(role, held) for role, held in by_role.items() if held]


def _group(role: str, terms: list[RoleTerm]) -> Group:
    shown = CONTRIBUTORS_SHOWN if role == RoleTerm.Role.CONTRIBUTOR else len(terms)
    return Group(role, str(RoleTerm.Role(role).label), terms[:shown], len(terms) - shown)


# ── what is being decided ─────────────────────────────────────────────────────────────────────
def _open_promotions(sig: Sig, viewer: Person | None) -> list[Promotion]:
    cast = Ballot.objects.filter(promotion=OuterRef("pk"), voter=viewer, superseded_at=None)
    return list(
        Promotion.objects.filter(sig=sig, state__in=Promotion.OPEN_STATES)
        .select_related("person")
        .annotate(viewer_has_voted=Exists(cast))
        .order_by(F("voting_closes_at").asc(nulls_last=True), "-pk")[:DECIDING_SHOWN]
    )


def _decisions(
    sig: Sig, viewer: Person | None, terms: Iterable[RoleTerm], at: dt.datetime
) -> list[Decision]:
    held = frozenset(term.role for term in terms if viewer and term.person_id == viewer.pk)
    return [
        Decision(
            promotion,
            days_left(promotion, sig, at),
            not promotion.viewer_has_voted  # type: ignore[attr-defined]
            and any(can(step, viewer, promotion, held) for step in ("accept", "cast")),
        )
        for promotion in _open_promotions(sig, viewer)
    ]


def days_left(promotion: Promotion, sig: Sig, at: dt.datetime) -> int | None:
    """Days of the SIG's calendar until the vote closes; 0 is today, None: no vote is open."""
    closes = promotion.voting_closes_at
    if promotion.state != Promotion.State.VOTING or closes is None:
        return None
    return max((sig.day_of(closes) - sig.day_of(at)).days, 0)


# ── records, events ───────────────────────────────────────────────────────────────────────────
def _activity(year: Figures, today: dt.date) -> BarChart:
    return bar_chart([(month.first, month.merged) for month in year.months], today=today)


def _events(sig: Sig) -> list[Event]:
    return [
        Event(entry.at, sentence(entry), url_of(entry))
        for entry in latest_of(sig.slug, EVENTS_SHOWN)
    ]


# ── the page ──────────────────────────────────────────────────────────────────────────────────
def home_of(sig: Sig, viewer: Person | None, at: dt.datetime) -> Home:
    """Everything the page prints at an instant (aware); `viewer` is who looks, None: anyone."""
    today = sig.day_of(at)
    year = year_of(sig, today)
    terms = _terms(sig, today)
    deciding = _decisions(sig, viewer, terms, at)
    # One query for the logins of all people on the page.
    people = [term.person for term in terms] + [d.promotion.person for d in deciding]
    prefetch_related_objects(people, "accounts")
    return Home(
        sig=sig,
        groups=_groups(terms),
        deciding=deciding,
        meeting=next_meeting(sig, at),
        minutes=list(latest_minutes(sig, MINUTES_SHOWN)),
        records=list(recent_records(sig, RECORDS_SHOWN)),
        activity=_activity(year, today),
        pulse=Pulse(year.months[-1], year.waiting),
        repositories=list(sig.repositories.all()[:REPOSITORIES_SHOWN]),
        events=_events(sig),
    )


# ── the directory ─────────────────────────────────────────────────────────────────────────────
def directory(at: dt.datetime) -> list[Sig]:
    """All SIGs with `people_count`, and `next_meeting_at` where one is planned."""
    meetings = Meeting.objects.filter(
        sig=OuterRef("pk"), starts_at__gte=at, state__in=Meeting.OPEN_STATES
    )
    terms = RoleTerm.objects.filter(sig=OuterRef("pk"), ended_on=None).order_by()
    counted = terms.values("sig").annotate(n=Count("person", distinct=True)).values("n")
    return list(
        Sig.objects.annotate(
            people_count=Coalesce(Subquery(counted), 0),
            next_meeting_at=Subquery(meetings.order_by("starts_at").values("starts_at")[:1]),
        )[:SIGS_SHOWN]
    )
