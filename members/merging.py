"""Two people turn out to be one: who may say so, what stands against it, and everything that moves."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ledger import record

from . import likeness, rules
from .belongings import ON_DOUBLE, UNDECIDED, Double, doubles, relations
from .chunks import chunks
from .models import Account, Ballot, Contribution, Person, Promotion, Recusal, RoleTerm, actor_of
from .notices.outbox import tell
from .overlap import Cut, Span, untangle
from .refusals import NotAllowed, Refusal


class Conflicts(Refusal):
    """Something must be settled first; `sentences` names each."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__(" ".join(sentences))


class AlreadyMerged(Refusal):
    def __init__(self, person: Person) -> None:
        super().__init__(_("“%(name)s”已并入另一位成员。") % {"name": person.name})


@dataclass
class Moved:
    """What a merge moves, leaves and joins: numbers of rows by the relation's name."""

    moved: Counter[str] = field(default_factory=Counter)
    stays: Counter[str] = field(default_factory=Counter)
    joined: Counter[str] = field(default_factory=Counter)


@dataclass
class Preview:
    """Exactly what `merge` would do now, in words; with `conflicts` it would refuse."""

    accounts: list[Account]
    terms: list[RoleTerm]
    folds: list[str]
    moved: list[tuple[str, int]]
    stays: list[tuple[str, int]]
    joined: list[tuple[str, int]]
    conflicts: list[str]
    takes_user: bool


# ── the merge ─────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def merge(*, kept_id: int, gone_id: int, reason: str, by: Person | None, at: dt.datetime) -> Person:
    """Everything of `gone` becomes `kept`'s, in one transaction; the ledger says what moved.

    Sent twice, it happens once. `by` None: an administrator without a person of their own. Frozen
    evidence and the counts of decided votes stay as they are. Raises NotAllowed, AlreadyMerged,
    Conflicts, likeness.SamePerson; there is no way back.
    """
    kept, gone = _locked(kept_id, gone_id)
    if gone.merged_into_id == kept.pk:
        return kept
    refuse_unless_may(by, kept, gone, at)
    if against := conflicts(kept, gone):
        raise Conflicts(against)
    was, terms = gone.actor, [_term_json(term) for term in _terms(gone)]
    accounts = list(gone.accounts.all())
    moved = take_over(kept=kept, gone=gone, at=at)
    record.append(
        actor=actor_of(by),
        action="person.merged",
        subject=kept.actor,
        data={
            "name": kept.name,
            "merged": was,
            "merged_name": gone.name,
            "reason": reason.strip(),
            "accounts": [str(account) for account in accounts],
            "terms": terms,
            "moved": dict(moved.moved),
            "stayed": dict(moved.stays),
            "joined": dict(moved.joined),
        },
        at=at,
    )
    _tell(kept, accounts, by, at)
    return kept


def refuse_unless_may(by: Person | None, kept: Person, gone: Person, at: dt.datetime) -> None:
    """Raises SamePerson, AlreadyMerged, NotAllowed; None is an administrator, whom the view knows."""
    if kept.pk == gone.pk:
        raise likeness.SamePerson
    for person in (kept, gone):
        if person.merged_into_id is not None:
            raise AlreadyMerged(person)
    if by is not None and not rules.may_identify(by, [kept, gone], at):
        raise NotAllowed(
            _("合并须由另一人确认：相关 SIG 的 Maintainer 或管理员，且不能是两人之一。")
        )


def take_over(*, kept: Person, gone: Person, at: dt.datetime | None) -> Moved:
    """Move everything that hangs on `gone`; call it inside a transaction, conflicts looked for before.

    `at` None: nobody decided it, a code host showed that both are one (members.people).
    """
    moved = Moved(joined=_joined_beforehand(kept, gone))
    _untangle_terms(kept, gone)
    _take_attendance(kept, gone)
    likeness.settle(kept=kept, gone=gone)
    if at is not None:
        gone.accounts.update(joined_at=at)
    for relation in relations():
        for double in doubles(relation, kept, gone):
            ON_DOUBLE[double.rule](double.mine, double.theirs, at)
            moved.joined[relation.name] += 1
        moved.stays[relation.name] = relation.staying(gone).count()
        moved.moved[relation.name] = relation.moving(gone).update(**{relation.field.name: kept})
    for counts in (moved.moved, moved.stays, moved.joined):
        for name in [name for name, number in counts.items() if not number]:
            del counts[name]
    _take_person(kept, gone)
    return moved


def _joined_beforehand(kept: Person, gone: Person) -> Counter[str]:
    """Rows of `gone` that go into rows of `kept`: terms within terms, presence noted twice."""
    terms = sum(
        cut.into is not None and same[cut.key].person_id == gone.pk
        for cut, same in _cuts(_terms(kept, gone))
    )
    names = {
        "members.roleterm.person": terms,
        "members.contribution.person": len(_attended_twice(kept, gone)),
    }
    return Counter({name: number for name, number in names.items() if number})


def _take_person(kept: Person, gone: Person) -> None:
    """The row of `gone` stays, empty, and leads to the one that was kept."""
    user, email = gone.user, gone.email
    gone.user, gone.email, gone.merged_into = None, "", kept
    gone.save(update_fields=["user", "email", "merged_into"])
    kept.user = kept.user or user
    kept.email = kept.email or email
    kept.organization = kept.organization or gone.organization
    kept.time_zone = kept.time_zone or gone.time_zone
    kept.save(update_fields=["user", "email", "organization", "time_zone"])
    for person in (kept, gone):
        getattr(person, "_prefetched_objects_cache", {}).clear()


def _locked(kept_id: int, gone_id: int) -> tuple[Person, Person]:
    # Without the key: whoever writes a fact about either at this moment need not wait, nor lock us.
    locked = Person.objects.select_for_update(no_key=True).order_by("pk")
    people = locked.in_bulk([kept_id, gone_id])
    return people[kept_id], people[gone_id]


def _tell(kept: Person, accounts: list[Account], by: Person | None, at: dt.datetime) -> None:
    # Stored without a language before it, whoever merges.
    with translation.override("zh-hans"):
        path = reverse("members:person-detail", args=[kept.login])
    data = {
        "name": kept.name,
        "logins": [account.login for account in accounts],
        "by": by.name if by else "",
        "path": path,
    }
    tell(
        key=f"person:{kept.pk}:merged:{at.isoformat()}",
        kind="member.merged",
        person=kept,
        data=data,
        at=at,
    )


# ── role terms ────────────────────────────────────────────────────────────────────────────────
def _terms(*people: Person) -> list[RoleTerm]:
    terms = RoleTerm.objects.filter(person__in=people).select_related("sig")
    return list(terms.prefetch_related("repositories").order_by("started_on", "pk"))


def _term_json(term: RoleTerm) -> dict[str, Any]:
    return {
        "sig": term.sig.slug,
        "role": term.role,
        "duty": term.duty,
        "repositories": sorted(str(one) for one in term.repositories.all()),
        "from": term.started_on.isoformat(),
        "until": term.ended_on.isoformat() if term.ended_on else "",
    }


def _cuts(terms: Iterable[RoleTerm]) -> Iterator[tuple[Cut, dict[int, RoleTerm]]]:
    by_role: dict[tuple[int, str], dict[int, RoleTerm]] = {}
    for term in terms:
        by_role.setdefault((term.sig_id, term.role), {})[term.pk] = term
    for same in by_role.values():
        for cut in untangle(
            Span(term.pk, term.started_on, term.ended_on) for term in same.values()
        ):
            yield cut, same


def _untangle_terms(kept: Person, gone: Person) -> None:
    """One person holds a role once on any day: a term within another goes into it, of two that
    overlap the earlier ends where the later begins."""
    for cut, terms in _cuts(_terms(kept, gone)):
        term = terms[cut.key]
        if cut.into is None:
            term.ended_on, term.ended_as = cut.end, ""
            term.save(update_fields=["ended_on", "ended_as"])
            continue
        wider = terms[cut.into]
        wider.repositories.add(*term.repositories.all())
        wider.duty = wider.duty or term.duty
        wider.save(update_fields=["duty"])
        term.delete()


def _fold_sentences(kept: Person, gone: Person) -> list[str]:
    return [_fold_sentence(cut, terms) for cut, terms in _cuts(_terms(kept, gone))]


def _fold_sentence(cut: Cut, terms: dict[int, RoleTerm]) -> str:
    term = terms[cut.key]
    values = {"role": term.get_role_display(), "sig": term.sig.local_name, "from": term.started_on}
    if cut.into is not None:
        wider = terms[cut.into].started_on
        sentence = _("%(sig)s %(role)s：自 %(from)s 起的任期并入自 %(wider)s 起的任期。")
        return sentence % {**values, "wider": wider}
    sentence = _("%(sig)s %(role)s：自 %(from)s 起的任期改为到 %(end)s 结束，由下一段任期接续。")
    return sentence % {**values, "end": cut.end}


# ── meetings attended ─────────────────────────────────────────────────────────────────────────
def _take_attendance(kept: Person, gone: Person) -> None:
    """Presence is stored under the key of the person (meetings.attendance); once a meeting, also for
    who was written down under two names."""
    twice = _attended_twice(kept, gone)
    for some in chunks(twice):
        Contribution.objects.filter(pk__in=some).delete()
    moving = list(_attended(gone))
    for row in moving:
        row.source = _source_of(row, gone, kept)
    Contribution.objects.bulk_update(moving, ["source"], batch_size=500)


def _attended_twice(kept: Person, gone: Person) -> list[int]:
    held = set(_attended(kept).values_list("source", flat=True))
    return [row.pk for row in _attended(gone) if _source_of(row, gone, kept) in held]


def _attended(person: Person) -> QuerySet[Contribution]:
    kind = Contribution.Kind.MEETING_ATTENDED
    return Contribution.objects.filter(
        person=person, kind=kind, source__endswith=f":{person.pk}"
    ).order_by("pk")


def _source_of(row: Contribution, gone: Person, kept: Person) -> str:
    return f"{row.source.removesuffix(f':{gone.pk}')}:{kept.pk}"


# ── what stands against it ────────────────────────────────────────────────────────────────────
def conflicts(kept: Person, gone: Person) -> list[str]:
    """What people must settle before the two can be one, in sentences."""
    found = []
    if kept.user_id is not None and gone.user_id is not None:
        found.append(
            _("两人都登录过本门户，各有一个登录用户；请管理员先停用并删除其中一个登录用户。")
        )
    for relation in relations():
        for double in doubles(relation, kept, gone):
            if double.rule not in ON_DOUBLE:
                found.append(_double_sentence(double))
    return found + _cross_sentences(kept, gone) + _cross_sentences(gone, kept)


def _double_sentence(double: Double) -> str:
    if double.rule == "ballot_one_live_per_voter":
        return _("两人在进行中的“%(promotion)s”表决里都投了票；等表决结束再合并。") % {
            "promotion": double.mine.promotion
        }
    if double.rule == "promotion_one_open_per_role":
        return _("两人各有一份进行中的提名：%(promotion)s；先撤回其中一份，或等它有结果。") % {
            "promotion": double.mine
        }
    if double.rule == "endorsement_promotion_person_unique":
        return _("两人都附议了进行中的“%(promotion)s”；等它有结果再合并。") % {
            "promotion": double.mine.promotion
        }
    return _("两人各有一条“%(what)s”，而一人只能有一条；须先处理其中一条。") % {
        "what": double.relation.label
    }


def _cross_sentences(one: Person, other: Person) -> list[str]:
    """Where, in a promotion that is not decided, one of them decides about the other."""
    open_ones = Promotion.objects.filter(state__in=UNDECIDED)
    about = open_ones.filter(person=one).filter(
        Q(ballots__voter=other, ballots__superseded_at=None)
        | Q(endorsements__person=other)
        | Q(nominated_by=other)
    )
    recused = Recusal.objects.filter(person=one, withdrawn_at=None, promotion__in=open_ones)
    voted = Ballot.objects.filter(
        voter=other, superseded_at=None, promotion__in=recused.values("promotion")
    )
    return [
        _("在进行中的“%(promotion)s”里，一人是候选人，另一人已提名、附议或表决；等它有结果再合并。")
        % {"promotion": promotion}
        for promotion in about.select_related("person").distinct()
    ] + [
        _("在进行中的“%(promotion)s”表决里，一人已回避，另一人已投票；等表决结束再合并。")
        % {"promotion": ballot.promotion}
        for ballot in voted.select_related("promotion__person")
    ]


# ── the preview ───────────────────────────────────────────────────────────────────────────────
def preview(kept: Person, gone: Person) -> Preview:
    """What `merge` would do with the rows of this moment; a bounded number of queries."""
    moved: list[tuple[str, int]] = []
    stays: list[tuple[str, int]] = []
    joined: list[tuple[str, int]] = []
    beforehand = _joined_beforehand(kept, gone)
    for relation in relations():
        twice = len(doubles(relation, kept, gone)) + beforehand[relation.name]
        numbers = (relation.moving(gone).count() - twice, relation.staying(gone).count(), twice)
        for lines, number in zip((moved, stays, joined), numbers, strict=True):
            if number:
                lines.append((str(relation.label), number))
    return Preview(
        accounts=list(gone.accounts.all()),
        terms=_terms(gone),
        folds=_fold_sentences(kept, gone),
        moved=moved,
        stays=stays,
        joined=joined,
        conflicts=conflicts(kept, gone),
        takes_user=gone.user_id is not None and kept.user_id is None,
    )
