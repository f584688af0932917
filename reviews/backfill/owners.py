"""The history of a clone's OWNERS files: who could give an lgtm or an approve on any past day."""

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from django.db import transaction

from members.charter.facts import APPROVER, REVIEWER, CharterError, CharterFacts
from members.charter.owners import parse
from members.models import Repository
from members.owners import note_owners

from .ancestry import Remark
from .clone import Clone, CloneError, records

PATHS = ":(glob)**/OWNERS"
REGULAR = ("100644", "100755")
# No list of people is longer; what is, stays unread.
LARGEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Version:
    """One file as one commit left it, from `at` (aware UTC) on. `blob` is "" where it was removed."""

    path: str
    commit: str
    at: dt.datetime
    mode: str
    blob: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What a version says, logins only."""

    version: Version
    approvers: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()


def owners_history(clone: Clone, sha: str) -> tuple[list[Listed], list[Remark]]:
    """What each version says, oldest first, and what in them could not be read.

    A version that cannot be read is left out: the one before it goes on. Raises CloneError.
    """
    versions = list(_last_of_each_instant(_versions(clone, sha)))
    texts = _contents(clone, [version.blob for version in versions if version.blob])
    listed: list[Listed] = []
    remarks: list[Remark] = []
    for version in versions:
        try:
            facts = _facts(version, texts, remarks)
        except CharterError as error:
            remarks.append(Remark(version.commit, str(error)))
            continue
        listed.append(_listed(version, facts))
    return listed, remarks


@transaction.atomic
def note(
    repository: Repository, listed: Iterable[Listed], *, dry_run: bool = False
) -> list[Listed]:
    """Store versions; returns those that were news. `dry_run` takes them back."""
    news = [one for one in listed if _note(repository, one)]
    transaction.set_rollback(dry_run)
    return news


def _note(repository: Repository, one: Listed) -> bool:
    return note_owners(
        repository,
        one.version.path,
        approvers=one.approvers,
        reviewers=one.reviewers,
        valid_from=one.version.at,
        sha=one.version.commit,
    )


def _versions(clone: Clone, sha: str) -> Iterator[Version]:
    """Every change along the branch itself: a merge counts as the day its content came in."""
    shape = ("-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-mailmap")
    walk = ("--first-parent", "-m", "--reverse", "--format=tformat:%H %ct")
    with clone.running("log", *walk, *shape, sha, "--", PATHS) as output:
        words = (record.decode("utf-8", errors="replace") for record in records(output))
        commit, at = "", dt.datetime.min.replace(tzinfo=dt.UTC)
        for word in words:
            if not word.lstrip("\n").startswith(":"):
                commit, _, seconds = word.partition(" ")
                # Clocks go wrong; the order of the branch does not.
                at = max(at, dt.datetime.fromtimestamp(int(seconds), dt.UTC))
                continue
            _old_mode, mode, _old_blob, blob, status = word.lstrip("\n").split(" ")
            yield Version(next(words), commit, at, mode, "" if status == "D" else blob)


def _last_of_each_instant(versions: Iterable[Version]) -> Iterable[Version]:
    """Of several versions of one second only the last was ever in force."""
    return {(version.path, version.at): version for version in versions}.values()


def _facts(version: Version, texts: dict[str, str], remarks: list[Remark]) -> CharterFacts | None:
    """What the file says, None where it was removed. Raises CharterError."""
    if not version.blob:
        return None
    if version.mode not in REGULAR:
        raise CharterError(version.path, "a link or a folder, not a file")
    if version.blob not in texts:
        raise CharterError(version.path, "not in this clone, or too large")
    parsed = parse(texts[version.blob], version.path)
    remarks.extend(Remark(version.commit, str(problem)) for problem in parsed.problems)
    return parsed.facts


def _listed(version: Version, facts: CharterFacts | None) -> Listed:
    if facts is None:
        return Listed(version)
    approvers, reviewers = (
        tuple(one.login for one in facts.with_role(role) if one.login and not one.within)
        for role in (APPROVER, REVIEWER)
    )
    return Listed(version, approvers, reviewers)


# ── contents ──────────────────────────────────────────────────────────────────────────────────
def _contents(clone: Clone, blobs: Sequence[str]) -> dict[str, str]:
    """Texts by blob, one process for all. What the clone lacks or is too large is left out."""
    found: dict[str, str] = {}
    if not blobs:
        return found
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{blob}\n" for blob in dict.fromkeys(blobs)).encode())
        asked.seek(0)
        with clone.running("cat-file", "--batch", feed=asked) as output:
            while head := output.readline():
                blob, *rest = head.decode().split()
                if len(rest) == 2:
                    text = _body(output, int(rest[1]))
                    if text is not None and rest[0] == "blob":
                        found[blob] = text
    return found


def _body(output: IO[bytes], size: int) -> str | None:
    """One object of `size` bytes and the line break behind it."""
    if size <= LARGEST_BYTES:
        body = output.read(size + 1)
        if len(body) <= size:
            raise CloneError("git cat-file ended too soon")
        return body[:size].decode("utf-8", errors="replace")
    left = size + 1
    while left > 0 and (piece := output.read(min(left, LARGEST_BYTES))):
        left -= len(piece)
    return None
