"""Action items: somebody takes something on, and it is open until it is done or dropped."""

import datetime as dt

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
    item = ActionItem.objects.select_for_update(of=("self",)).select_related("sig").get(pk=item.pk)
    if item.state == state:
        return item
    if item.state != State.OPEN:
        raise AlreadyClosed(
            _("这个行动项的状态已是“%(state)s”。") % {"state": item.get_state_display()}
        )
    item.state = state
    item.closed_at = at
    item.save(update_fields=["state", "closed_at"])
    _record(item, f"action.{state}", by, at)
    return item


def _record(item: ActionItem, action: str, by: Person | None, at: dt.datetime) -> None:
    record.append(
        actor=actor_of(by),
        action=action,
        subject=f"action:{item.pk}",
        data={
            "sig": item.sig.slug,
            "meeting": item.meeting_id,
            "text": item.text,
            "owner": item.owner.actor if item.owner else item.owner_name,
        },
        at=at,
    )
