"""Who may do what in the reviews' room: predicates, the same in views and templates."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from members.models import Person, Repository, RoleTerm, Sig
from members.rules import Roles, User, acting_person, is_committer_or_above, is_maintainer

from .models import Rfc, WebhookDelivery
from .rfc_transitions import TRANSITIONS


def can_request_sync(user: User, repository: Repository) -> bool:
    """Maintainers of the repository's SIG, and administrators, who keep the machine running."""
    return bool(getattr(user, "is_superuser", False)) or is_maintainer(user, repository.sig)


def can_configure(user: User, repository: Repository) -> bool:
    """What is mirrored and by which rule it is reviewed: the SIG's Maintainers decide, nobody else."""
    return is_maintainer(user, repository.sig)


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


# ── resolutions ───────────────────────────────────────────────────────────────────────────────
def resolving_role(person: Person | None, repository: Repository, on: dt.date) -> str:
    """The role by which a person decides on a repository's subjects on a day; empty: none.

    Maintainers of its SIG, and Committers who answer for it or whose role names no repository.
    """
    if person is None:
        return ""
    terms = RoleTerm.objects.active(on).filter(person=person, sig=repository.sig_id)
    rows = set(terms.values_list("role", "repositories"))
    if any(role == RoleTerm.Role.MAINTAINER for role, _scope in rows):
        return str(RoleTerm.Role.MAINTAINER)
    committer = RoleTerm.Role.COMMITTER
    return str(committer) if rows & {(committer, None), (committer, repository.pk)} else ""


def can_resolve(user: User, repository: Repository) -> bool:
    """May record a resolution on a pull request or an issue of the repository today."""
    today = repository.sig.day_of(timezone.now())
    return bool(resolving_role(acting_person(user), repository, today))


def can_resolve_in(user: User, sig: Sig) -> bool:
    """May open the form; which subjects are theirs to decide, `can_resolve` says."""
    return is_committer_or_above(user, sig)


# ── RFCs ──────────────────────────────────────────────────────────────────────────────────────
def _is_author_or_member(person: Person, rfc: Rfc, roles: Roles) -> bool:
    author = rfc.issue.author
    return bool(roles) or (author is not None and author.person_id == person.pk)


RFC_MOVERS: dict[str, Callable[[Person, Rfc, Roles], bool]] = {
    "author or member": _is_author_or_member,
    "resolution": lambda person, rfc, roles: False,
    "maintainer or resolution": lambda person, rfc, roles: RoleTerm.Role.MAINTAINER in roles,
}


def may_move_rfc(action: str, person: Person | None, rfc: Rfc, roles: Roles) -> bool:
    """Whether the person has the right to a step of the table by hand, whatever the state is now.

    `roles` are those the person holds in the SIG of the RFC on the day.
    """
    return person is not None and RFC_MOVERS[TRANSITIONS[action].who](person, rfc, roles)


def can_move_rfc(action: str, person: Person | None, rfc: Rfc, roles: Roles) -> bool:
    """The right to the step, and the state allows it."""
    return rfc.state in TRANSITIONS[action].sources and may_move_rfc(action, person, rfc, roles)


# ── webhooks ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Sight:
    """Whose deliveries somebody sees and may replay (that only looks again): all, or some SIGs'."""

    everything: bool
    sig_ids: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everything or bool(self.sig_ids)

    @property
    def deliveries(self) -> QuerySet[WebhookDelivery]:
        rows = WebhookDelivery.objects.all()
        return rows if self.everything else rows.filter(repository__sig__in=self.sig_ids)

    @property
    def repositories(self) -> QuerySet[Repository]:
        rows = Repository.objects.all()
        return rows if self.everything else rows.filter(sig__in=self.sig_ids)


def sight_of_deliveries(user: User, at: dt.datetime) -> Sight:
    """Administrators (superusers and staff) see all, Maintainers their SIGs' repositories', others none."""
    if getattr(user, "is_superuser", False) or getattr(user, "is_staff", False):
        return Sight(everything=True)
    return Sight(everything=False, sig_ids=frozenset(maintained_sigs(user, at)))


def maintained_sigs(user: User, at: dt.datetime) -> set[int]:
    """Keys of the SIGs in which the user is a Maintainer on the SIG's day of `at`."""
    person = acting_person(user)
    if person is None:
        return set()
    terms = RoleTerm.objects.filter(person=person, role=RoleTerm.Role.MAINTAINER)
    return {
        term.sig_id
        for term in terms.select_related("sig")
        if term.started_on <= term.sig.day_of(at)
        and (term.ended_on is None or term.sig.day_of(at) < term.ended_on)
    }
