"""Reads an archive back into an empty portal: checked first, then all of it or nothing."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from ledger import chain, register
from ledger.models import Entry, Head
from meetings import search as minutes_search
from meetings.models import MinutesRevision
from reviews.models import Issue, PullRequest
from reviews.search import columns_of

from .layout import FORMAT, LEDGER, MANIFEST, NotAnArchive, minutes_path, sha256_of
from .tables import TABLES, Table

CHUNK = 500
Manifest = dict[str, Any]


class NotEmpty(RuntimeError):
    """The portal has rows of its own; the message names a table."""


def load(folder: Path, *, dry_run: bool = False) -> int:
    """Put the archive's rows into the empty database; gives their number.

    Raises NotAnArchive (file and line) and NotEmpty; then, and with `dry_run`, nothing is kept.
    """
    manifest = checked(folder)
    with transaction.atomic():
        _refuse_rows()
        total = _load_ledger(folder, manifest)
        for table in TABLES:
            total += _load_table(folder, manifest, table)
        _tie_up()
        if dry_run:
            transaction.set_rollback(True)
    return total


# ── before anything is written ────────────────────────────────────────────────────────────────
def checked(folder: Path) -> Manifest:
    """The manifest, once every file is the one it names and the chain holds. Raises NotAnArchive."""
    manifest = _manifest(folder)
    for path, facts in manifest["files"].items():
        _check_file(folder, path, facts["sha256"])
    with (folder / LEDGER).open("rb") as lines:
        verdict = chain.verify(chain.parse_lines(lines))
    if verdict.fault:
        raise NotAnArchive(f"{LEDGER}:{verdict.fault.place}: {verdict.fault.reason}")
    if {"seq": verdict.seq, "hash": verdict.hash} != manifest["ledger"]:
        raise NotAnArchive(f"{MANIFEST}: the ledger ends with entry {verdict.seq}, {verdict.hash}")
    return manifest


def _manifest(folder: Path) -> Manifest:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found = (manifest["format"], manifest["files"][LEDGER]["sha256"], manifest["ledger"])
        all_named = all(facts["sha256"] for facts in manifest["files"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAnArchive(f"{folder / MANIFEST}: {type(error).__name__}: {error}") from error
    if found[0] != FORMAT or not all_named:
        raise NotAnArchive(f"{MANIFEST}: format {found[0]}; this portal reads format {FORMAT}")
    return dict(manifest)


def _check_file(folder: Path, path: str, sha256: str) -> None:
    file = folder / path
    if not file.resolve().is_relative_to(folder.resolve()):
        raise NotAnArchive(f"{MANIFEST}: {path} leads out of the archive")
    if not file.is_file():
        raise NotAnArchive(f"{path}: is missing")
    if sha256_of(file) != sha256:
        raise NotAnArchive(f"{path}: is not the file the manifest names")


def _refuse_rows() -> None:
    models: list[type[Model]] = [Entry, *(table.model for table in TABLES)]
    for model in models:
        if model._default_manager.exists():
            raise NotEmpty(
                f"{model._meta.db_table} has rows; an archive is read into an empty portal"
            )


# ── rows ──────────────────────────────────────────────────────────────────────────────────────
def _load_ledger(folder: Path, manifest: Manifest) -> int:
    rows = (dict(row) for _, row in _lines(folder, LEDGER))
    for chunk in _chunks(rows):
        Entry.objects.bulk_create([_made(Entry, row) for row in chunk])
    head = manifest["ledger"]
    Head.objects.update_or_create(pk=1, defaults={"seq": head["seq"], "hash": head["hash"]})
    return int(head["seq"])


def _load_table(folder: Path, manifest: Manifest, table: Table) -> int:
    total = 0
    prefix = f"rows/{table.name}/"
    for path in sorted(path for path in manifest["files"] if path.startswith(prefix)):
        for chunk in _chunks(_objects(folder, path, table)):
            try:
                table.model._default_manager.bulk_create(chunk)
            except DatabaseError as error:
                raise NotAnArchive(f"{path}: rows up to {chunk[-1].pk}: {error}") from error
            total += len(chunk)
    return total


def _objects(folder: Path, path: str, table: Table) -> Iterator[Any]:
    for place, row in _lines(folder, path):
        where = f"{path}:{place}"
        if table.model is MinutesRevision:
            row["body"] = _minutes(folder, row, where)
        if row.keys() != set(table.columns):
            odd = ", ".join(sorted(row.keys() ^ set(table.columns)))
            raise NotAnArchive(f"{where}: fields missing or unknown: {odd}")
        try:
            made = _made(table.model, row)
        except (ValidationError, ValueError, TypeError) as error:
            raise NotAnArchive(f"{where}: {error}") from error
        if isinstance(made, PullRequest | Issue):
            for name, value in columns_of(row).items():
                setattr(made, name, value)
        yield made


def _minutes(folder: Path, row: dict[str, Any], where: str) -> str:
    try:
        return (folder / minutes_path(row["meeting_id"], row["number"])).read_bytes().decode()
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise NotAnArchive(f"{where}: the text of these minutes: {error}") from error


def _made(model: type[Any], row: dict[str, Any]) -> Any:
    columns = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: columns[name].to_python(value) for name, value in row.items()})


def _lines(folder: Path, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    with (folder / path).open("rb") as lines:
        for place, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise NotAnArchive(f"{path}:{place}: not JSON: {error}") from error
            if not isinstance(row, dict):
                raise NotAnArchive(f"{path}:{place}: not a JSON object")
            yield place, row


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


# ── what is made from them ────────────────────────────────────────────────────────────────────
def _tie_up() -> None:
    """References checked now, numbers go on after the highest, register and search made anew."""
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise NotAnArchive(f"a row refers to one that is not there: {error}") from error
    models = [table.model for table in TABLES]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    register.rebuild()
    newest = MinutesRevision.objects.current_public().select_related("meeting")
    for revision in newest.iterator(chunk_size=CHUNK):
        minutes_search.keep(revision)
