"""The agenda: proposed by anyone signed in, ordered and timed by the host, closed with the meeting.

Once it is announced (frozen) only the host changes it (rules.py), and the page says so.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ledger import record
from members.models import Person, Promotion, actor_of
from reviews.models import Issue, PullRequest

from .models import AgendaItem, Meeting
from .schedule import Refused, locked

# More is no agenda; it also bounds the page.
MAX_ITEMS = 60


class AgendaClosed(Refused):
    """The meeting was held or cancelled, or the agenda is announced and the person is no host."""


class AgendaFull(Refused):
    """No meeting can hear more items."""


class ItemGone(Refused):
    """Somebody withdrew the item meanwhile."""


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
    issue: Issue | None = None,
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
        issue=issue,
        created_at=at,
    )
    _record(item, "agenda.proposed", by, at)
    _mark_change(meeting, at)
    return item


@transaction.atomic
def edit(
    *,
    item: AgendaItem,
    title: str,
    minutes_allotted: int | None,
    by: Person | None,
    at: dt.datetime,
) -> AgendaItem:
    """Give an item another title or time; the same ones change nothing.

    A title by hand is kept when the agenda fills itself again. Raises AgendaClosed, ItemGone.
    """
    meeting = _open(item.meeting)
    item = AgendaItem.objects.select_related("meeting__sig").get(pk=item.pk)
    if item.withdrawn_at is not None:
        raise ItemGone(_("议题“%(title)s”已经撤下。") % {"title": item.title})
    if (title, minutes_allotted) == (item.title, item.minutes_allotted):
        return item
    if title != item.title:
        item.title, item.title_en, item.is_retitled = title, "", True
    item.minutes_allotted = minutes_allotted
    item.changed_at = at
    item.save(update_fields=["title", "title_en", "is_retitled", "minutes_allotted", "changed_at"])
    _record(item, "agenda.changed", by, at, {"minutes": minutes_allotted})
    _mark_change(meeting, at)
    return item


@transaction.atomic
def withdraw(*, item: AgendaItem, by: Person | None, at: dt.datetime) -> AgendaItem:
    """Take a topic off for good; it stays on record. Twice is harmless. Raises AgendaClosed.

    One that the agenda had let go of by itself does not come back either.
    """
    meeting = _open(item.meeting)
    item = AgendaItem.objects.select_related("meeting__sig").get(pk=item.pk)
    if item.withdrawn_at is None or item.is_lapsed:
        item.withdrawn_at, item.is_lapsed = at, False
        item.save(update_fields=["withdrawn_at", "is_lapsed"])
        _record(item, "agenda.withdrawn", by, at)
        _mark_change(meeting, at)
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
    _mark_change(meeting, at)


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
        raise AgendaClosed(closed_words(meeting))
    return meeting


def closed_words(meeting: Meeting) -> str:
    """Why nothing more can be put on: the meeting is over, or its agenda is announced."""
    if meeting.is_open:
        return _("议程已经公布，只有主持人可以改动；请联系主持人，或在下一次例会提出。")
    return _("例会%(state)s，议程已经关闭。") % {"state": meeting.get_state_display()}


def _mark_change(meeting: Meeting, at: dt.datetime) -> None:
    """What was announced is not what stands now: the page and the feed say so."""
    if meeting.is_frozen:
        meeting.agenda_changed_at = at
        meeting.save(update_fields=["agenda_changed_at"])


def _record(
    item: AgendaItem,
    action: str,
    by: Person | None,
    at: dt.datetime,
    more: Mapping[str, int | None] | None = None,
) -> None:
    record.append(
        actor=actor_of(by),
        action=action,
        subject=f"meeting:{item.meeting_id}",
        data={
            "sig": item.meeting.sig.slug,
            "item": item.pk,
            "title": item.title,
            **(more or {}),
        },
        at=at,
    )
