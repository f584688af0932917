"""The agenda fills itself with what is due, and lets go of what no longer is, until it is frozen."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from .agenda import MAX_ITEMS, AgendaClosed, closed_words
from .due_topics import Topic, topics_for
from .models import AgendaItem, Meeting
from .schedule import locked

TEXTS = ("title", "body", "title_en", "body_en")
FILLED = (*TEXTS, "withdrawn_at", "is_lapsed")


@transaction.atomic
def fill(*, meeting: Meeting, at: dt.datetime) -> int:
    """Bring the proposed items up to what is due at an instant (aware); returns how many changed.

    What the host removed stays away, a title of the host's stays, what is no longer due lapses
    and comes back when it is again. Run twice it writes nothing. The public record is not told:
    it hears the agenda as announced. Raises AgendaClosed when the meeting is over or the agenda frozen.
    """
    meeting = locked(meeting)
    if not meeting.is_open or meeting.is_frozen:
        raise AgendaClosed(closed_words(meeting))
    topics = {topic.key: topic for topic in topics_for(meeting, at)}
    items = {item.subject_key: item for item in meeting.agenda_items.exclude(subject_key="")}
    changed = [item for key, item in items.items() if _follow(item, topics.get(key), at)]
    AgendaItem.objects.bulk_update(changed, FILLED)
    missing = [topic for key, topic in topics.items() if key not in items]
    return len(changed) + _add(meeting, missing, at)


def next_to_fill(at: dt.datetime) -> QuerySet[Meeting]:
    """Of each SIG the next regular meeting ahead, unless its agenda is frozen already."""
    open_ones = Meeting.objects.filter(
        state__in=Meeting.OPEN_STATES, kind=Meeting.Kind.REGULAR, starts_at__gt=at
    )
    sooner = open_ones.filter(sig=OuterRef("sig"), starts_at__lt=OuterRef("starts_at"))
    return open_ones.filter(~Exists(sooner), frozen_at=None).order_by("pk")


def _follow(item: AgendaItem, topic: Topic | None, at: dt.datetime) -> bool:
    """Set the item's columns as what is due says (None: nothing); True when one changed."""
    if item.withdrawn_at is not None and not item.is_lapsed:
        return False
    if topic is None:
        return _set(item, withdrawn_at=item.withdrawn_at or at, is_lapsed=True)
    texts = topic.texts
    if item.is_retitled:
        texts = {name: texts[name] for name in ("body", "body_en")}
    return _set(item, withdrawn_at=None, is_lapsed=False, **texts)


def _set(item: AgendaItem, **values: object) -> bool:
    changed = {name: value for name, value in values.items() if getattr(item, name) != value}
    for name, value in changed.items():
        setattr(item, name, value)
    return bool(changed)


def _add(meeting: Meeting, topics: Sequence[Topic], at: dt.datetime) -> int:
    """New items at the end, as many as the agenda has room for."""
    room = MAX_ITEMS - meeting.agenda_items.filter(withdrawn_at=None).count()
    last = meeting.agenda_items.aggregate(last=Max("position"))["last"] or 0
    rows = list(_rows(meeting, topics[: max(room, 0)], last, at))
    AgendaItem.objects.bulk_create(rows)
    return len(rows)


def _rows(
    meeting: Meeting, topics: Iterable[Topic], last: int, at: dt.datetime
) -> Iterable[AgendaItem]:
    for position, topic in enumerate(topics, start=last + 1):
        yield AgendaItem(
            meeting=meeting,
            position=position,
            kind=topic.kind,
            subject_key=topic.key,
            promotion=topic.promotion,
            minutes_allotted=topic.minutes,
            created_at=at,
            **topic.texts,
        )
