"""The command says yes or names the first bad entry, and its exit status says so too."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import reading, triggers
from ledger.models import Entry, Head

pytestmark = pytest.mark.django_db


def in_order():
    """A witness who finds nothing wrong."""
    return []


def complains():
    """A witness who does."""
    yield "ballot 7 is not what entry 2 recorded"
    yield "ballot 8 neither"


@pytest.fixture(autouse=True)
def _entries_about_no_rows(settings):
    """The entries here are made up: no room has the rows they speak of."""
    settings.LEDGER_WITNESSES = [f"{__name__}.in_order"]


def run(*args):
    out = io.StringIO()
    call_command("verify_ledger", *args, stdout=out)
    return out.getvalue()


def past_the_triggers(change):
    """What someone with the database's own password could do."""
    triggers.drop(connection)
    change()
    triggers.create(connection)


@pytest.fixture
def export(ledger, tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"".join(reading.lines(4)))
    return path


def test_verify_ledger_accepts_a_whole_one(ledger):
    assert "4 entries, the chain holds" in run()


def test_verify_ledger_asks_the_witnesses_and_names_the_first_fault(ledger, settings):
    settings.LEDGER_WITNESSES = [f"{__name__}.in_order", f"{__name__}.complains"]
    with pytest.raises(CommandError, match="ballot 7 is not what entry 2 recorded"):
        run()


def test_verify_ledger_asks_no_witness_about_a_file(ledger, export, settings):
    settings.LEDGER_WITNESSES = [f"{__name__}.complains"]
    assert "4 entries, the chain holds" in run("--file", str(export))


def test_verify_ledger_accepts_an_empty_one():
    assert "0 entries" in run()


def test_verify_ledger_names_a_changed_entry(ledger):
    past_the_triggers(lambda: Entry.objects.filter(seq=2).update(actor="person:mallory"))
    with pytest.raises(CommandError, match=r"entry 2: hash is not that of its content"):
        run()


def test_verify_ledger_notices_a_cut_end(ledger):
    past_the_triggers(lambda: Entry.objects.filter(seq=4).delete())
    with pytest.raises(CommandError, match=r"entry 4: the head names number 4"):
        run()


def test_verify_ledger_notices_an_entry_beyond_the_head(ledger):
    third = Entry.objects.get(seq=3)
    Head.objects.update(seq=third.seq, hash=third.hash)
    with pytest.raises(CommandError, match=r"entry 4: stands beyond the head"):
        run()


def test_verify_ledger_notices_another_hash_in_the_head(ledger):
    Head.objects.update(hash="f" * 64)
    with pytest.raises(CommandError, match="the chain ends with number 4"):
        run()


def test_verify_ledger_accepts_its_export(export):
    assert "4 entries, the chain holds" in run("--file", export)


def test_verify_ledger_names_a_tampered_line(export):
    lines = export.read_text().splitlines(keepends=True)
    lines[1] = lines[1].replace("训练", "推理")
    export.write_text("".join(lines))
    with pytest.raises(CommandError, match=r"ledger\.jsonl: entry 2: hash is not"):
        run("--file", export)


def test_verify_ledger_notices_that_the_database_was_rewritten_since(export):
    past_the_triggers(lambda: Entry.objects.filter(seq=4).update(hash="e" * 64))
    with pytest.raises(CommandError, match="has another hash in this portal"):
        run("--file", export)


def test_verify_ledger_says_that_a_file_is_missing(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        run("--file", tmp_path / "nothing.jsonl")
