"""Which commits a merge brought along, and so when a pull request's work began. Pure."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .message import Named, NotUnderstood, Told, names_a_pull, read

# Names under which hosts commit when someone presses their button; then the author pressed it.
HOSTS = frozenset({"gitee", "github", "gitcode", "atomgit", "gitlab", "noreply"})


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. Times are seconds since 1970, UTC; names are display names as git keeps them."""

    sha: str
    parents: tuple[str, ...]
    authored_s: int
    committed_s: int
    author: str
    committer: str
    message: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A pull request as its merge commit shows it. Times are aware, UTC."""

    sha: str
    told: Told
    merged_at: dt.datetime
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Remark:
    """A commit that was not understood or was left aside, and why."""

    sha: str
    text: str

    def __str__(self) -> str:
        return f"{self.sha[:12]}: {self.text}"


@dataclass(frozen=True, slots=True)
class _Kept:
    parents: tuple[str, ...]
    authored_s: int
    author: str


class Ancestry:
    """Told every commit after its parents, finds the commits that each merge brought.

    Each commit is visited once: `_seen` is closed under ancestors, so a walk stops where it meets it.
    """

    def __init__(self) -> None:
        self._commits: dict[str, _Kept] = {}
        self._seen: set[str] = set()

    def add(self, commit: Commit) -> None:
        self._commits[commit.sha] = _Kept(commit.parents, commit.authored_s, commit.author)

    def brought_by(self, commit: Commit) -> list[_Kept]:
        """What came with `commit` beside its first parent's history; of a squash, itself."""
        if len(commit.parents) < 2:
            return [self._commits[commit.sha]]
        for _kept in self._walk(commit.parents[:1]):
            pass
        found = list(self._walk(commit.parents[1:]))
        # Merged before into another branch: then its last commit must do.
        return found or [self._commits[sha] for sha in commit.parents[1:] if sha in self._commits]

    def _walk(self, start: Iterable[str]) -> Iterator[_Kept]:
        """Commits not walked before, from `start` down. Those of a shallow clone end early."""
        pending = list(start)
        while pending:
            sha = pending.pop()
            kept = self._commits.get(sha)
            if kept is None or sha in self._seen:
                continue
            self._seen.add(sha)
            pending.extend(kept.parents)
            yield kept


class Reading:
    """The merges among commits told in order, parents first; `remarks` collects the rest."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []
        self._ancestry = Ancestry()
        self._first: dict[int, Merge] = {}

    @property
    def merges(self) -> list[Merge]:
        """One a number, the earliest, in the order of numbers."""
        return [self._first[number] for number in sorted(self._first)]

    def add(self, commit: Commit) -> None:
        self._ancestry.add(commit)
        try:
            merge = self._merge(commit)
        except NotUnderstood as error:
            self.remarks.append(Remark(commit.sha, str(error)))
            return
        if merge:
            self._keep(merge)
        elif len(commit.parents) > 1 and names_a_pull(commit.message):
            self.remarks.append(Remark(commit.sha, "names a pull request in no known form"))

    def _merge(self, commit: Commit) -> Merge | None:
        told = read(commit.message)
        if told is None:
            return None
        merged_at = _instant(commit.committed_s)
        brought = self._ancestry.brought_by(commit)
        return Merge(
            commit.sha,
            _completed(told, commit, brought),
            merged_at,
            created_at=_began(brought, commit.committed_s) or merged_at,
        )

    def _keep(self, merge: Merge) -> None:
        number = merge.told.number
        known = self._first.setdefault(number, merge)
        if known is merge:
            return
        first, later = sorted((known, merge), key=lambda one: one.merged_at)
        self._first[number] = first
        self.remarks.append(Remark(later.sha, f"!{number} again, merged first by {first.sha[:12]}"))


def _instant(seconds: int) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise NotUnderstood(f"{seconds} s since 1970 is no date") from error


def _began(brought: Sequence[_Kept], merged_s: int) -> dt.datetime | None:
    """When the first of the commits was written; clocks that are plainly wrong are left out."""
    times = [kept.authored_s for kept in brought if 0 < kept.authored_s <= merged_s]
    return _instant(min(times)) if times else None


def _completed(told: Told, commit: Commit, brought: Sequence[_Kept]) -> Told:
    """With what the commits tell where the message is silent: a sole author, who merged."""
    authors = {kept.author for kept in brought if kept.author}
    author = told.author or (_display(authors.pop()) if len(authors) == 1 else None)
    merged_by = told.merged_by or (None if told.has_trailers else _merger(commit))
    return replace(told, author=author, merged_by=merged_by)


def _merger(commit: Commit) -> Named | None:
    """Who made the merge commit. The author of a squash wrote the change; only its committer merged."""
    if commit.committer.lower() not in HOSTS:
        return _display(commit.committer)
    return _display(commit.author) if len(commit.parents) > 1 else None


def _display(name: str) -> Named | None:
    return Named(name[:200], is_login=False) if name.strip() else None
