"""The archive: public and nothing else, the same bytes each time, and a portal again when read back."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from ledger import record, triggers
from ledger.models import Entry
from meetings.models import MinutesRevision
from members.models import Leave, Person, Statement
from sigportal.archive import writing
from sigportal.archive.layout import NotAnArchive
from sigportal.archive.loading import NotEmpty, load
from sigportal.archive.tables import TABLES
from sigportal.archive.writing import export
from tests.factories import (
    MeetingDecisionFactory,
    MeetingFactory,
    MinutesRevisionFactory,
    PersonFactory,
    PromotionFactory,
    PullRequestFactory,
)
from tests.fakes.sample import load_sample

AT = dt.datetime(2026, 5, 7, 2, tzinfo=dt.UTC)


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def all_of(folder: Path) -> str:
    return b"\n".join(bytes_of(folder).values()).decode()


def emptied() -> None:
    triggers.drop(connection)
    call_command("flush", interactive=False, verbosity=0)
    triggers.create(connection)


@pytest.fixture
def small(transactional_db: None) -> None:
    """A few rows of several rooms and one entry."""
    MinutesRevisionFactory(body="# 纪要\r\n\r\n已讨论。\n", state="published")
    PullRequestFactory()
    with transaction.atomic():
        record.append(
            actor="system", action="sig.charter_imported", subject="sig:1", data={"字": 1}, at=AT
        )


# ── round trip ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_sample_sig_comes_back_to_the_same_bytes(
    live_server: Any, gitee_server: Any, tmp_path: Path
) -> None:
    load_sample(gitee_server.state)
    call_command("load_sample", verbosity=0)
    call_command("export_archive", str(tmp_path / "a"), verbosity=0)
    hashes = list(Entry.objects.order_by("seq").values_list("hash", flat=True))
    counts = {table.name: table.queryset().count() for table in TABLES}
    assert len(hashes) > 10
    assert counts["ballots"]
    assert counts["meetings"]
    assert counts["minutes"]
    assert counts["reviews"]
    emptied()
    call_command("import_archive", str(tmp_path / "a"), verbosity=0)
    assert list(Entry.objects.order_by("seq").values_list("hash", flat=True)) == hashes
    assert {table.name: table.queryset().count() for table in TABLES} == counts
    call_command("verify_ledger")
    export(tmp_path / "b")
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_read_back_portal_numbers_new_rows_after_the_old_ones(small: None, tmp_path: Path) -> None:
    export(tmp_path / "a")
    highest = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
    emptied()
    load(tmp_path / "a")
    assert PersonFactory().pk > highest


def test_second_export_changes_nothing(small: None, tmp_path: Path) -> None:
    export(tmp_path / "a")
    first = bytes_of(tmp_path / "a")
    export(tmp_path / "a")
    assert bytes_of(tmp_path / "a") == first
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_new_row_changes_its_own_file_and_the_manifest_only(small: None, tmp_path: Path) -> None:
    export(tmp_path / "a")
    first = bytes_of(tmp_path / "a")
    PersonFactory()
    export(tmp_path / "a")
    second = bytes_of(tmp_path / "a")
    changed = {path for path in second if first.get(path) != second[path]}
    # Whatever numbers a database has reached by now: which file is theirs, not its name.
    assert len(changed) <= 3
    assert {path.rpartition("/")[0] for path in changed} <= {"", "rows/people", "rows/accounts"}


def test_minutes_stand_as_markdown_byte_for_byte(small: None, tmp_path: Path) -> None:
    export(tmp_path / "a")
    [file] = (tmp_path / "a" / "minutes").iterdir()
    assert file.read_bytes().decode() == MinutesRevision.objects.get().body


# ── only what is public ───────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("secret", "make"),
    [
        ("geheim@example.org", lambda: PersonFactory(email="geheim@example.org")),
        ("Mars/Phobos", lambda: PersonFactory(time_zone="Mars/Phobos")),
        ("entwurf", lambda: MinutesRevisionFactory(body="entwurf", state="draft")),
        ("angeboten", lambda: MinutesRevisionFactory(body="angeboten", state="comment")),
        (
            "versiegelt",
            lambda: Statement.objects.create(
                promotion=PromotionFactory(),
                author=PersonFactory(),
                body="versiegelt",
                is_sealed=True,
                at=AT,
            ),
        ),
        (
            "krank",
            lambda: Leave.objects.create(
                person=PersonFactory(), sig=MeetingFactory().sig, started_on=AT.date(), note="krank"
            ),
        ),
        ("noch nicht", lambda: MeetingDecisionFactory(text="noch nicht")),
    ],
    ids=["e-mail", "time zone", "draft", "offered text", "sealed", "leave note", "draft decision"],
)
def test_private_text_is_not_in_the_archive(secret: str, make: Any, tmp_path: Path) -> None:
    make()
    export(tmp_path / "a")
    assert secret not in all_of(tmp_path / "a")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_column_is_a_secret(table: Any) -> None:
    assert not {"email", "user_id", "token", "time_zone"} & set(table.columns) - (
        {"time_zone"} if table.name in ("sigs", "series") else set()
    )


# ── refusals ──────────────────────────────────────────────────────────────────────────────────
def test_export_refuses_a_folder_of_other_files(small: None, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NotAnArchive, match="no archive"):
        export(tmp_path)
    assert bytes_of(tmp_path) == {"notes.txt": b"mine"}


def test_interrupted_export_leaves_the_old_one(
    small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(tmp_path / "a")
    first = bytes_of(tmp_path / "a")
    PersonFactory()

    def full(*_: Any) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(writing, "sha256_of", full)
    with pytest.raises(CommandError, match="no space left"):
        call_command("export_archive", str(tmp_path / "a"))
    assert bytes_of(tmp_path / "a") == first
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_export_takes_up_a_swap_that_was_killed_halfway(small: None, tmp_path: Path) -> None:
    export(tmp_path / "a")
    first = bytes_of(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / ".a.old")
    export(tmp_path / "a")
    assert bytes_of(tmp_path / "a") == first


def test_import_refuses_a_portal_with_rows(small: None, tmp_path: Path) -> None:
    export(tmp_path / "a")
    with pytest.raises(NotEmpty, match="ledger_entry has rows"):
        load(tmp_path / "a")


def test_dry_run_keeps_nothing(small: None, tmp_path: Path) -> None:
    export(tmp_path / "a")
    emptied()
    assert load(tmp_path / "a", dry_run=True) > 1
    assert not Entry.objects.exists()
    assert not Person.objects.exists()


def spoil(folder: Path, path: str, old: bytes, new: bytes, *, resign: bool) -> None:
    """Change bytes of a file, of a folder's first; `resign`: make the manifest fit, as a careful forger would."""
    file = folder / path
    if file.is_dir():
        file = min(file.iterdir())
        path = f"{path}/{file.name}"
    assert old in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(old, new, 1))
    if resign:
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["files"][path]["sha256"] = writing.sha256_of(file)
        (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("path", "old", "new", "resign", "message"),
    [
        ("rows/people", b"name", b"nome", False, r"\d{6}.jsonl: is not the file"),
        ("rows/people", b'"name"', b'"nome"', True, r"\d{6}.jsonl:1: fields"),
        ("rows/people", b"{", b"", True, r"\d{6}.jsonl:1: not JSON"),
        ("ledger.jsonl", "字".encode(), b"z", True, "ledger.jsonl:1: hash"),
        ("manifest.json", b'"format": 1', b'"format": 2', False, "format 2"),
    ],
)
def test_import_names_file_and_line_of_a_fault(
    path: str, old: bytes, new: bytes, resign: bool, message: str, small: None, tmp_path: Path
) -> None:
    export(tmp_path / "a")
    emptied()
    spoil(tmp_path / "a", path, old, new, resign=resign)
    with pytest.raises(NotAnArchive, match=message):
        load(tmp_path / "a")
    assert not Entry.objects.exists()


def test_manifest_cannot_lead_out_of_the_archive(small: None, tmp_path: Path) -> None:
    export(tmp_path / "a")
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text())
    manifest["files"]["../outside"] = {"rows": 1, "sha256": "0"}
    (tmp_path / "a" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(NotAnArchive, match="leads out"):
        load(tmp_path / "a")
