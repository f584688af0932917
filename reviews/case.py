"""What is known of one pull request, in the form in which reviews.verdict weighs it. Pure."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Word(StrEnum):
    LGTM = "lgtm"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks. `login` is "" when the host lost it; `person` tells that two logins are one human.

    `names` are further lower-case logins of the same human: an account may have been renamed since.
    """

    login: str
    person: int | None = None
    names: frozenset[str] = frozenset()

    @property
    def who(self) -> int | str:
        return self.login.lower() if self.person is None else self.person

    def is_among(self, logins: Collection[str]) -> bool:
        return self.login.lower() in logins or not self.names.isdisjoint(logins)

    def is_same_as(self, other: "Speaker") -> bool:
        if self.person is not None and self.person == other.person:
            return True
        return bool(other.login) and self.is_among({other.login.lower(), *other.names})


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as the verdict needs it; `key` is the caller's."""

    key: int
    by: Speaker
    body: str
    created_at: dt.datetime
    updated_at: dt.datetime


class OwnersVersion(NamedTuple):
    """One version of an OWNERS file: where, since when, by which commit (empty: read as it stood)."""

    path: str
    valid_from: dt.datetime
    sha: str


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose lgtm and approve count from an instant on: lower-case logins, None when not known."""

    since: dt.datetime
    lgtm: frozenset[str] | None = None
    approve: frozenset[str] | None = None
    owners: tuple[OwnersVersion, ...] = ()
    by_roster: bool = False

    def of(self, word: Word) -> frozenset[str] | None:
        return self.lgtm if word is Word.LGTM else self.approve

    @property
    def are_known(self) -> bool:
        return self.lgtm is not None or self.approve is not None


UNKNOWN_RIGHTS = Rights(dt.datetime.min.replace(tzinfo=dt.UTC))


@dataclass(frozen=True, slots=True)
class Rule:
    """What a repository asks of a review, and since when (None: always)."""

    lgtm: int
    approve: int
    required_labels: tuple[str, ...] = ()
    blocking_labels: tuple[str, ...] = ()
    since: dt.datetime | None = None

    @property
    def names_labels(self) -> bool:
        return bool(self.required_labels or self.blocking_labels)


@dataclass(frozen=True, slots=True)
class NewCommits:
    """A push, known to lie between two instants (equal when the moment is known)."""

    not_before: dt.datetime
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known of one pull request beside the remarks.

    `until` is when it was merged or closed; later words change nothing. `labels` are those at the
    end, None when not known. `rights` are in order of time. `witnesses` are named by the merge
    commit. Unless `is_complete`, comments may exist that nobody has read.
    """

    rule: Rule
    author: Speaker
    rights: Sequence[Rights] = ()
    pushes: Sequence[NewCommits] = ()
    labels: Collection[str] | None = None
    witnesses: Sequence[Speaker] = ()
    until: dt.datetime | None = None
    is_merged: bool = False
    is_complete: bool = True

    def rights_at(self, at: dt.datetime) -> Rights:
        index = bisect_right(self.rights, at, key=lambda rights: rights.since)
        return self.rights[index - 1] if index else UNKNOWN_RIGHTS
