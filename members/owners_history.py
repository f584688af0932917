"""A file of dated OWNERS versions, as read from a clone, into the portal."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from .models import Repository
from .owners import note_owners


class HistoryError(Exception):
    """The file cannot be used: names file and entry. Nothing has been written."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the file said from an instant (aware) on."""

    sha: str
    at: dt.datetime
    reviewers: tuple[str, ...]
    approvers: tuple[str, ...]


def read_history(path: Path, *, max_bytes: int) -> list[Snapshot]:
    """Snapshots of a JSON file `[{"sha", "date", "reviewers", "approvers"}, …]`, in order of time.

    Dates are ISO 8601 with an offset. Raises HistoryError naming the entry, counted from 1.
    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise HistoryError(f"{path}: {size} bytes, at most {max_bytes} are read")
        rows = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HistoryError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise HistoryError(f"{path}: not UTF-8") from error
    except json.JSONDecodeError as error:
        raise HistoryError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error
    if not isinstance(rows, list):
        raise HistoryError(f"{path}: a list of entries was expected")
    snapshots = [_snapshot(f"{path}, entry {number}", row) for number, row in enumerate(rows, 1)]
    # Stable: of two commits of one second the one written later is the later.
    return sorted(snapshots, key=lambda snapshot: snapshot.at)


@transaction.atomic
def import_history(
    repository: Repository, snapshots: Sequence[Snapshot], *, path: str = "OWNERS"
) -> int:
    """Store the versions of one OWNERS file; returns how many were new. A second run stores none."""
    latest = {snapshot.at: snapshot for snapshot in snapshots}
    return sum(
        note_owners(
            repository,
            path,
            approvers=one.approvers,
            reviewers=one.reviewers,
            valid_from=one.at,
            sha=one.sha,
        )
        for one in latest.values()
    )


def _snapshot(where: str, row: Any) -> Snapshot:
    if not isinstance(row, dict):
        raise HistoryError(f"{where}: an object was expected")
    return Snapshot(
        sha=_text(where, row, "sha"),
        at=_instant(where, row),
        reviewers=_names(where, row, "reviewers"),
        approvers=_names(where, row, "approvers"),
    )


def _text(where: str, row: dict[str, Any], key: str) -> str:
    value = row.get(key, "")
    if not isinstance(value, str):
        raise HistoryError(f"{where}: {key}: text was expected")
    return value


def _instant(where: str, row: dict[str, Any]) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(_text(where, row, "date"))
        if at.tzinfo is None:
            raise HistoryError(f"{where}: date: an offset such as +08:00 is missing")
        return at.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise HistoryError(f"{where}: date: {row.get('date')!r} is no ISO 8601 time") from error


def _names(where: str, row: dict[str, Any], key: str) -> tuple[str, ...]:
    names = row.get(key) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise HistoryError(f"{where}: {key}: a list of logins was expected")
    return tuple(name.removeprefix("@") for name in names)
