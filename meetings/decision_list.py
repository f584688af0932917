"""A SIG's meeting decisions in the forms they are read: rows of a list, history of one, years."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Max, Min, Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Entry
from members.models import Sig

from . import history
from .models import Meeting, MeetingDecision

COLUMNS = (
    "number",
    "text",
    "decided_on",
    "meeting",
    "agenda_item",
    "supersedes",
    "superseded_by",
    "withdrawn_at",
    "url",
)
WORDS = {
    "meeting.decided": gettext_lazy("作出决定"),
    "meeting.decision_amended": gettext_lazy("随纪要更正"),
    "meeting.decision_superseded": gettext_lazy("被取代"),
    "meeting.decision_restored": gettext_lazy("恢复有效"),
    "meeting.decision_withdrawn": gettext_lazy("随纪要更正撤下"),
}


class DecisionFilter(forms.Form):
    """`year` of the meeting, in the SIG's zone; offered are those from the first decision to the last."""

    year = forms.TypedChoiceField(
        label=gettext_lazy("年份"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, sig: Sig, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sig = sig
        choices = [("", _("全部")), *((str(year), str(year)) for year in _years(sig))]
        if isinstance(field := self.fields["year"], forms.ChoiceField):
            field.choices = choices

    @property
    def chosen(self) -> int | None:
        """The year; None for all, and for one that is not offered."""
        return self.cleaned_data.get("year") if self.is_valid() else None

    def rows(self) -> QuerySet[MeetingDecision]:
        """What the filter leaves, with all that a list prints; two queries."""
        rows = listed(self.sig)
        if (year := self.chosen) is None:
            return rows
        first = dt.datetime(year, 1, 1, tzinfo=self.sig.zone)
        return rows.filter(decided_at__gte=first, decided_at__lt=first.replace(year=year + 1))


def listed(sig: Sig) -> QuerySet[MeetingDecision]:
    """All decisions of a SIG with all that a list prints, in two queries; no order."""
    successors = MeetingDecision.objects.select_related("sig").order_by("number")
    rows = MeetingDecision.objects.filter(sig=sig).select_related(
        "sig", "meeting__sig", "meeting__series", "agenda_item", "supersedes__sig"
    )
    return rows.prefetch_related(Prefetch("superseded_by", queryset=successors))


def standing_of(meeting: Meeting) -> list[MeetingDecision]:
    """What a meeting decided and did not withdraw, in its order. Select `sig`; two queries at most."""
    rows = listed(meeting.sig).filter(meeting=meeting, withdrawn_at=None)
    return list(rows.order_by("number"))


def history_of(decision: MeetingDecision) -> list[history.Event]:
    """Oldest first, from the public record."""
    return history.of(f"decision:{decision.pk}", WORDS, _details)


def cells(rows: QuerySet[MeetingDecision]) -> Iterator[tuple[Any, ...]]:
    """Lines of a table under COLUMNS, newest first."""
    for row in rows.order_by("-number").iterator(chunk_size=500):
        successor = row.successor
        yield (
            row.label,
            row.text,
            row.decided_at.astimezone(row.meeting.zone).date(),
            row.meeting.local_title,
            row.agenda_item.local_title if row.agenda_item else "",
            row.supersedes.label if row.supersedes else "",
            successor.label if successor else "",
            row.withdrawn_at,
            settings.SITE_URL + row.get_absolute_url(),
        )


def _details(entry: Entry) -> str:
    data = entry.data
    if was := data.get("was"):
        return "" if was == data.get("text") else _("原文：%(text)s") % {"text": was}
    if number := data.get("superseded_by"):
        return f"D-{number}"
    return ""


def _years(sig: Sig) -> list[int]:
    """Newest first; one query."""
    ends = MeetingDecision.objects.filter(sig=sig).aggregate(
        first=Min("decided_at"), last=Max("decided_at")
    )
    if ends["first"] is None:
        return []
    first, last = (sig.day_of(ends[name]).year for name in ("first", "last"))
    return list(range(last, first - 1, -1))
