"""The agenda: proposed by anyone signed in, ordered by the host, closed when the meeting is over."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ledger import record
from members.models import Person, Promotion, actor_of
from reviews.models import PullRequest

from .models import AgendaItem, Meeting
from .schedule import Refused, locked

# More is no agenda; it also bounds the page.
MAX_ITEMS = 60


class AgendaClosed(Refused):
    """The meeting was held or cancelled."""


class AgendaFull(Refused):
    """No meeting can hear more items."""


class WrongOrder(Refused):
    """The order names other items than the agenda has: somebody changed it meanwhile."""


@transaction.atomic
def propose(
    *,
    meeting: Meeting,
    title: str,
    by: Person,
    at: dt.datetime,
    body: str = "",
    minutes_allotted: int | None = None,
    promotion: Promotion | None = None,
    pull_request: PullRequest | None = None,
) -> AgendaItem:
    """Put a topic at the end of the agenda; the same person's same topic is there once.

    Raises AgendaClosed, AgendaFull.
    """
    meeting = _open(meeting)
    standing = meeting.agenda_items.filter(withdrawn_at=None)
    if same := standing.filter(title=title, proposed_by=by).first():
        return same
    if standing.count() >= MAX_ITEMS:
        raise AgendaFull(
            _("议程已有 %(count)d 个议题，请改到下一次例会提出。") % {"count": MAX_ITEMS}
        )
    last = meeting.agenda_items.aggregate(last=Max("position"))["last"] or 0
    item = AgendaItem.objects.create(
        meeting=meeting,
        position=last + 1,
        title=title,
        body=body,
        minutes_allotted=minutes_allotted,
        proposed_by=by,
        promotion=promotion,
        pull_request=pull_request,
        created_at=at,
    )
    _record(item, "agenda.proposed", by, at)
    return item


@transaction.atomic
def withdraw(*, item: AgendaItem, by: Person | None, at: dt.datetime) -> AgendaItem:
    """Take a topic off; it stays on record. Twice is harmless. Raises AgendaClosed."""
    _open(item.meeting)
    item = AgendaItem.objects.select_related("meeting").get(pk=item.pk)
    if item.withdrawn_at is None:
        item.withdrawn_at = at
        item.save(update_fields=["withdrawn_at"])
        _record(item, "agenda.withdrawn", by, at)
    return item


@transaction.atomic
def reorder(*, meeting: Meeting, order: Sequence[int], by: Person | None, at: dt.datetime) -> None:
    """Give the standing items the order of these ids. Raises AgendaClosed, WrongOrder."""
    meeting = _open(meeting)
    items = {item.pk: item for item in meeting.agenda_items.filter(withdrawn_at=None)}
    if sorted(order) != sorted(items):
        raise WrongOrder(_("议程已有变动，请刷新页面后再调整次序。"))
    if list(order) == list(items):
        return
    for position, pk in enumerate(order, start=1):
        items[pk].position = position
    AgendaItem.objects.bulk_update(items.values(), ["position"])
    record.append(
        actor=actor_of(by),
        action="agenda.reordered",
        subject=f"meeting:{meeting.pk}",
        data={"sig": meeting.sig.slug, "order": [items[pk].title for pk in order]},
        at=at,
    )


@transaction.atomic
def shift(*, item: AgendaItem, up: bool, by: Person | None, at: dt.datetime) -> None:
    """Move an item one place; at the end of the list nothing changes. Raises AgendaClosed."""
    meeting = _open(item.meeting)
    order = list(meeting.agenda_items.filter(withdrawn_at=None).values_list("pk", flat=True))
    if item.pk not in order:
        return
    place = order.index(item.pk)
    target = place - 1 if up else place + 1
    if 0 <= target < len(order):
        order[place], order[target] = order[target], order[place]
        reorder(meeting=meeting, order=order, by=by, at=at)


def _open(meeting: Meeting) -> Meeting:
    meeting = locked(meeting)
    if not meeting.is_open:
        raise AgendaClosed(
            _("例会%(state)s，议程已经关闭。") % {"state": meeting.get_state_display()}
        )
    return meeting


def _record(item: AgendaItem, action: str, by: Person | None, at: dt.datetime) -> None:
    record.append(
        actor=actor_of(by),
        action=action,
        subject=f"meeting:{item.meeting_id}",
        data={"sig": item.meeting.sig.slug, "item": item.pk, "title": item.title},
        at=at,
    )
