"""Reminding owners of action items: on the day one is due, and a week later."""

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.urls import reverse
from django.utils import translation

from members.models import Notice, Person
from members.notices.about import about_sig
from members.notices.outbox import tell_all

from .models import ActionItem

# Nobody is reminded in the middle of the night of the SIG's zone.
HOUR = 9
WEEK = dt.timedelta(days=7)


def remind_due(now: dt.datetime) -> int:
    """Tell each owner whose item is due, once, and once more a week later; returns how many were told.

    `now`: aware UTC. Somebody who was given an item after its moment is not told. Safe to repeat.
    """
    return sum(_remind(item, now) for item in _due(now))


def is_stale(notice: Notice) -> bool:
    """Whether the item was closed, put off or given to somebody else since the notice was made.

    A notice of an earlier release does not say which item it is about, and is sent.
    """
    if "action" not in notice.data:
        return False
    item = ActionItem.objects.filter(pk=notice.data["action"], state=ActionItem.State.OPEN)
    found = item.filter(due_on=notice.data["due_on"]).select_related("owner").first()
    return found is None or _kept(found.owner) != _kept(notice.person)


def _kept(person: Person | None) -> int | None:
    """Two rows that turned out to be one human are one owner."""
    return (person.merged_into_id or person.pk) if person else None


def moment_of(item: ActionItem, wait: dt.timedelta) -> dt.datetime:
    """09:00 in the SIG's zone so long after the day it is due (UTC)."""
    assert item.due_on is not None  # noqa: S101 - _due leaves the others out
    local = dt.datetime.combine(item.due_on + wait, dt.time(HOUR), item.sig.zone)
    return local.astimezone(dt.UTC)


def _due(now: dt.datetime) -> Iterator[ActionItem]:
    """Open items around their moments; a day more at either end for the zones."""
    today = now.date()
    items = ActionItem.objects.filter(
        state=ActionItem.State.OPEN,
        due_on__range=(today - 2 * WEEK - dt.timedelta(days=1), today + dt.timedelta(days=1)),
    ).exclude(owner=None)
    yield from items.select_related("sig", "owner").order_by("due_on", "pk").iterator(500)


def _remind(item: ActionItem, now: dt.datetime) -> int:
    """The reminder of the present week; one that nobody sent in its week is not made up for."""
    late = now >= moment_of(item, WEEK)
    moment = moment_of(item, WEEK if late else dt.timedelta(0))
    known_since = item.changed_at or item.created_at
    if not known_since < moment <= now < moment + WEEK:
        return 0
    with transaction.atomic():
        # Closed or put off at this moment: nobody is called to what is done.
        rows = ActionItem.objects.select_for_update(of=("self",))
        live = rows.filter(pk=item.pk, state=ActionItem.State.OPEN, due_on=item.due_on)
        owners = [item.owner] if item.owner and live.exists() else []
        key = f"action:{item.pk}:{'late' if late else 'due'}:{item.due_on}"
        return tell_all(key=key, kind="action.due", people=owners, data=_about(item, late), at=now)


def _about(item: ActionItem, late: bool) -> dict[str, object]:
    with translation.override("zh-hans"):
        path = reverse("meetings:action-detail", args=[item.sig.slug, item.pk])
    return {
        **about_sig(item.sig),
        "action": item.pk,
        "text": item.text,
        "due_on": _iso(item.due_on),
        "is_late": late,
        "path": path,
    }


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
