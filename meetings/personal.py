"""The signed address of one's own calendar: calendar programs do not sign in, so it can be revoked."""

import datetime as dt

from django.core import signing
from django.db import transaction

from members.models import Person

from .models import PersonalCalendar

SALT = "meetings.personal"


@transaction.atomic
def issue(*, by: Person, at: dt.datetime) -> PersonalCalendar:
    """A new address for oneself; the one before stops working."""
    # Two clicks at once must not leave two addresses.
    Person.objects.select_for_update().get(pk=by.pk)
    revoke(by=by, at=at)
    return PersonalCalendar.objects.create(person=by, created_at=at)


def revoke(*, by: Person, at: dt.datetime) -> int:
    """Every address of one's own stops working; returns how many did."""
    return PersonalCalendar.objects.filter(person=by, revoked_at=None).update(revoked_at=at)


def live_of(person: Person) -> PersonalCalendar | None:
    rows = PersonalCalendar.objects.filter(person=person, revoked_at=None)
    return rows.order_by("-pk").first()


def key_of(row: PersonalCalendar) -> str:
    """What stands in the address; nobody can make one up without the portal's secret."""
    return signing.Signer(salt=SALT).sign(str(row.pk))


def owner_of(key: str) -> Person | None:
    """Whose calendar it is; None when it was made up, revoked, or the sign-in was closed."""
    try:
        pk = signing.Signer(salt=SALT).unsign(key)
    except signing.BadSignature:
        return None
    rows = PersonalCalendar.objects.select_related("person__user")
    row = rows.filter(pk=int(pk), revoked_at=None).first()
    if row is None or (row.person.user and not row.person.user.is_active):
        return None
    return row.person
