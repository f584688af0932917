"""What the home page of a SIG shows of its reviews; a fixed number of queries each."""

import datetime as dt

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from members.models import Sig

from .models import Issue, PullRequest


def records_of(sig: Sig) -> QuerySet[PullRequest]:
    """Pull requests of a SIG with all that a list or feed prints."""
    return (
        PullRequest.objects.filter(repository__sig=sig)
        .select_related("repository__sig", "author__person")
        .prefetch_related("author__person__accounts")
    )


def recent_records(sig: Sig, limit: int) -> QuerySet[PullRequest]:
    """The pull requests something last happened to, newest first; two queries."""
    return records_of(sig).order_by("-updated_at", "-pk")[:limit]


def monthly_activity(sig: Sig, today: dt.date, months: int = 12) -> list[tuple[dt.date, int]]:
    """(first of the month, pull requests merged in it) for the last `months`, the running one last.

    Months are those of the SIG's zone. One query.
    """
    firsts = [_months_before(today, back) for back in range(months - 1, -1, -1)]
    start = dt.datetime.combine(firsts[0], dt.time(), tzinfo=sig.zone)
    rows = (
        PullRequest.objects.filter(
            repository__sig=sig, state=PullRequest.State.MERGED, merged_at__gte=start
        )
        .annotate(month=TruncMonth("merged_at", tzinfo=sig.zone))
        .values_list("month")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = {month.date(): count for month, count in rows}
    return [(first, counts.get(first, 0)) for first in firsts]


def open_counts(sig: Sig) -> dict[str, int]:
    """{"pulls": open pull requests, "issues": open or progressing issues}; two queries."""
    issues = Issue.objects.filter(
        repository__sig=sig, state__in=[Issue.State.OPEN, Issue.State.PROGRESSING]
    )
    pulls = PullRequest.objects.filter(repository__sig=sig, state=PullRequest.State.OPEN)
    return {"pulls": pulls.count(), "issues": issues.count()}


def _months_before(day: dt.date, back: int) -> dt.date:
    """First day of the month `back` months before the month of `day`."""
    years, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return dt.date(years, month + 1, 1)
