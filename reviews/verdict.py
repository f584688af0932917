"""Who gave lgtm and approve on a pull request, whose word counted, and why another's did not.

Pure: no table, no clock. Source of the rules: `command.md` of the MindSpore community, as restated in
docs/reviews.md.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .case import UNKNOWN_RIGHTS, Case, NewCommits, Remark, Rights, Rule, Speaker, Word

# Accounts of the community's robots: they label and merge, they do not review.
BOTS = frozenset({"i-robot", "mindspore-ci-bot", "mindspore-bot"})
COMMAND = re.compile(r"^/(lgtm|approve)(?:[ \t]+(cancel))?[ \t]*$", re.IGNORECASE | re.MULTILINE)


class Reason(StrEnum):
    """Why a word given does not count. Names, not sentences: reviews.wording has those."""

    BOT = "bot"
    UNKNOWN_PERSON = "unknown_person"
    OWN = "own"
    EDITED = "edited"
    AFTER_CLOSE = "after_close"
    NOT_ENTITLED = "not_entitled"
    BEFORE_PUSH = "before_push"
    WITHDRAWN = "withdrawn"
    REPEATED = "repeated"
    CANCEL = "cancel"


class Conclusion(StrEnum):
    """The values of PullRequest.Verdict."""

    PENDING = "pending"
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


# ── what follows from it ──────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Given:
    """One command in one remark. It counts when there is no reason against it.

    `is_uncertain`: it may be older than a push, and counts in doubt. `is_witnessed`: no remark says
    so, the merge commit does; then `key` is 0.
    """

    key: int
    by: Speaker
    word: Word
    is_cancel: bool
    at: dt.datetime
    reason: Reason | None = None
    is_uncertain: bool = False
    is_witnessed: bool = False

    @property
    def login(self) -> str:
        return self.by.login

    @property
    def counts(self) -> bool:
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every lgtm and approve in order of time, counted or not, and what follows by the rule."""

    lgtm: tuple[Given, ...]
    approve: tuple[Given, ...]
    rule: Rule
    rights: Rights = UNKNOWN_RIGHTS
    labels_missing: tuple[str, ...] = ()
    labels_blocking: tuple[str, ...] = ()
    are_labels_known: bool = True
    is_merged: bool = False
    is_complete: bool = True
    counted: tuple[Given, ...] = field(init=False)

    def __post_init__(self) -> None:
        counted = tuple(one for one in (*self.lgtm, *self.approve) if one.counts)
        object.__setattr__(self, "counted", counted)

    @property
    def lgtm_by(self) -> tuple[str, ...]:
        """Logins whose lgtm counts, each once."""
        return tuple(given.login for given in self.lgtm if given.counts)

    @property
    def approve_by(self) -> tuple[str, ...]:
        return tuple(given.login for given in self.approve if given.counts)

    @property
    def lgtm_required(self) -> int:
        return self.rule.lgtm

    @property
    def approve_required(self) -> int:
        return self.rule.approve

    @property
    def lgtm_missing(self) -> int:
        return max(0, self.rule.lgtm - len(self.lgtm_by))

    @property
    def approve_missing(self) -> int:
        return max(0, self.rule.approve - len(self.approve_by))

    @property
    def has_numbers(self) -> bool:
        return not self.lgtm_missing and not self.approve_missing

    @property
    def met(self) -> bool:
        """By what is known: enough words, and no label against it."""
        return self.has_numbers and not self.labels_missing and not self.labels_blocking

    @property
    def is_sure(self) -> bool:
        """Whether enough is known to say that the rule was met."""
        return self.rights.are_known and (self.are_labels_known or not self.rule.names_labels)

    @property
    def conclusion(self) -> Conclusion:
        """Only something merged can break the rule; what is missing may be in comments not read."""
        if self.met:
            return Conclusion.MET if self.is_sure else Conclusion.UNKNOWN
        if not self.is_merged:
            return Conclusion.PENDING
        surely = self.is_complete or self.labels_missing or self.labels_blocking
        return Conclusion.UNMET if surely else Conclusion.UNKNOWN


def judge(remarks: Iterable[Remark], case: Case, *, as_of: dt.datetime) -> Verdict:
    """The verdict over the remarks of one pull request, given in any order.

    Each word is measured by the rights of its moment. Where neither OWNERS nor roster is known,
    everyone's counts. `as_of` is the moment of asking; only the rights shown for an open one
    depend on it. Logins compare lower-case.
    """
    ordered = sorted(remarks, key=lambda remark: (remark.created_at, remark.key))
    given = [_weighed(one, remark, case) for remark in ordered for one in commands(remark)]
    lgtm = _settle(one for one in given if one.word is Word.LGTM)
    approve = _settle(one for one in given if one.word is Word.APPROVE)
    end = case.until or as_of
    if not case.is_complete:
        witnessed = list(_witnessed(case, end))
        lgtm = _with_witnesses(lgtm, witnessed, Word.LGTM)
        approve = _with_witnesses(approve, witnessed, Word.APPROVE)
    missing, blocking = _label_faults(case.rule, case.labels)
    return Verdict(
        lgtm=lgtm,
        approve=approve,
        rule=case.rule,
        rights=case.rights_at(end),
        labels_missing=missing,
        labels_blocking=blocking,
        are_labels_known=case.labels is not None,
        is_merged=case.is_merged,
        is_complete=case.is_complete,
    )


def commands(remark: Remark) -> Iterator[Given]:
    """The commands in a remark: each a line of its own, any case, CR stripped."""
    if "/" not in remark.body:
        return
    for match in COMMAND.finditer(remark.body.replace("\r", "")):
        yield Given(
            key=remark.key,
            by=remark.by,
            word=Word(match[1].lower()),
            is_cancel=match[2] is not None,
            at=remark.created_at,
        )


def is_bot(login: str) -> bool:
    return login.lower() in BOTS


# ── one word by itself ────────────────────────────────────────────────────────────────────────
def _weighed(given: Given, remark: Remark, case: Case) -> Given:
    reason = _against(given, remark, case)
    is_uncertain = reason is None and any(given.at < push.at for push in _pushes(case))
    return replace(given, reason=reason, is_uncertain=is_uncertain)


def _against(given: Given, remark: Remark, case: Case) -> Reason | None:
    """What speaks against one command by itself, the weightiest first."""
    if reason := _against_speaker(given.by, case):
        return reason
    if remark.updated_at != remark.created_at:
        return Reason.EDITED
    if case.until is not None and given.at > case.until:
        return Reason.AFTER_CLOSE
    if not _is_entitled(given.by, case.rights_at(given.at), given.word):
        return Reason.NOT_ENTITLED
    if any(given.at < push.not_before for push in _pushes(case)):
        return Reason.BEFORE_PUSH
    return None


def _against_speaker(by: Speaker, case: Case) -> Reason | None:
    if not by.login:
        return Reason.UNKNOWN_PERSON
    if is_bot(by.login):
        return Reason.BOT
    if by.is_same_as(case.author):
        return Reason.OWN
    return None


def _is_entitled(by: Speaker, rights: Rights, word: Word) -> bool:
    entitled = rights.of(word)
    return entitled is None or by.is_among(entitled)


def _pushes(case: Case) -> Iterator[NewCommits]:
    """Those before the end: what comes to the branch afterwards is another matter."""
    for push in case.pushes:
        if case.until is None or push.not_before <= case.until:
            yield push


# ── all words together ────────────────────────────────────────────────────────────────────────
def _settle(given: Iterable[Given]) -> tuple[Given, ...]:
    """Of each person's valid commands the latest stands; a cancel only takes back."""
    settled: list[Given] = []
    standing: dict[int | str, int] = {}
    for one in given:
        if one.counts:
            before = standing.get(one.by.who)
            if before is not None and not settled[before].is_cancel:
                reason = Reason.WITHDRAWN if one.is_cancel else Reason.REPEATED
                settled[before] = replace(settled[before], reason=reason)
            standing[one.by.who] = len(settled)
        if one.counts and one.is_cancel:
            one = replace(one, reason=Reason.CANCEL)
        settled.append(one)
    return tuple(settled)


def _witnessed(case: Case, at: dt.datetime) -> Iterator[Given]:
    """The merge commit's word for reviewers: an lgtm, and an approve where they surely had the right."""
    rights = case.rights_at(at)
    for by in case.witnesses:
        reason = _against_speaker(by, case)
        for word in Word:
            if word is Word.APPROVE and (rights.approve is None or not by.is_among(rights.approve)):
                continue
            against = reason
            if against is None and not _is_entitled(by, rights, word):
                against = Reason.NOT_ENTITLED
            yield Given(0, by, word, False, at, against, is_witnessed=True)


def _with_witnesses(
    settled: tuple[Given, ...], witnessed: Iterable[Given], word: Word
) -> tuple[Given, ...]:
    """What people said themselves outweighs what the merge commit says of them."""
    spoken = {one.by.who for one in settled}
    return (*settled, *(one for one in witnessed if one.word is word and one.by.who not in spoken))


def _label_faults(
    rule: Rule, labels: Collection[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Required labels that are missing, and blocking ones that are there; none while unknown."""
    if labels is None:
        return (), ()
    present = {label.lower() for label in labels}
    missing = tuple(label for label in rule.required_labels if label.lower() not in present)
    return missing, tuple(label for label in rule.blocking_labels if label.lower() in present)
