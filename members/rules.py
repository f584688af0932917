"""Who may do what in the members' room: predicates, the same in views and templates.

Administrators (superusers) keep the machine running; they get no vote from it.
"""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from .models import Person, RoleTerm, Sig

User = AbstractBaseUser | AnonymousUser


def acting_person(user: User) -> Person | None:
    """The person a signed-in user is, if the sign-in is tied to one."""
    return getattr(user, "person", None) if user.is_authenticated else None


def roles_of(person: Person | None, sig: Sig, on: dt.date | None = None) -> frozenset[str]:
    """Roles a person holds in a SIG on a day of the SIG's calendar (today if not said)."""
    if person is None:
        return frozenset()
    day = on or sig.day_of(timezone.now())
    terms = RoleTerm.objects.active(day).filter(person=person, sig=sig)
    return frozenset(terms.values_list("role", flat=True))


def is_maintainer(user: User, sig: Sig) -> bool:
    return RoleTerm.Role.MAINTAINER in roles_of(acting_person(user), sig)


def is_committer_or_above(user: User, sig: Sig) -> bool:
    return bool(
        roles_of(acting_person(user), sig) & {RoleTerm.Role.COMMITTER, RoleTerm.Role.MAINTAINER}
    )


def is_member(user: User, sig: Sig) -> bool:
    return bool(roles_of(acting_person(user), sig))
