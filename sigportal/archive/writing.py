"""Writes the archive beside the old one and puts it in its place when it is whole."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from ledger import reading as ledger

from .layout import (
    FORMAT,
    LEDGER,
    MANIFEST,
    NotAnArchive,
    is_archive,
    line_of,
    minutes_path,
    rows_path,
    sha256_of,
)
from .tables import PUBLIC_TARGETS, TABLES, Table

CHUNK = 1000
Files = dict[str, dict[str, Any]]


def export(folder: Path) -> int:
    """Write the public record to `folder`; gives the number of files beside the manifest.

    The folder is absent, empty or an older archive; else NotAnArchive, nothing written. Whatever
    stops it leaves the older one as it was.
    """
    folder = folder.absolute()
    old = folder.parent / f".{folder.name}.old"
    _take_up(folder, old)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.new-", dir=folder.parent))
    try:
        files = _write(fresh)
        fresh.chmod(0o755)
        _swap(fresh, folder, old)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return len(files)


def _take_up(folder: Path, old: Path) -> None:
    """Refuse a stranger's folder; undo a swap that was interrupted halfway."""
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise NotAnArchive(f"{folder} is no folder")
    if any(folder.iterdir()) and not is_archive(folder):
        raise NotAnArchive(f"{folder} holds files that are no archive; nothing was written")


def _swap(fresh: Path, folder: Path, old: Path) -> None:
    if old.exists():
        shutil.rmtree(old)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    if old.exists():
        shutil.rmtree(old)


def _write(folder: Path) -> Files:
    """Everything as of one moment, whoever writes to the portal meanwhile."""
    counts: dict[str, int] = {}
    with transaction.atomic():
        if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        head = ledger.head()
        counts[LEDGER] = _write_ledger(folder / LEDGER, head.seq)
        for table in TABLES:
            counts.update(_write_table(folder, table))
    files = {
        path: {"rows": rows, "sha256": sha256_of(folder / path)}
        for path, rows in sorted(counts.items())
    }
    manifest = {"format": FORMAT, "files": files, "ledger": {"seq": head.seq, "hash": head.hash}}
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    return files


def _write_ledger(path: Path, upto: int) -> int:
    with path.open("wb") as file:
        file.writelines(ledger.lines(upto))
    return upto


def _write_table(folder: Path, table: Table) -> Iterator[tuple[str, int]]:
    """Path and number of rows of every file; rows are read and written a chunk at a time."""
    for path, rows in groupby(_rows(table), lambda row: rows_path(table.name, row["id"])):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        count = 0
        with file.open("wb") as lines:
            for count, row in enumerate(rows, start=1):  # noqa: B007 - the last is the count
                if table.name == "minutes":
                    yield _write_minutes(folder, row), 1
                lines.write(line_of(row))
        yield path, count


def _write_minutes(folder: Path, row: dict[str, Any]) -> str:
    """The text stands in a file of its own, where people read it; the row keeps the rest."""
    path = minutes_path(row["meeting_id"], row["number"])
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_bytes(row.pop("body").encode())
    return path


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    hidden = {column: _hidden(table, column) for column in table.severed}
    for row in table.queryset().values(*table.columns).iterator(chunk_size=CHUNK):
        for column, numbers in hidden.items():
            if row["id"] in numbers:
                row[column] = None
        yield row


def _hidden(table: Table, column: str) -> set[int]:
    """Rows whose reference leads to something that is not public."""
    shown = table.queryset().filter(PUBLIC_TARGETS[column]).values("pk")
    rows = table.queryset().exclude(**{column: None}).exclude(pk__in=shown)
    return set(rows.values_list("pk", flat=True))
