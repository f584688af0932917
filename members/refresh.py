"""Several duties and scopes changed in one act, as an item of a meeting's agenda decides it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from . import role_term, rules
from .models import Account, Person, Repository, RoleTerm, Sig
from .policy import COMMITTER, MAINTAINER
from .refusals import BadProposal, NotAllowed, Refusal
from .steps import digest

DUTY_LENGTH = MEETING_LENGTH = 200


class Stale(Refusal):
    def __init__(self) -> None:
        super().__init__(_("名单在您填写期间已有变动，没有保存；请核对现在的内容后再提交。"))


@dataclass(frozen=True)
class Wanted:
    """What a running term shall say: its duty, and the numbers of the repositories in its scope."""

    term: int
    duty: str
    repositories: frozenset[int]


def holders(sig: Sig, on: dt.date) -> Sequence[RoleTerm]:
    """Terms in force on a day, higher roles first; three queries however many."""
    accounts = Prefetch("person__accounts", Account.objects.order_by("pk"))
    terms = RoleTerm.objects.active(on).filter(sig=sig).select_related("person", "sig")
    found = terms.prefetch_related("repositories", accounts)
    ranks = {MAINTAINER: 0, COMMITTER: 1}
    return sorted(found, key=lambda term: (ranks.get(term.role, 2), term.person.name, term.pk))


def fingerprint(terms: Iterable[RoleTerm]) -> str:
    """Of what a form shows: when it is another by the time of saving, the form is stale."""
    return digest([_shown(term) for term in sorted(terms, key=lambda term: term.pk)])


def _shown(term: RoleTerm) -> list[object]:
    return [term.pk, term.role, term.duty, sorted(one.pk for one in term.repositories.all())]


@transaction.atomic
def refresh(
    *,
    sig: Sig,
    wanted: Iterable[Wanted],
    seen: str,
    meeting: str,
    by: Person,
    at: dt.datetime,
) -> list[RoleTerm]:
    """Write what differs, one entry `role.changed` a term; nothing differs: nothing is written.

    `seen` is the fingerprint of what the form showed; `meeting` says which meeting decided. Raises
    NotAllowed, Stale, BadProposal (`meeting`, `duty`, `repositories`).
    """
    on = sig.day_of(at)
    _refuse_stranger(sig, by, on)
    # One after another: the second of two tabs must see what the first has written.
    Sig.objects.select_for_update().get(pk=sig.pk)
    terms = holders(sig, on)
    changes = _changes(sig, terms, wanted)
    if fingerprint(terms) != seen:
        raise Stale
    if not changes:
        return []
    if not 0 < len(meeting.strip()) <= MEETING_LENGTH:
        raise BadProposal("meeting", _("请写明是哪一次会议决定的。"))
    reason = f"meeting:{meeting.strip()}"
    return [
        role_term.change(term=term, duty=duty, repositories=scope, reason=reason, by=by, at=at)
        for term, duty, scope in changes
    ]


def _refuse_stranger(sig: Sig, by: Person, on: dt.date) -> None:
    if MAINTAINER not in rules.roles_of(by, sig, on):
        raise NotAllowed(_("只有 Maintainer 可以登记例会对职责与负责仓库的调整。"))


def _changes(
    sig: Sig, terms: Sequence[RoleTerm], wanted: Iterable[Wanted]
) -> list[tuple[RoleTerm, str, list[Repository]]]:
    by_number = {term.pk: term for term in terms}
    repositories = {one.pk: one for one in Repository.objects.filter(sig=sig)}
    changes = []
    for want in wanted:
        term = by_number.get(want.term)
        if term is None:
            raise Stale
        duty = want.duty.strip()
        has = {one.pk for one in term.repositories.all()}
        if (duty, set(want.repositories)) == (term.duty, has):
            continue
        _refuse_malformed(term, duty, want, repositories)
        changes.append((term, duty, [repositories[pk] for pk in sorted(want.repositories)]))
    return changes


def _refuse_malformed(
    term: RoleTerm, duty: str, want: Wanted, repositories: dict[int, Repository]
) -> None:
    if len(duty) > DUTY_LENGTH:
        raise BadProposal("duty", _("职责至多 %(count)d 个字。") % {"count": DUTY_LENGTH})
    if not want.repositories <= repositories.keys():
        raise BadProposal("repositories", _("只能选择本 SIG 的仓库。"))
    if want.repositories and term.role != COMMITTER:
        raise BadProposal("repositories", _("只有 Committer 指定负责仓库。"))
