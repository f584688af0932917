"""What became of an action item, read from the public record."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Entry

from .models import ActionItem

SHOWN = 100
WORDS = {
    "action.added": gettext_lazy("提出"),
    "action.changed": gettext_lazy("更新"),
    "action.done": gettext_lazy("完成"),
    "action.dropped": gettext_lazy("不再跟进"),
}


@dataclass(frozen=True)
class Event:
    """One entry: when, who (an actor of the record), what in a word, and what changed."""

    seq: int
    at: dt.datetime
    actor: str
    what: str
    details: str


def of(item: ActionItem) -> list[Event]:
    """Oldest first; one query."""
    entries = Entry.objects.filter(subject=f"action:{item.pk}").order_by("seq")[:SHOWN]
    return [
        Event(
            seq=entry.seq,
            at=entry.at,
            actor=entry.actor,
            what=str(WORDS.get(entry.action, entry.action)),
            details=_details(entry.data.get("changes") or {}),
        )
        for entry in entries
    ]


def _details(changes: Mapping[str, Any]) -> str:
    names = {"owner": _("负责人"), "due_on": _("期限")}
    return _("；").join(
        _("%(name)s：%(old)s → %(new)s")
        % {"name": names.get(name, name), "old": _value(old), "new": _value(new)}
        for name, (old, new) in sorted(changes.items())
    )


def _value(value: str) -> str:
    return value.removeprefix("person:") or _("无")
