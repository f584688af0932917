"""Who may do what in the members' room: predicates, the same in views and templates.

Administrators (superusers) keep the machine running; they get no vote from it.
"""

import datetime as dt
from collections.abc import Callable, Sequence

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from . import limits
from .ballot_box import DatabaseDay
from .models import Contribution, Person, Promotion, RoleTerm, Sig
from .policy import MAINTAINER, ROLES
from .policy_json import rules_from_json
from .transitions import TRANSITIONS

User = AbstractBaseUser | AnonymousUser


def acting_person(user: User) -> Person | None:
    """The person a signed-in user is, if the sign-in is tied to one."""
    return getattr(user, "person", None) if user.is_authenticated else None


def roles_of(person: Person | None, sig: Sig, on: dt.date | None = None) -> frozenset[str]:
    """Roles a person holds in a SIG on a day of the SIG's calendar (the database's today if not said)."""
    if person is None:
        return frozenset()
    terms = RoleTerm.objects.active(on or DatabaseDay(sig)).filter(person=person, sig=sig)
    return frozenset(terms.values_list("role", flat=True))


def is_maintainer(user: User, sig: Sig) -> bool:
    return RoleTerm.Role.MAINTAINER in roles_of(acting_person(user), sig)


def is_committer_or_above(user: User, sig: Sig) -> bool:
    return bool(
        roles_of(acting_person(user), sig) & {RoleTerm.Role.COMMITTER, RoleTerm.Role.MAINTAINER}
    )


def is_member(user: User, sig: Sig) -> bool:
    return bool(roles_of(acting_person(user), sig))


def can_see_email(user: User, person: Person) -> bool:
    """Private (I9): the person and administrators."""
    return acting_person(user) == person or getattr(user, "is_superuser", False)


# ── promotions ────────────────────────────────────────────────────────────────────────────────
Roles = frozenset[str]


def is_subject(person: Person, promotion: Promotion) -> bool:
    return person.pk == promotion.person_id


def is_entitled(person: Person, promotion: Promotion, roles: Roles) -> bool:
    """May vote: holds a role of the electorate, and the decision is not about them."""
    electorate = rules_from_json(promotion.policy.rules).electorate
    return bool(roles & set(electorate)) and not is_subject(person, promotion)


def _may_withdraw(person: Person, promotion: Promotion, roles: Roles) -> bool:
    """Who is to lose a role against their wish cannot take the proposal back."""
    if person.pk == promotion.nominated_by_id:
        return True
    forced = promotion.kind in (Promotion.Kind.REMOVE, Promotion.Kind.EMERITUS)
    return is_subject(person, promotion) and not forced


def _may_lead(person: Person, promotion: Promotion, roles: Roles) -> bool:
    """Maintainers lead the procedure, except the one it is about."""
    return MAINTAINER in roles and not is_subject(person, promotion)


def _may_take_effect(person: Person, promotion: Promotion, roles: Roles) -> bool:
    leaves = promotion.is_own_wish and is_subject(person, promotion)
    return leaves or _may_lead(person, promotion, roles)


def _may_nominate(person: Person, promotion: Promotion, roles: Roles) -> bool:
    """Giving a role: whom the rules name, for oneself as a member or after a contribution. A removal:
    the other Maintainers. Honours: they, or oneself. Stepping down: only oneself."""
    is_self = is_subject(person, promotion)
    if promotion.kind == Promotion.Kind.REMOVE:
        return _may_lead(person, promotion, roles)
    if promotion.kind == Promotion.Kind.EMERITUS:
        return is_self or _may_lead(person, promotion, roles)
    if promotion.kind == Promotion.Kind.STEP_DOWN:
        return is_self
    known = bool(roles) or (is_self and has_contributed(person, promotion.sig))
    own_rules = rules_from_json(promotion.policy.rules)
    return known and limits.may_nominate(own_rules, roles, is_self=is_self)


def _may_endorse(person: Person, promotion: Promotion, roles: Roles) -> bool:
    if is_subject(person, promotion) or person.pk == promotion.nominated_by_id:
        return False
    return limits.may_nominate(rules_from_json(promotion.policy.rules), roles, is_self=False)


def _may_say(person: Person, promotion: Promotion, roles: Roles) -> bool:
    """A public discussion: members, the nominator, the candidate. A sealed one: see can_read_sealed."""
    if rules_from_json(promotion.policy.rules).discussion == "sealed":
        return can_read_sealed(person, promotion, roles)
    concerned = (promotion.person_id, promotion.nominated_by_id)
    return bool(roles) or person.pk in concerned


def can_read_sealed(person: Person | None, promotion: Promotion, roles: Roles) -> bool:
    """A sealed discussion is the electorate's and the nominator's, never the candidate's (I9)."""
    if person is None or is_subject(person, promotion):
        return False
    return person.pk == promotion.nominated_by_id or is_entitled(person, promotion, roles)


WHO: dict[str, Callable[[Person, Promotion, Roles], bool]] = {
    "nominator of the rules": _may_nominate,
    "second nominator": _may_endorse,
    "candidate": lambda person, promotion, roles: is_subject(person, promotion),
    "nominator or candidate": _may_withdraw,
    "discussion": _may_say,
    "maintainer": _may_lead,
    "electorate": is_entitled,
    "maintainer or clock": _may_lead,
    "clock": lambda person, promotion, roles: False,
    "maintainer, who leaves or the portal": _may_take_effect,
}


def has_contributed(person: Person, sig: Sig) -> bool:
    return Contribution.objects.filter(person=person, sig=sig).exists()


def may(action: str, person: Person | None, promotion: Promotion, roles: Roles) -> bool:
    """Whether the person has the right to a step of the table, whatever the state is now.

    `roles` are those the person holds in the promotion's SIG on the day.
    """
    return person is not None and WHO[TRANSITIONS[action].who](person, promotion, roles)


def can(action: str, person: Person | None, promotion: Promotion, roles: Roles) -> bool:
    """The right to the step, and the state allows it."""
    step = TRANSITIONS[action]
    stands = promotion.state in step.sources and promotion.kind in step.kinds
    return stands and may(action, person, promotion, roles)


def _can(action: str, user: User, promotion: Promotion) -> bool:
    person = acting_person(user)
    return can(action, person, promotion, roles_of(person, promotion.sig))


def can_nominate(user: User, sig: Sig) -> bool:
    """May open the nomination form: for somebody as a member, for oneself as a contributor."""
    person = acting_person(user)
    return may_propose(person, sig, roles_of(person, sig))


def may_propose(person: Person | None, sig: Sig, roles: Roles) -> bool:
    return person is not None and (bool(roles) or has_contributed(person, sig))


def can_accept(user: User, promotion: Promotion) -> bool:
    return _can("accept", user, promotion)


def can_decline(user: User, promotion: Promotion) -> bool:
    return _can("decline", user, promotion)


def can_withdraw(user: User, promotion: Promotion) -> bool:
    return _can("withdraw", user, promotion)


def can_open(user: User, promotion: Promotion) -> bool:
    return _can("open", user, promotion)


def can_vote(user: User, promotion: Promotion) -> bool:
    return _can("cast", user, promotion)


def can_close(user: User, promotion: Promotion) -> bool:
    return _can("close", user, promotion)


def can_take_effect(user: User, promotion: Promotion) -> bool:
    return _can("effect", user, promotion)


def may_remind(person: Person | None, promotion: Promotion, roles: Roles) -> bool:
    """May have those reminded who have not voted: a Maintainer, except the one it is about."""
    return person is not None and _may_lead(person, promotion, roles)


def can_see_outbox(user: User) -> bool:
    """Who was told what, and what could not be sent: administrators."""
    return bool(user.is_active and getattr(user, "is_superuser", False))


def can_endorse(user: User, promotion: Promotion) -> bool:
    return _can("endorse", user, promotion)


def can_say(user: User, promotion: Promotion) -> bool:
    return _can("say", user, promotion)


def can_recuse(user: User, promotion: Promotion) -> bool:
    return _can("recuse", user, promotion)


def can_rejoin(user: User, promotion: Promotion) -> bool:
    return _can("rejoin", user, promotion)


def can_expire(user: User, promotion: Promotion) -> bool:
    """Nobody: only the clock lets a nomination expire."""
    return _can("expire", user, promotion)


def rank(roles: Roles) -> int:
    """The highest role as a number: 0 none, 1 contributor, 2 committer, 3 maintainer."""
    return max((ROLES.index(role) + 1 for role in roles), default=0)


# ── who is who ────────────────────────────────────────────────────────────────────────────────
def may_identify(person: Person | None, others: Sequence[Person], at: dt.datetime) -> bool:
    """May say which accounts these people have, or that they are one: a Maintainer of a SIG in which
    one of them holds or held a role or contributed, or an administrator; nobody about themselves."""
    if person is None or person.pk in {other.pk for other in others}:
        return False
    if person.user is not None and can_administer(person.user):
        return True
    led = [
        term.sig_id
        for term in person.role_terms.filter(role=MAINTAINER).select_related("sig")
        if MAINTAINER in roles_of(person, term.sig, term.sig.day_of(at))
    ]
    return (
        RoleTerm.objects.filter(person__in=others, sig__in=led).exists()
        or Contribution.objects.filter(person__in=others, sig__in=led).exists()
    )


def can_identify(user: User, others: Sequence[Person], at: dt.datetime) -> bool:
    """As may_identify; an administrator needs no person of their own."""
    person = acting_person(user)
    return may_identify(person, others, at) if person else can_administer(user)


def can_administer(user: User) -> bool:
    return bool(user.is_active and getattr(user, "is_superuser", False))


def can_see_doubles(user: User, sig: Sig) -> bool:
    return can_administer(user) or is_maintainer(user, sig)


# ── inactivity and leave ──────────────────────────────────────────────────────────────────────
def may_ask(person: Person | None, about: Person, roles: Roles) -> bool:
    """Ask somebody silent whether they go on: a Maintainer, about anybody but themself."""
    return person is not None and MAINTAINER in roles and person.pk != about.pk


def may_see_inquiry(person: Person | None, about: Person, roles: Roles) -> bool:
    """A question and its answer: the members, and the one it is put to, in office or not."""
    return person is not None and (bool(roles) or person.pk == about.pk)


def may_answer(person: Person | None, about: Person) -> bool:
    return person is not None and person.pk == about.pk


def can_see_leave_note(person: Person | None, about: Person, roles: Roles) -> bool:
    """Why somebody is away is private (I9): theirs and the Maintainers'."""
    return person is not None and (MAINTAINER in roles or person.pk == about.pk)


# ── files ─────────────────────────────────────────────────────────────────────────────────────
def may_change_files(person: Person | None, promotion: Promotion, roles: Roles) -> bool:
    """Bring a decision into the community's files: a Maintainer, except the one it is about."""
    return person is not None and _may_lead(person, promotion, roles)
