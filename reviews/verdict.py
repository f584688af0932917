"""Who gave lgtm and approve on a pull request, whose word counted, and why another's did not.

Pure: no table, no clock. Source of the rules: `command.md` of the MindSpore community, as restated in
docs/sync.md.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum

# Accounts of the community's robots: they label and merge, they do not review.
BOTS = frozenset({"i-robot", "mindspore-ci-bot", "mindspore-bot"})
COMMAND = re.compile(r"^/(lgtm|approve)(?:[ \t]+(cancel))?[ \t]*$", re.IGNORECASE | re.MULTILINE)


class Word(StrEnum):
    LGTM = "lgtm"
    APPROVE = "approve"


class Reason(StrEnum):
    """Why a word given does not count. Names, not sentences: reviews.wording has those."""

    BOT = "bot"
    UNKNOWN_PERSON = "unknown_person"
    OWN = "own"
    EDITED = "edited"
    AFTER_CLOSE = "after_close"
    NOT_ENTITLED = "not_entitled"
    WITHDRAWN = "withdrawn"
    REPEATED = "repeated"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as the verdict needs it. `key` is the caller's; `login` is "" when the host lost it."""

    key: int
    login: str
    body: str
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Given:
    """One command in one remark. It counts when there is no reason against it."""

    key: int
    login: str
    word: Word
    is_cancel: bool
    at: dt.datetime
    reason: Reason | None = None

    @property
    def counts(self) -> bool:
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every lgtm and approve in order of time, counted or not, beside the numbers the rule asks for."""

    lgtm: tuple[Given, ...]
    approve: tuple[Given, ...]
    lgtm_required: int
    approve_required: int

    @property
    def lgtm_by(self) -> tuple[str, ...]:
        """Logins whose lgtm counts, each once."""
        return tuple(given.login for given in self.lgtm if given.counts)

    @property
    def approve_by(self) -> tuple[str, ...]:
        return tuple(given.login for given in self.approve if given.counts)

    @property
    def lgtm_missing(self) -> int:
        return max(0, self.lgtm_required - len(self.lgtm_by))

    @property
    def approve_missing(self) -> int:
        return max(0, self.approve_required - len(self.approve_by))

    @property
    def met(self) -> bool:
        return not self.lgtm_missing and not self.approve_missing


def judge(
    remarks: Iterable[Remark],
    *,
    author: str,
    lgtm_required: int,
    approve_required: int,
    reviewers: Set[str] | None = None,
    approvers: Set[str] | None = None,
    until: dt.datetime | None = None,
) -> Verdict:
    """The verdict over the remarks of one pull request, given in any order.

    `reviewers` and `approvers` are the lower-case logins whose lgtm and approve count, None when
    that is not known: then everyone's does. `until` is when it was merged or closed; later words
    change nothing. Logins compare lower-case.
    """
    ordered = sorted(remarks, key=lambda remark: (remark.created_at, remark.key))
    entitled = {Word.LGTM: reviewers, Word.APPROVE: approvers}
    given = [
        replace(one, reason=_against(one, remark, author, entitled[one.word], until))
        for remark in ordered
        for one in commands(remark)
    ]
    return Verdict(
        lgtm=_settle(one for one in given if one.word is Word.LGTM),
        approve=_settle(one for one in given if one.word is Word.APPROVE),
        lgtm_required=lgtm_required,
        approve_required=approve_required,
    )


def commands(remark: Remark) -> Iterator[Given]:
    """The commands in a remark: each a line of its own, any case, CR stripped."""
    for match in COMMAND.finditer(remark.body.replace("\r", "")):
        yield Given(
            key=remark.key,
            login=remark.login,
            word=Word(match[1].lower()),
            is_cancel=match[2] is not None,
            at=remark.created_at,
        )


def is_bot(login: str) -> bool:
    return login.lower() in BOTS


def _against(
    given: Given,
    remark: Remark,
    author: str,
    entitled: Set[str] | None,
    until: dt.datetime | None,
) -> Reason | None:
    """What speaks against one command by itself, the weightiest first."""
    login = remark.login.lower()
    if not login:
        return Reason.UNKNOWN_PERSON
    if is_bot(login):
        return Reason.BOT
    if login == author.lower():
        return Reason.OWN
    if remark.updated_at != remark.created_at:
        return Reason.EDITED
    if until is not None and given.at > until:
        return Reason.AFTER_CLOSE
    if entitled is not None and login not in entitled:
        return Reason.NOT_ENTITLED
    return None


def _settle(given: Iterable[Given]) -> tuple[Given, ...]:
    """Of each person's valid commands the latest stands; a cancel only takes back."""
    settled: list[Given] = []
    standing: dict[str, int] = {}
    for one in given:
        if one.counts:
            before = standing.get(one.login.lower())
            if before is not None and not settled[before].is_cancel:
                reason = Reason.WITHDRAWN if one.is_cancel else Reason.REPEATED
                settled[before] = replace(settled[before], reason=reason)
            standing[one.login.lower()] = len(settled)
        if one.counts and one.is_cancel:
            one = replace(one, reason=Reason.CANCEL)
        settled.append(one)
    return tuple(settled)


def remarks_by_login(remarks: Sequence[Remark]) -> dict[str, int]:
    """How many remarks each person (lower-case login) made; robots are no persons."""
    counts: dict[str, int] = {}
    for remark in remarks:
        login = remark.login.lower()
        if login and not is_bot(login):
            counts[login] = counts.get(login, 0) + 1
    return counts
