"""Writing an entry: in the transaction of the change it records, in a gap-free order."""

import datetime as dt
from typing import Any

from django.db import connection, models

from . import head as chain_end
from . import register
from .canonical import check, hash_of, moment
from .models import Entry, Head


class OutsideTransaction(RuntimeError):
    """An entry must stand or fall with the change it records."""


def append(
    *, actor: str, action: str, subject: str, data: dict[str, Any], at: dt.datetime
) -> Entry:
    """Add one entry to the chain; `at` is an aware instant, `data` JSON without floats.

    Call it inside `transaction.atomic()`, as late in the change as you can: from here to the commit
    every other writer waits. Raises OutsideTransaction, and canonical.NotCanonical on data that
    has no single spelling, both before any write.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{action} must be recorded inside the transaction of its change")
    moment(at)
    check(data, "data")
    _check_lengths(actor=actor, action=action, subject=subject)
    head = chain_end.locked()
    fields: dict[str, Any] = {
        "seq": head.seq + 1,
        "at": at.astimezone(dt.UTC),
        "actor": actor,
        "action": action,
        "subject": subject,
        "data": data,
        "prev_hash": head.hash,
    }
    entry = Entry.objects.create(**fields, hash=hash_of(**fields))
    Head.objects.filter(pk=head.pk).update(seq=entry.seq, hash=entry.hash)
    register.enter(entry)
    return entry


def _check_lengths(**texts: str) -> None:
    """SQLite would store a longer text than the column says; PostgreSQL would not."""
    for name, text in texts.items():
        check(text, name)
        field = Entry._meta.get_field(name)
        limit = field.max_length if isinstance(field, models.CharField) else None
        if not text or (limit and len(text) > limit):
            raise ValueError(f"{name}: between 1 and {limit} characters, not {len(text)}")
