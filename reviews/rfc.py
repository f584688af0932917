"""RFCs: issues with the RFC label, moved by hand until a resolution decides them.

Every write of an RFC's state stands here, one ledger entry each (`rfc.in_review`, `rfc.accepted`,
…). `by` is the acting Person, `at` an aware instant. Refusals are raised before any write.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ledger import record
from ledger.models import Entry
from members.chunks import chunks
from members.models import Person, Repository, Sig, actor_of
from members.refusals import BadProposal, NotAllowed, Refusal
from members.rules import roles_of

from . import rules
from .models import Issue, PullRequest, Resolution, Rfc
from .rfc_transitions import BY_OUTCOME, DECIDED, TRANSITIONS
from .subject import Unreadable, find, text_of

State = Rfc.State
KEY_LENGTH = 200


class WrongState(Refusal):
    """The step does not fit the state the RFC is in now."""

    def __init__(self, rfc: Rfc) -> None:
        super().__init__(
            _("RFC #%(number)s 现在是“%(state)s”，这一步已不适用。")
            % {"number": rfc.issue.number, "state": rfc.get_state_display()}
        )


@dataclass(frozen=True)
class Step:
    """A change of state that a resolution brings about, already found to be allowed."""

    rfc: Rfc
    target: State
    successor: Rfc | None = None


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def rfcs_of(sig: Sig) -> QuerySet[Rfc]:
    rows = Rfc.objects.filter(issue__repository__sig=sig)
    rows = rows.select_related("issue__repository__sig", "issue__author__person")
    return rows.select_related("superseded_by__issue__repository").prefetch_related(
        "issue__author__person__accounts"
    )


def rfcs_in_review(sig: Sig) -> QuerySet[Rfc]:
    """Those that wait for a resolution, the longest waiting first."""
    return rfcs_of(sig).filter(state=State.IN_REVIEW).order_by("state_changed_at", "pk")


# ── by hand ───────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def submit(*, rfc_id: int, by: Person, at: dt.datetime) -> Rfc:
    """The draft is ready to be discussed. Raises NotAllowed, WrongState."""
    return _enter(_claim(rfc_id, "submit", by, at), State.IN_REVIEW, by, at)


@transaction.atomic
def take_back(*, rfc_id: int, by: Person, at: dt.datetime) -> Rfc:
    """Back to a draft, to be reworked. Raises NotAllowed, WrongState."""
    return _enter(_claim(rfc_id, "take_back", by, at), State.DRAFT, by, at)


@transaction.atomic
def name_successor(*, rfc_id: int, successor: Rfc, by: Person, at: dt.datetime) -> Rfc:
    """A Maintainer says which RFC takes its place. Raises NotAllowed, WrongState, BadProposal."""
    locked = _locked({rfc_id, successor.pk})
    rfc, successor = locked[rfc_id], locked[successor.pk]
    _refuse_unless_may("supersede", rfc, by, at)
    _refuse_wrong_state("supersede", rfc)
    if successor == rfc:
        raise BadProposal("successor", _("RFC 不能由自己取代。"))
    if successor.issue.repository.sig_id != rfc.issue.repository.sig_id:
        raise BadProposal("successor", _("后继须是本 SIG 的 RFC。"))
    # Only one that stands may follow, so that no chain ever comes back to its beginning.
    if successor.state == State.SUPERSEDED:
        raise BadProposal("successor", _("这份 RFC 本身已被取代，请写最新的一份。"))
    return _enter(rfc, State.SUPERSEDED, by, at, successor=successor)


# ── by a resolution ───────────────────────────────────────────────────────────────────────────
def steps_for(subject: PullRequest | Issue, outcome: str, former: Resolution | None) -> list[Step]:
    """What a resolution with `outcome` on `subject`, superseding `former`, does to RFCs.

    The RFC it decides follows its outcome; an RFC whose resolution is superseded by one on
    something else is superseded with it. Locks the rows. Raises WrongState, BadProposal.
    """
    own_id = subject.pk if isinstance(subject, Issue) else None
    former_id = former.issue_id if former else None
    by_issue = _locked_by_issue([key for key in (own_id, former_id) if key])
    own = by_issue.get(own_id or 0)
    steps = _own_step(own, outcome, revises=former_id == own_id) if own else []
    old = by_issue.get(former_id or 0)
    if old and old != own and old.state != State.SUPERSEDED:
        successor = own if outcome == Resolution.Outcome.ACCEPTED else None
        steps.append(Step(old, State.SUPERSEDED, successor))
    return steps


def _locked_by_issue(ids: Iterable[int]) -> dict[int, Rfc]:
    """RFCs of these issues. The issues first, as the mirror does that follows their labels."""
    issues = Issue.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk")
    keys = Rfc.objects.filter(issue__in=list(issues.values_list("pk", flat=True)))
    return {rfc.issue_id: rfc for rfc in _locked(keys.values_list("pk", flat=True)).values()}


def _own_step(rfc: Rfc, outcome: str, *, revises: bool) -> list[Step]:
    transition = BY_OUTCOME[Resolution.Outcome(outcome)]
    if rfc.state == State.SUPERSEDED:
        raise WrongState(rfc)
    if rfc.state in DECIDED and not revises:
        raise BadProposal("supersedes", _decided_sentence(rfc))
    # Deferred before it was decided, or the same outcome for other reasons: it stays as it is.
    if transition.target == rfc.state or (transition.name == "defer" and rfc.state not in DECIDED):
        return []
    if rfc.state == State.DRAFT:
        raise BadProposal("subject", _("这份 RFC 还是草案，先在问题页面送交评审，才能作出决议。"))
    _refuse_wrong_state(transition.name, rfc)
    return [Step(rfc, transition.target)]


def _decided_sentence(rfc: Rfc) -> str:
    on_it = Resolution.objects.in_force().filter(subject=text_of(rfc.issue))
    newest = on_it.exclude(outcome=Resolution.Outcome.DEFERRED).order_by("-number").first()
    if newest is None:
        return _("这份 RFC 已有结论；要改变它，请写明取代哪一号决议。")
    return _("这份 RFC 已有结论；要改变它，请写明取代第 %(number)d 号决议。") % {
        "number": newest.number
    }


def carry_out(steps: Iterable[Step], *, by: Person, at: dt.datetime, resolution: int) -> None:
    """The steps found by `steps_for` in the same transaction; `resolution` is its number."""
    for step in steps:
        _enter(step.rfc, step.target, by, at, successor=step.successor, resolution=resolution)


# ── from the mirror ───────────────────────────────────────────────────────────────────────────
def is_rfc(labels: Iterable[str]) -> bool:
    wanted = {label.casefold() for label in settings.RFC_LABELS}
    return any(str(label).strip().casefold() in wanted for label in labels)


def note_rfcs(repository: Repository, numbers: Iterable[str]) -> None:
    """Bring RFCs in line with the labels of the stored issues; idempotent, a few queries a chunk.

    Without its label an RFC stays if anything ever happened to it, else it goes.
    """
    for chunk in chunks(numbers):
        _note_chunk(repository, chunk)


@transaction.atomic
def _note_chunk(repository: Repository, numbers: list[str]) -> None:
    issues = list(Issue.objects.filter(repository=repository, number__in=numbers))
    for issue in issues:
        issue.repository = repository
    known = set(Rfc.objects.filter(issue__in=issues).values_list("issue_id", flat=True))
    new = [issue for issue in issues if is_rfc(issue.labels) and issue.pk not in known]
    bare = [issue for issue in issues if not is_rfc(issue.labels) and issue.pk in known]
    if new:
        _create(new)
    if bare:
        _drop_untouched(bare)


def _create(issues: list[Issue]) -> None:
    """An issue mirrored anew, or labelled late, begins where the record says that it was left."""
    entries, decided = _last_moves(issues), _decisions(issues)
    rows = [
        _beginning(issue, entries.get(_key(issue)), decided.get(text_of(issue))) for issue in issues
    ]
    Rfc.objects.bulk_create(rows, ignore_conflicts=True)


def _last_moves(issues: list[Issue]) -> dict[str, Entry]:
    """The newest entry of each RFC that ever stood on one of these issues, by its subject."""
    entries = Entry.objects.filter(subject__in=[_key(issue) for issue in issues])
    return {entry.subject: entry for entry in entries.order_by("seq")}


def _decisions(issues: list[Issue]) -> dict[str, Resolution]:
    """The newest decision in force on each, by its subject; a deferral decides nothing."""
    rows = Resolution.objects.in_force().filter(subject__in=[text_of(issue) for issue in issues])
    rows = rows.exclude(outcome=Resolution.Outcome.DEFERRED)
    return {row.subject: row for row in rows.order_by("decided_at", "pk")}


def _beginning(issue: Issue, entry: Entry | None, decided: Resolution | None) -> Rfc:
    if decided is not None and (entry is None or decided.decided_at > entry.at):
        state = BY_OUTCOME[Resolution.Outcome(decided.outcome)].target
        return Rfc(issue=issue, state=state, state_changed_at=decided.decided_at)
    if entry is None:
        return Rfc(issue=issue, state=State.DRAFT, state_changed_at=issue.created_at)
    return Rfc(
        issue=issue,
        state=State(entry.action.removeprefix("rfc.")),
        state_changed_at=entry.at,
        superseded_by=_rfc_called(issue.repository.sig, entry.data.get("successor", "")),
    )


def _rfc_called(sig: Sig, text: str) -> Rfc | None:
    try:
        row = find(sig, text) if text else None
    except Unreadable:  # the successor is not mirrored any more
        return None
    return Rfc.objects.filter(issue=row).first() if isinstance(row, Issue) else None


def _drop_untouched(issues: list[Issue]) -> None:
    drafts = Rfc.objects.select_for_update().filter(issue__in=issues, state=State.DRAFT)
    by_id = {issue.pk: issue for issue in issues}
    keys = {_key(by_id[rfc.issue_id]): rfc.pk for rfc in drafts.order_by("pk")}
    moved = set(Entry.objects.filter(subject__in=keys).values_list("subject", flat=True))
    decided = Resolution.objects.filter(issue__in=issues).values("issue")
    untouched = Rfc.objects.filter(pk__in=[pk for key, pk in keys.items() if key not in moved])
    untouched.exclude(issue__in=decided).delete()


# ── what every step shares ────────────────────────────────────────────────────────────────────
def _locked(keys: Iterable[int]) -> dict[int, Rfc]:
    """Rows by key, locked in one order so that two writers never wait for each other."""
    rows = Rfc.objects.select_for_update(of=("self",)).filter(pk__in=list(keys)).order_by("pk")
    found = rows.select_related("issue__repository__sig", "issue__author")
    return {rfc.pk: rfc for rfc in found}


def _claim(rfc_id: int, action: str, by: Person, at: dt.datetime) -> Rfc:
    locked = _locked({rfc_id})
    if rfc_id not in locked:
        raise Rfc.DoesNotExist(f"no RFC {rfc_id}")
    rfc = locked[rfc_id]
    _refuse_unless_may(action, rfc, by, at)
    _refuse_wrong_state(action, rfc)
    return rfc


def _refuse_unless_may(action: str, rfc: Rfc, by: Person, at: dt.datetime) -> None:
    sig = rfc.issue.repository.sig
    if rules.may_move_rfc(action, by, rfc, roles_of(by, sig, sig.day_of(at))):
        return
    if action == "supersede":
        raise NotAllowed(_("只有本 SIG 的 Maintainer 可以指定后继的 RFC。"))
    raise NotAllowed(_("只有 RFC 的作者或本 SIG 成员可以改变它的状态。"))


def _refuse_wrong_state(action: str, rfc: Rfc) -> None:
    if rfc.state not in TRANSITIONS[action].sources:
        raise WrongState(rfc)


def _enter(
    rfc: Rfc,
    state: str,
    by: Person,
    at: dt.datetime,
    *,
    successor: Rfc | None = None,
    resolution: int | None = None,
) -> Rfc:
    before, rfc.state, rfc.state_changed_at = rfc.state, State(state), at
    rfc.superseded_by = successor
    rfc.save(update_fields=["state", "state_changed_at", "superseded_by"])
    issue = rfc.issue
    data = {
        "sig": issue.repository.sig.slug,
        "owner": issue.repository.owner,
        "name": issue.repository.name,
        "number": issue.number,
        "title": issue.title,
        "from": str(before),
        "successor": text_of(successor.issue) if successor else None,
        "resolution": resolution,
    }
    said = {name: value for name, value in data.items() if value is not None}
    record.append(
        actor=actor_of(by), action=f"rfc.{rfc.state}", subject=_key(issue), data=said, at=at
    )
    return rfc


def _key(issue: Issue) -> str:
    """How the ledger names an RFC; by the hash of its name where that is longer than it may be."""
    key = f"rfc:{text_of(issue)}"
    return key if len(key) <= KEY_LENGTH else f"rfc:{sha256(key.encode()).hexdigest()}"
