"""Action items: somebody takes something on, and it is open until it is done or dropped."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ledger import record
from members.models import Person, actor_of

from .models import ActionItem, Meeting
from .schedule import Refused, locked

State = ActionItem.State


class AlreadyClosed(Refused):
    """Somebody closed it in another way meanwhile."""


@transaction.atomic
def add(
    *,
    meeting: Meeting,
    text: str,
    by: Person | None,
    at: dt.datetime,
    owner: Person | None = None,
    owner_name: str = "",
    due_on: dt.date | None = None,
) -> ActionItem:
    """Write down an action item of a meeting; the same open one is there once."""
    meeting = locked(meeting)
    same = meeting.action_items.filter(
        text=text, owner=owner, owner_name=owner_name, state=State.OPEN
    ).first()
    if same is not None:
        return same
    item = ActionItem.objects.create(
        sig=meeting.sig,
        meeting=meeting,
        text=text,
        owner=owner,
        owner_name=owner_name,
        due_on=due_on,
        created_at=at,
    )
    _record(item, "action.added", by, at)
    return item


@transaction.atomic
def close(*, item: ActionItem, state: str, by: Person | None, at: dt.datetime) -> ActionItem:
    """Close as done or dropped; closed so already, nothing changes. Raises AlreadyClosed."""
    if state not in {State.DONE, State.DROPPED}:
        raise ValueError(f"an action item is closed as done or dropped, not {state!r}")
    item = _locked(item)
    if item.state == state:
        return item
    if item.state != State.OPEN:
        raise _closed(item)
    item.state = state
    item.closed_at = at
    item.save(update_fields=["state", "closed_at"])
    _record(item, f"action.{state}", by, at)
    return item


@transaction.atomic
def change(
    *,
    item: ActionItem,
    owner: Person | None,
    due_on: dt.date | None,
    by: Person | None,
    at: dt.datetime,
) -> ActionItem:
    """Another owner or day for an open item; the same again changes nothing. Raises AlreadyClosed."""
    item = _locked(item)
    if item.state != State.OPEN:
        raise _closed(item)
    was = {"owner": _owner_of(item), "due_on": _day(item.due_on)}
    # A name that was only written down stays until a person takes its place.
    if owner is not None or item.owner is not None:
        item.owner, item.owner_name = owner, item.owner_name if owner is None else ""
    item.due_on = due_on
    now = {"owner": _owner_of(item), "due_on": _day(item.due_on)}
    if now == was:
        return item
    item.sequence += 1
    item.changed_at = at
    item.save(update_fields=["owner", "owner_name", "due_on", "sequence", "changed_at"])
    changes = {name: [was[name], now[name]] for name in now if now[name] != was[name]}
    _record(item, "action.changed", by, at, changes=changes)
    return item


def _locked(item: ActionItem) -> ActionItem:
    # Not the owner: what is joined is as old as the wait for the lock (see turns.locked).
    rows = ActionItem.objects.select_related("sig")
    return rows.select_for_update(of=("self",)).get(pk=item.pk)


def _closed(item: ActionItem) -> AlreadyClosed:
    return AlreadyClosed(
        _("这个行动项的状态已是“%(state)s”。") % {"state": item.get_state_display()}
    )


def _owner_of(item: ActionItem) -> str:
    return item.owner.actor if item.owner else item.owner_name


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _record(item: ActionItem, action: str, by: Person | None, at: dt.datetime, **more: Any) -> None:
    record.append(
        actor=actor_of(by),
        action=action,
        subject=f"action:{item.pk}",
        data={
            "sig": item.sig.slug,
            "meeting": item.meeting_id,
            "text": item.text,
            "owner": _owner_of(item),
            **more,
        },
        at=at,
    )
