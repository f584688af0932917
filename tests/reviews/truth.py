"""Is the mirror equal to the host? The rows that differ, each in one readable line."""

from collections.abc import Iterator
from typing import Any

from members.models import Repository
from reviews.models import Comment, Issue, PullRequest, RepositorySync
from tests.fakes.state import State
from tests.fakes.truth import Rows, truth

MODELS = {
    "pulls": (PullRequest, {}),
    "issues": (Issue, {}),
    "pull_comments": (Comment, {"kind": "pull"}),
    "issue_comments": (Comment, {"kind": "issue"}),
}


def differences(repository: Repository, state: State, *, ignoring: str = "") -> list[str]:
    """Every way in which our rows are not the host's public ones: lost, left over, or otherwise.

    `ignoring` names columns, separated by blanks, that may differ.
    """
    wanted = truth(state, repository.path)
    return [
        f"{name} {line}"
        for name in MODELS
        for line in _differing(wanted[name], _ours(repository, name), set(ignoring.split()))
    ]


def passed_over(repository: Repository, state: State) -> list[str]:
    """I8: rows of the host that are older than a cursor and yet not stored. Safe while a sync runs."""
    cursors = RepositorySync.objects.filter(repository=repository).values().first() or {}
    found = []
    for name, rows in truth(state, repository.path).items():
        cursor = cursors.get(f"{name}_cursor")
        ours = _ours(repository, name) if cursor else {}
        found += [
            f"{name} {identity} of {row['updated_at']} is not stored, the cursor is at {cursor}"
            for identity, row in rows.items()
            if cursor and row["updated_at"] < cursor and identity not in ours
        ]
    return found


def _ours(repository: Repository, name: str) -> Rows:
    model, kind = MODELS[name]
    rows = model._default_manager.filter(repository=repository, remote_id__isnull=False, **kind)
    return {row["remote_id"]: row for row in rows.values()}


def _differing(wanted: Rows, ours: Rows, ignored: set[str]) -> Iterator[str]:
    for identity in sorted(wanted.keys() | ours.keys()):
        if identity not in ours:
            yield f"{identity} is lost: {wanted[identity]}"
        elif identity not in wanted:
            yield f"{identity} is left over"
        else:
            yield from _columns(identity, wanted[identity], ours[identity], ignored)


def _columns(
    identity: int, wanted: dict[str, Any], ours: dict[str, Any], ignored: set[str]
) -> Iterator[str]:
    for column in wanted.keys() - ignored:
        if ours[column] != wanted[column]:
            yield f"{identity}.{column}: {ours[column]!r}, at the host {wanted[column]!r}"
