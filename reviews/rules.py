"""Who may do what in the reviews' room: predicates, the same in views and templates."""

import datetime as dt

from members.models import Repository, RoleTerm
from members.rules import User, acting_person, is_maintainer


def can_request_sync(user: User, repository: Repository) -> bool:
    """Maintainers of the repository's SIG, and administrators, who keep the machine running."""
    return bool(getattr(user, "is_superuser", False)) or is_maintainer(user, repository.sig)


def requestable(user: User, repositories: list[Repository], at: dt.datetime) -> set[int]:
    """Keys of the repositories for which `can_request_sync`, in one query for all of them."""
    if getattr(user, "is_superuser", False):
        return {repository.pk for repository in repositories}
    person = acting_person(user)
    if person is None:
        return set()
    terms = RoleTerm.objects.filter(person=person, role=RoleTerm.Role.MAINTAINER)
    spans = list(terms.values_list("sig_id", "started_on", "ended_on"))
    return {
        repository.pk
        for repository in repositories
        for sig_id, started_on, ended_on in spans
        if sig_id == repository.sig_id
        and started_on <= repository.sig.day_of(at)
        and (ended_on is None or repository.sig.day_of(at) < ended_on)
    }
