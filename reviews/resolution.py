"""Recording a formal decision: every write of a resolution stands in this module.

A resolution is public and final; whoever wants it otherwise records another that supersedes it.
"""

import datetime as dt
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ledger import record
from ledger.models import Entry
from members.models import Person, RoleTerm, Sig, actor_of
from members.printable import printable
from members.refusals import BadProposal, NotAllowed, Refusal

from . import rfc
from .models import Issue, PullRequest, Resolution
from .models.resolution import ResolutionQuerySet
from .rules import resolving_role
from .subject import Subject, text_of

TITLE_LENGTH = 200
REASONS_LENGTH = 10_000


@dataclass(frozen=True)
class Proposal:
    """What is to be recorded. `supersedes` is the number of an older resolution of the SIG."""

    subject: Subject
    title: str
    outcome: str
    reasons: str
    supersedes: int | None = None

    @property
    def sig_id(self) -> int:
        return self.subject.repository.sig_id

    def tidied(self) -> "Proposal":
        """One spelling for line ends and blanks, so that one text has one hash."""
        reasons = printable(self.reasons.replace("\r\n", "\n").replace("\r", "\n")).strip()
        return replace(self, title=" ".join(printable(self.title).split()), reasons=reasons)


class AlreadyRecorded(Refusal):
    """The form was recorded before, with other content; `resolution` is what it became."""

    def __init__(self, resolution: Resolution) -> None:
        self.resolution = resolution
        super().__init__(
            _(
                "这份表单已记录为第 %(number)d 号决议，不能再改；要改变结论，请记录新的决议来取代它。"
            )
            % {"number": resolution.number}
        )


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def resolutions_on(subject: Subject) -> ResolutionQuerySet:
    """All resolutions on a pull request or an issue, the newest first; needs `subject.repository`.

    By its name in the record, so that a row mirrored anew finds those of the old one.
    """
    return Resolution.objects.filter(subject=text_of(subject)).with_all()


def entry_of(resolution: Resolution) -> Entry | None:
    """The ledger's entry of its adoption, with its row in the register; needs `resolution.sig`."""
    entries = Entry.objects.filter(subject=_key(resolution), action="resolution.adopted")
    return entries.select_related("register_row").order_by("seq").first()


def hash_of(reasons: str) -> str:
    """SHA-256, hexadecimal, over the UTF-8 of the reasons: what the ledger keeps of them."""
    return sha256(reasons.encode()).hexdigest()


# ── recording ─────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def check(*, proposal: Proposal, by: Person, at: dt.datetime) -> list[rfc.Step]:
    """Raise what `adopt` would raise now, and write nothing; what would follow for RFCs."""
    _role, _former, steps = _examine(proposal.tidied(), by, at)
    return steps


@transaction.atomic
def adopt(*, proposal: Proposal, token: UUID, by: Person, at: dt.datetime) -> Resolution:
    """Record the decision, with the SIG's next number; the same form sent again is one record.

    Raises NotAllowed, BadProposal (`field`), AlreadyRecorded, rfc.WrongState.
    """
    proposal = proposal.tidied()
    # One at a time within a SIG: numbers have no gaps, and no resolution is superseded twice.
    sig = Sig.objects.select_for_update(no_key=True).get(pk=proposal.sig_id)
    twin = Resolution.objects.filter(token=token).select_related("sig", "supersedes").first()
    if twin is not None:
        return _same(twin, proposal, by)
    role, former, steps = _examine(proposal, by, at)
    resolution = Resolution.objects.create(
        sig=sig,
        number=(sig.resolutions.aggregate(last=Max("number"))["last"] or 0) + 1,
        pull=proposal.subject if isinstance(proposal.subject, PullRequest) else None,
        issue=proposal.subject if isinstance(proposal.subject, Issue) else None,
        subject=text_of(proposal.subject),
        title=proposal.title,
        outcome=proposal.outcome,
        reasons=proposal.reasons,
        decided_by=by,
        decided_at=at,
        supersedes=former,
        token=token,
    )
    _record(resolution, "adopted", _content(resolution, role), by, at)
    if former is not None:
        _record(former, "superseded", {"by": resolution.number}, by, at)
    rfc.carry_out(steps, by=by, at=at, resolution=resolution.number)
    return resolution


def _same(twin: Resolution, proposal: Proposal, by: Person) -> Resolution:
    wanted = (by.pk, text_of(proposal.subject), proposal.title, proposal.outcome, proposal.reasons)
    stored = (twin.decided_by_id, twin.subject, twin.title, twin.outcome, twin.reasons)
    former = twin.supersedes.number if twin.supersedes else None
    if (stored, former) != (wanted, proposal.supersedes):
        raise AlreadyRecorded(twin)
    return twin


def _examine(
    proposal: Proposal, by: Person, at: dt.datetime
) -> tuple[str, Resolution | None, list[rfc.Step]]:
    """The role to decide by, the resolution it supersedes and what follows for RFCs."""
    role = _role_on(proposal.subject, by, at)
    _refuse_malformed(proposal)
    former = _former(proposal, by, at)
    steps = rfc.steps_for(proposal.subject, proposal.outcome, former)
    _refuse_lost(proposal.subject)
    return role, former, steps


def _role_on(subject: Subject, by: Person, at: dt.datetime) -> str:
    repository = subject.repository
    role = resolving_role(by, repository, repository.sig.day_of(at))
    if not role:
        raise NotAllowed(
            _("%(path)s 的决议由本 SIG 的 Maintainer 和负责该仓库的 Committer 记录。")
            % {"path": repository.path}
        )
    return role


def _refuse_malformed(proposal: Proposal) -> None:
    if not 0 < len(proposal.title) <= TITLE_LENGTH:
        raise BadProposal(
            "title", _("请用一句话写明决定了什么，不超过 %(limit)d 字。") % {"limit": TITLE_LENGTH}
        )
    if not 0 < len(proposal.reasons) <= REASONS_LENGTH:
        raise BadProposal(
            "reasons", _("请写明理由，不超过 %(limit)d 字。") % {"limit": REASONS_LENGTH}
        )
    if proposal.outcome not in Resolution.Outcome.values:
        raise BadProposal("outcome", _("请选择接受、不接受或暂缓。"))


def _refuse_lost(subject: Subject) -> None:
    """The mirror may have removed it since the form was read; from here on it stays."""
    row = type(subject)._default_manager.filter(pk=subject.pk).select_for_update(no_key=True)
    if not row.values_list("pk", flat=True):
        raise BadProposal("subject", _("代码平台上已经没有它了，不能再作决议。"))


def _former(proposal: Proposal, by: Person, at: dt.datetime) -> Resolution | None:
    """The resolution to be superseded, in force and within the right of `by`.

    Only older ones can be named, and each once: a chain never comes back to its beginning.
    """
    number = proposal.supersedes
    if number is None:
        return None
    rows = Resolution.objects.filter(sig=proposal.sig_id, number=number)
    former = rows.select_related("sig", "superseded_by", "pull", "issue").first()
    if former is None:
        raise BadProposal("supersedes", _("本 SIG 没有第 %(number)d 号决议。") % {"number": number})
    if former.successor is not None:
        raise BadProposal(
            "supersedes",
            _("第 %(number)d 号决议已被第 %(by)d 号取代，请取代最新的一号。")
            % {"number": number, "by": former.successor.number},
        )
    if not _may_supersede(former, by, at):
        raise BadProposal(
            "supersedes",
            _("第 %(number)d 号决议属于您不负责的仓库，须由 Maintainer 取代。")
            % {"number": number},
        )
    return former


def _may_supersede(former: Resolution, by: Person, at: dt.datetime) -> bool:
    """Whoever might have recorded it; what the mirror no longer has is for Maintainers."""
    if former.on is not None:
        repository = former.on.repository
        return bool(resolving_role(by, repository, repository.sig.day_of(at)))
    terms = RoleTerm.objects.active(former.sig.day_of(at)).filter(person=by, sig=former.sig)
    return terms.filter(role=RoleTerm.Role.MAINTAINER).exists()


# ── the public record ─────────────────────────────────────────────────────────────────────────
def _content(resolution: Resolution, role: str) -> dict[str, Any]:
    former = resolution.supersedes
    return {
        "outcome": str(resolution.outcome),
        "subject": resolution.subject,
        "role": role,
        "reasons_sha256": hash_of(resolution.reasons),
        "supersedes": former.number if former else None,
    }


def _record(
    resolution: Resolution, event: str, data: dict[str, Any], by: Person, at: dt.datetime
) -> None:
    about = {
        "sig": resolution.sig.slug,
        "number": resolution.number,
        "title": resolution.title,
    }
    record.append(
        actor=actor_of(by),
        action=f"resolution.{event}",
        subject=_key(resolution),
        data={**about, **data},
        at=at,
    )


def _key(resolution: Resolution) -> str:
    return f"resolution:{resolution.sig.slug}/{resolution.number}"
