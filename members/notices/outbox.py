"""Telling: one row a person or channel in the caller's transaction; members.notices.sending does the rest."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models.functions import Now

from ..models import Notice, Person
from .channels import configured
from .kinds import checked

KEY_LENGTH = 200


def tell(
    *, key: str, kind: str, person: Person | None, data: Mapping[str, Any], at: dt.datetime
) -> None:
    """Tell one person something once; `person` None tells the SIG's channels (NOTIFY_URLS).

    `key` names what happened ("promotion:12:opened"); to whom is added here, so the same event may
    be told to many. The same key again for the same person does nothing, also in another
    transaction. `data`: JSON, see members.notices.about; no e-mail address, nothing the reader may
    not see. `at`: aware UTC; when it is due is the database's clock. Raises UnknownKind before anything is written.
    """
    if person is not None:
        tell_all(key=key, kind=kind, people=[person], data=data, at=at)
        return
    if not checked(kind, data).is_public:
        raise ValueError(f"notices of kind {kind!r} are for persons only")
    channels = [
        Notice(
            key=_key(key, f"channel:{mark}"),
            kind=kind,
            data={**data, "channel": mark},
            made_at=at,
            next_try_at=Now(),
        )
        for mark in configured()
    ]
    Notice.objects.bulk_create(channels, ignore_conflicts=True)


def tell_all(
    *, key: str, kind: str, people: Iterable[Person], data: Mapping[str, Any], at: dt.datetime
) -> int:
    """The same as `tell`, to many at once. Who was merged is told as the one they are now.

    Returns how many had not been told before.
    """
    checked(kind, data)
    ids = sorted({person.merged_into_id or person.pk for person in people})
    keys = {person_key(key, pk): pk for pk in ids}
    known = Notice.objects.filter(key__in=keys).values_list("key", flat=True)
    for told in list(known):
        del keys[told]
    rows = [
        Notice(key=full, person_id=pk, kind=kind, data=dict(data), made_at=at, next_try_at=Now())
        for full, pk in keys.items()
    ]
    # Somebody may tell the same at this moment: the key's uniqueness lets one through.
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def person_key(key: str, person_id: int) -> str:
    return _key(key, f"person:{person_id}")


def _key(key: str, whom: str) -> str:
    full = f"{key}:{whom}"
    if len(full) > KEY_LENGTH:
        raise ValueError(f"the key of a notice is longer than {KEY_LENGTH} characters: {full}")
    return full
