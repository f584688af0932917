"""Which meetings had a record on their agenda or decided about it: what its page says of them."""

from collections.abc import Sequence

from django.db.models import CharField, Model, Prefetch, Q, Value
from django.db.models.functions import Cast, Concat

from members.mentions import Mention
from members.models import Promotion
from reviews.models import Issue, PullRequest, Rfc

from .models import AgendaItem, Meeting, MeetingDecision

SHOWN = 20


def mentions_of(row: Model) -> Sequence[Mention]:
    """The newest SHOWN meetings that were not called off, newest first. Two queries at most."""
    about = _about(row)
    if about is None:
        return []
    on_agenda, decided = about
    items = AgendaItem.objects.filter(on_agenda, withdrawn_at=None)
    decisions = MeetingDecision.objects.filter(decided, withdrawn_at=None)
    meetings = Meeting.objects.filter(
        Q(pk__in=items.values("meeting")) | Q(pk__in=decisions.values("meeting"))
    ).exclude(state=Meeting.State.CANCELLED)
    meetings = meetings.select_related("sig").with_minutes_flags().order_by("-starts_at", "-pk")
    rows = decisions.select_related("sig").order_by("number")
    found = meetings.prefetch_related(Prefetch("decisions", queryset=rows, to_attr="about_it"))
    return [_mention(meeting) for meeting in found[:SHOWN]]


def _about(row: Model) -> tuple[Q, Q] | None:
    """Conditions of agenda items and of decisions about a row; None for other kinds."""
    if isinstance(row, Promotion):
        return Q(promotion=row), Q(promotion=row)
    if isinstance(row, PullRequest):
        return Q(pull_request=row), Q(pull_request=row)
    if isinstance(row, Issue):
        # What an agenda filled itself with knows an RFC by its key.
        key = Concat(Value("rfc:"), Cast("pk", CharField()))
        keys = Rfc.objects.filter(issue=row).annotate(key=key).values("key")
        return Q(issue=row) | Q(subject_key__in=keys), Q(issue=row)
    return None


def _mention(meeting: Meeting) -> Mention:
    anchor = "#minutes" if getattr(meeting, "has_minutes", False) else "#agenda"
    decisions: Sequence[MeetingDecision] = getattr(meeting, "about_it", ())
    return Mention(
        title=meeting.local_title,
        at=meeting.starts_at,
        url=f"{meeting.get_absolute_url()}{anchor}",
        decisions=[(row.label, row.get_absolute_url()) for row in decisions],
        is_ahead=meeting.is_open,
    )
