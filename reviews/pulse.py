"""How reviewing goes in a SIG: who waits, who carries the load, how long it takes.

A counted review is a word that counted on a pull request since merged (or a merge commit's witness);
it belongs to the day of the merge. Robots do not count.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Aggregate, Count, DurationField, F, Q, QuerySet
from django.db.models.functions import Lower, TruncMonth

from members.models import Account, Person, RoleTerm, Sig

from .medians import (
    Concentration,
    Merge,
    Month,
    by_month,
    concentration,
    filled,
    firsts_of_months,
    start_of,
)
from .models import PullRequest, Review
from .models.mirror import UNSHOWN
from .verdict import BOTS

RECENT_DAYS = 90
WAITING_SHOWN = 20
# Everyone on the roster is shown, and so many others.
OTHERS_SHOWN = 20
COUNTED = Q(has_lgtm=True) | Q(has_approve=True) | Q(is_witnessed=True)


@dataclass(frozen=True)
class Scope:
    """What is asked about: repositories of a SIG and how many months back, the running one included."""

    sig: Sig
    repository_ids: Sequence[int]
    months: int
    today: dt.date

    @property
    def firsts(self) -> list[dt.date]:
        return firsts_of_months(self.today, self.months)

    @property
    def since(self) -> dt.datetime:
        return start_of(self.firsts[0], self.sig.zone)

    @property
    def recent_since(self) -> dt.datetime:
        return start_of(self.today - dt.timedelta(days=RECENT_DAYS), self.sig.zone)


@dataclass(frozen=True)
class Load:
    """One reviewer: counted reviews lately and in the period, and open pull requests they spoke on."""

    person: Person
    role: str
    recent: int
    period: int
    open: int


@dataclass(frozen=True)
class Loads:
    rows: Sequence[Load]
    # Reviewers beyond those shown.
    more: int
    concentration: Concentration


@dataclass(frozen=True)
class Waiting:
    """A pull request nobody has reviewed yet, and since how many whole days."""

    pull: PullRequest
    days: int


# ── waiting ───────────────────────────────────────────────────────────────────────────────────
def unreviewed(repository_ids: Iterable[int]) -> QuerySet[PullRequest]:
    """Open pull requests, drafts left out, that nobody has reviewed yet."""
    return PullRequest.objects.filter(
        repository__in=repository_ids,
        state=PullRequest.State.OPEN,
        first_review_at=None,
        is_draft=False,
    )


def waiting(
    repository_ids: Iterable[int], at: dt.datetime, limit: int = WAITING_SHOWN
) -> list[Waiting]:
    """Those that wait longest, at an instant (aware); three queries."""
    pulls = (
        unreviewed(repository_ids)
        .select_related("repository", "author__person")
        .prefetch_related("author__person__accounts")
        .defer(*UNSHOWN)
        .order_by("created_at", "pk")[:limit]
    )
    return [Waiting(pull, max((at - pull.created_at).days, 0)) for pull in pulls]


# ── months ────────────────────────────────────────────────────────────────────────────────────
class _Median(Aggregate):
    """Exact median of durations; only PostgreSQL knows it."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def months_of(scope: Scope) -> list[Month]:
    """Figures of each month of the scope, oldest first; one query."""
    merged = PullRequest.objects.filter(
        repository__in=scope.repository_ids,
        state=PullRequest.State.MERGED,
        merged_at__gte=scope.since,
    )
    zone = scope.sig.zone
    computes = connection.vendor == "postgresql"
    found = _in_database(merged, zone) if computes else by_month(_merges(merged), zone)
    return filled(found, scope.firsts)


def _in_database(merged: QuerySet[PullRequest], zone: ZoneInfo) -> dict[dt.date, Month]:
    rows = (
        merged.annotate(month=TruncMonth("merged_at", tzinfo=zone))
        .values_list("month")
        .annotate(
            merged=Count("pk"),
            reviewed=Count("first_review_at"),
            to_first_review=_Median(F("first_review_at") - F("created_at")),
            to_merge=_Median(F("merged_at") - F("created_at")),
        )
        .order_by()
    )
    return {month.date(): Month(month.date(), *figures) for month, *figures in rows}


def _merges(merged: QuerySet[PullRequest]) -> Iterator[Merge]:
    """Three instants a row, streamed: an engine without medians gets them from `medians`."""
    for merged_at, created_at, first_review_at in merged.values_list(
        "merged_at", "created_at", "first_review_at"
    ).iterator(chunk_size=5000):
        if merged_at is not None:
            yield merged_at, created_at, first_review_at


# ── load ──────────────────────────────────────────────────────────────────────────────────────
def counted_by_account(scope: Scope) -> dict[int, tuple[int, int]]:
    """(lately, in the whole period) counted reviews by account; one query."""
    rows = (
        _by_people()
        .filter(
            COUNTED,
            pull__repository__in=scope.repository_ids,
            pull__state=PullRequest.State.MERGED,
            pull__merged_at__gte=scope.since,
        )
        .values_list("account")
        .annotate(
            recent=Count("pk", filter=Q(pull__merged_at__gte=scope.recent_since)),
            period=Count("pk"),
        )
        .order_by()
    )
    return {account_id: (recent, period) for account_id, recent, period in rows}


def open_by_account(repository_ids: Iterable[int]) -> dict[int, int]:
    """Open pull requests of others on which somebody spoke, by account; one query."""
    rows = (
        _by_people()
        .filter(pull__repository__in=repository_ids, pull__state=PullRequest.State.OPEN)
        .exclude(account=F("pull__author"))
        .values_list("account")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return dict(rows)


def _by_people() -> QuerySet[Review]:
    robots = Account.objects.annotate(key=Lower("login")).filter(key__in=BOTS)
    return Review.objects.exclude(account__in=robots.values("pk"))


def loads_of(
    scope: Scope,
    counted: Mapping[int, tuple[int, int]],
    open_now: Mapping[int, int],
    *,
    others: int = OTHERS_SHOWN,
) -> Loads:
    """Everyone who ought to review and whoever does, the busiest first; four queries.

    `counted` and `open_now` are by account, see above; `others` bounds the reviewers without a role.
    """
    sums = _by_person(counted, open_now)
    roles = _roles(scope.sig, scope.today)
    listed = {person_id for person_id, role in roles.items() if role in _REVIEWING}
    rest = sorted(sums.keys() - listed, key=lambda person_id: (*_rank(sums[person_id]), person_id))
    people = Person.objects.prefetch_related("accounts").in_bulk([*listed, *rest[:others]])
    rows = [
        Load(person, roles.get(person_id, ""), *sums.get(person_id, (0, 0, 0)))
        for person_id, person in people.items()
    ]
    rows.sort(
        key=lambda row: (*_rank((row.recent, row.period, row.open)), row.person.login.lower())
    )
    share = concentration(period for _recent, period, _open in sums.values())
    return Loads(rows, max(len(rest) - others, 0), share)


Sums = tuple[int, int, int]


def _rank(sums: Sums) -> Sums:
    """The busiest in the period first, then lately, then now."""
    recent, period, open_now = sums
    return -period, -recent, -open_now


def _by_person(
    counted: Mapping[int, tuple[int, int]], open_now: Mapping[int, int]
) -> dict[int, Sums]:
    """(lately, period, open) by person, who may have several accounts; one query."""
    account_ids = counted.keys() | open_now.keys()
    owners = Account.objects.filter(pk__in=account_ids).values_list("pk", "person_id")
    sums: dict[int, Sums] = {}
    for account_id, person_id in owners:
        recent, period, now = sums.get(person_id, (0, 0, 0))
        more_recent, more_period = counted.get(account_id, (0, 0))
        sums[person_id] = (
            recent + more_recent,
            period + more_period,
            now + open_now.get(account_id, 0),
        )
    return sums


_REVIEWING = (RoleTerm.Role.COMMITTER, RoleTerm.Role.MAINTAINER)
_RANK = {role: rank for rank, role in enumerate(RoleTerm.Role)}


def _roles(sig: Sig, on: dt.date) -> dict[int, str]:
    """The highest role of each person of the roster on a day; one query."""
    terms = RoleTerm.objects.active(on).filter(sig=sig).values_list("person_id", "role")
    return dict(sorted(terms, key=lambda term: _RANK[RoleTerm.Role(term[1])]))
