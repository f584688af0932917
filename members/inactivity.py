"""Holders of a role who have shown nothing for long: who they are, asking them, and their answer.

Nothing follows by itself: whoever reads the answers may propose, and a vote decides.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ledger import record

from . import rules, silence
from .models import Contribution, Inquiry, Leave, Person, Promotion, RoleTerm, Sig, actor_of
from .notices.about import about_sig
from .notices.outbox import tell
from .policy import ROLES, Rules
from .refusals import BadProposal, NotAllowed, Refusal
from .rulebook import rules_on
from .transitions import LEAVING

NOTE_LENGTH = 2_000
UNASKED, WAITING, OVERDUE, ANSWERED = "unasked", "waiting", "overdue", "answered"


class NotSilent(Refusal):
    def __init__(self, person: Person) -> None:
        super().__init__(
            _("%(name)s 现在不需要询问：近期有贡献、正在请假，或没有规则所涉及的角色。")
            % {"name": person.name}
        )


class AlreadyAnswered(Refusal):
    """The question has its answer; asking again, or answering otherwise, is not what the rules mean."""


@dataclass(frozen=True)
class Silent:
    """Somebody who has shown nothing in the SIG since a day. `shown_on` None: nothing at all."""

    term: RoleTerm
    months: int
    shown_on: dt.date | None
    shown_kind: str
    since: dt.date
    # The newest question of this silence, and the open proposal to take the role away.
    inquiry: Inquiry | None
    status: str
    proposal: Promotion | None

    @property
    def person(self) -> Person:
        return self.term.person


# ── who ───────────────────────────────────────────────────────────────────────────────────────
def silent_on(sig: Sig, on: dt.date) -> list[Silent]:
    """Who has shown nothing for the months of their role's rules, the longest silent first.

    On leave: not among them; new in the role, or back from a leave: not before the months passed.
    Seven queries, however many hold a role.
    """
    book = {role: one for role, one in rules_on(sig, on).items() if one.inactive_months}
    held = RoleTerm.objects.active(on).filter(sig=sig).select_related("person", "sig")
    terms = _highest(held.prefetch_related("person__accounts"))
    terms = {pk: term for pk, term in terms.items() if term.role in book}
    signs, leaves = _last_signs(sig, terms, on), _leaves(sig, terms, on)
    rows = []
    for pk, term in terms.items():
        if pk in leaves and leaves[pk] is None:
            continue
        row = _silent(term, book[term.role], signs.get(pk, {}), leaves.get(pk), on)
        if row is not None:
            rows.append(row)
    return sorted(_with_steps(sig, rows, on), key=lambda row: (row.since, row.person.pk))


def _highest(terms: Iterable[RoleTerm]) -> dict[int, RoleTerm]:
    """One term a person, of the highest role."""
    found: dict[int, RoleTerm] = {}
    for term in sorted(terms, key=lambda term: ROLES.index(term.role)):
        found[term.person_id] = term
    return found


def _last_signs(sig: Sig, people: Iterable[int], on: dt.date) -> dict[int, dict[str, dt.date]]:
    """By person the day of the last contribution of each kind, up to the end of a day."""
    end = dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), tzinfo=sig.zone)
    rows = Contribution.objects.filter(sig=sig, person__in=list(people), at__lt=end)
    signs: dict[int, dict[str, dt.date]] = {}
    for person, kind, at in rows.order_by().values_list("person_id", "kind").annotate(Max("at")):
        signs.setdefault(person, {})[kind] = sig.day_of(at)
    return signs


def _leaves(sig: Sig, people: Iterable[int], on: dt.date) -> dict[int, dt.date | None]:
    """By person the day they came back last; None while they are away."""
    begun = Leave.objects.filter(sig=sig, person__in=list(people), started_on__lte=on)
    back: dict[int, dt.date | None] = {}
    for person, ended_on in begun.order_by("started_on").values_list("person_id", "ended_on"):
        is_away = ended_on is None or ended_on > on
        back[person] = None if is_away else ended_on
    return back


def _silent(
    term: RoleTerm, own: Rules, signs: Mapping[str, dt.date], back_on: dt.date | None, on: dt.date
) -> Silent | None:
    counted = {kind: day for kind, day in signs.items() if kind in silence.counted_kinds(own)}
    kind, shown_on = max(counted.items(), key=lambda sign: sign[1], default=("", None))
    since = silence.quiet_since(term.started_on, shown_on, back_on)
    if not silence.is_silent(own, since, on):
        return None
    label = str(Contribution.Kind(kind).label) if kind else ""
    return Silent(term, own.inactive_months, shown_on, label, since, None, UNASKED, None)


def _with_steps(sig: Sig, rows: list[Silent], on: dt.date) -> Iterable[Silent]:
    """What was asked, answered and proposed already."""
    people = [row.term.person_id for row in rows]
    asked = Inquiry.objects.filter(sig=sig, person__in=people).order_by("asked_at", "pk")
    newest = {inquiry.person_id: inquiry for inquiry in asked}
    leaving = Promotion.objects.filter(sig=sig, person__in=people, kind__in=LEAVING)
    open_ones = leaving.filter(state__in=Promotion.OPEN_STATES).select_related("sig")
    proposals = {(one.person_id, one.role): one for one in open_ones}
    for row in rows:
        inquiry = newest.get(row.term.person_id)
        status = _status(row, inquiry, on)
        yield Silent(
            term=row.term,
            months=row.months,
            shown_on=row.shown_on,
            shown_kind=row.shown_kind,
            since=row.since,
            inquiry=inquiry if status != UNASKED else None,
            status=status,
            proposal=proposals.get((row.term.person_id, row.term.role)),
        )


def _status(row: Silent, inquiry: Inquiry | None, on: dt.date) -> str:
    """A question of before the last sign is over; an answer holds for as long as a silence takes."""
    sig = row.term.sig
    if inquiry is None or sig.day_of(inquiry.asked_at) < row.since:
        return UNASKED
    if inquiry.answered_at is None:
        return OVERDUE if is_overdue(inquiry, sig, on) else WAITING
    again = Rules(inactive_months=row.months)
    lapsed = silence.is_silent(again, sig.day_of(inquiry.answered_at), on)
    return UNASKED if lapsed or not inquiry.answer else ANSWERED


def is_overdue(inquiry: Inquiry, sig: Sig, on: dt.date) -> bool:
    """Open for so long that it is marked."""
    open_long = silence.is_overdue(sig.day_of(inquiry.asked_at), on)
    return inquiry.answered_at is None and open_long


# ── asking ────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def ask(*, person: Person, sig: Sig, by: Person, at: dt.datetime) -> Inquiry:
    """A Maintainer asks somebody silent whether they go on; the mail leaves by the outbox.

    Asked already and not answered: that question, and nothing is written. Raises NotAllowed,
    NotSilent, AlreadyAnswered.
    """
    # One after another: two Maintainers ask once.
    Sig.objects.select_for_update().get(pk=sig.pk)
    on = sig.day_of(at)
    if not rules.may_ask(by, person, rules.roles_of(by, sig, on)):
        raise NotAllowed(_("只有其他 Maintainer 可以询问一位成员是否继续。"))
    row = next((row for row in silent_on(sig, on) if row.person.pk == person.pk), None)
    if row is None:
        raise NotSilent(person)
    if row.status == ANSWERED:
        raise AlreadyAnswered(_("%(name)s 已经答复，暂时不再询问。") % {"name": person.name})
    if row.inquiry is not None:
        return row.inquiry
    return _asked(row, by, at)


def _asked(row: Silent, by: Person, at: dt.datetime) -> Inquiry:
    sig, person = row.term.sig, row.person
    # A question that a contribution made idle ends without an answer.
    Inquiry.objects.filter(sig=sig, person=person, answered_at=None).update(answered_at=at)
    inquiry = Inquiry.objects.create(
        person=person, sig=sig, last_shown_on=row.shown_on, asked_at=at, asked_by=by
    )
    tell(
        key=f"inquiry:{inquiry.pk}:asked",
        kind="inquiry.asked",
        person=person,
        data={**about_sig(sig), "role": row.term.role, "by": by.name, "path": _path(inquiry)},
        at=at,
    )
    shown = row.shown_on.isoformat() if row.shown_on else ""
    data = {"role": str(row.term.role), "last_shown_on": shown, "months": row.months}
    _record(inquiry, "inquiry.asked", by, at, data)
    return inquiry


def _path(inquiry: Inquiry) -> str:
    """Without a language; the reader's own is put before it when sending."""
    with translation.override("zh-hans"):
        return reverse("members:inquiry-detail", args=[inquiry.sig.slug, inquiry.pk])


# ── answering ─────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def answer(*, inquiry_id: int, choice: str, note: str, by: Person, at: dt.datetime) -> Inquiry:
    """The person's own answer, once; the same again does nothing. No role changes by it.

    The note is for the members and stays out of the public record. Raises NotAllowed, BadProposal
    (`choice`, `note`), AlreadyAnswered.
    """
    inquiry = (
        Inquiry.objects.select_for_update(of=("self",))
        .select_related("sig", "person")
        .get(pk=inquiry_id)
    )
    text = note.strip()
    if not rules.may_answer(by, inquiry.person):
        raise NotAllowed(_("只有被询问的人可以答复。"))
    if not choice or choice not in Inquiry.Answer.values:
        raise BadProposal("choice", _("请选择继续、请假或卸任。"))
    if len(text) > NOTE_LENGTH:
        raise BadProposal("note", _("说明至多 %(count)d 个字。") % {"count": NOTE_LENGTH})
    if inquiry.answered_at is not None:
        if (inquiry.answer, inquiry.answer_note) == (choice, text):
            return inquiry
        raise AlreadyAnswered(_("这次询问已经结束，不能再答复。"))
    inquiry.answer, inquiry.answer_note, inquiry.answered_at = choice, text, at
    inquiry.save(update_fields=["answer", "answer_note", "answered_at"])
    _record(inquiry, "inquiry.answered", by, at, {"answer": choice})
    return inquiry


def _record(
    inquiry: Inquiry, action: str, by: Person, at: dt.datetime, data: dict[str, object]
) -> None:
    person = inquiry.person
    record.append(
        actor=actor_of(by),
        action=action,
        subject=person.actor,
        data={"sig": inquiry.sig.slug, "name": person.name, "inquiry": inquiry.pk, **data},
        at=at,
    )
