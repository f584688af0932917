"""What the home page of a SIG shows of its reviews; a fixed number of queries each."""

import datetime as dt

from django.db.models import QuerySet

from members.models import Sig

from .models import PullRequest
from .models.mirror import UNSHOWN
from .pulse import Scope
from .pulse_cache import Figures, figures_of


def recent_records(sig: Sig, limit: int) -> QuerySet[PullRequest]:
    """The pull requests something last happened to, newest first, with their people; two queries."""
    return (
        PullRequest.objects.filter(repository__sig=sig)
        .select_related("repository__sig", "author__person")
        .prefetch_related("author__person__accounts")
        .defer(*UNSHOWN)
        .order_by("-updated_at", "-pk")[:limit]
    )


def year_of(sig: Sig, today: dt.date) -> Figures:
    """Review figures of all repositories of a SIG over twelve months; `today` by its calendar.

    Two queries when they are known already.
    """
    ids = list(sig.repositories.values_list("pk", flat=True))
    return figures_of(Scope(sig, ids, 12, today))
