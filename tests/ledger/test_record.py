"""Appending: one transaction, one order, no gap; and the database refuses anything else."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from ledger import chain, reading, triggers
from ledger.canonical import GENESIS, NotCanonical, check, hash_of
from ledger.models import Entry, Head
from ledger.record import OutsideTransaction, append

AT = dt.datetime(2026, 3, 5, 16, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def write(number=1, **changes):
    values = {
        "actor": "person:lan-xi",
        "action": "role.started",
        "subject": f"role:{number}",
        "data": {"姓名": "蓝溪", "n": number},
        "at": AT,
    }
    return append(**{**values, **changes})


@pytest.mark.django_db
def test_append_chains_each_entry_to_the_one_before():
    first, second = write(1), write(2)
    assert (first.seq, first.prev_hash) == (1, GENESIS)
    assert (second.seq, second.prev_hash) == (2, first.hash)
    assert (Head.objects.get().seq, Head.objects.get().hash) == (2, second.hash)


@pytest.mark.django_db
def test_append_hashes_what_is_stored():
    write()
    entry = Entry.objects.get()
    values = Entry.objects.values(
        "seq", "at", "actor", "action", "subject", "data", "prev_hash"
    ).get()
    assert entry.hash == hash_of(**values)


@pytest.mark.django_db(transaction=True)
def test_append_refuses_outside_a_transaction():
    with pytest.raises(OutsideTransaction):
        write()
    assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"share": 0.5}},
        {"data": {"day": dt.date(2026, 1, 1)}},
        {"data": {"text": "a\0b"}},
        {"data": {"text": "\ud800"}},
        {"data": {1: "key"}},
        {"data": {"n": 2**53}},
        {"at": dt.datetime(2026, 1, 1)},  # noqa: DTZ001
        {"actor": ""},
        {"subject": "x" * 201},
    ],
)
def test_append_refuses_what_has_no_single_spelling(changes):
    with pytest.raises(ValueError):  # noqa: PT011
        write(**changes)
    assert not Entry.objects.exists()


def test_not_canonical_names_the_place():
    with pytest.raises(NotCanonical, match=r"\$\.people\[1\]\.share: float"):
        check({"people": [{}, {"share": 1.5}]})


@pytest.mark.django_db(transaction=True)
def test_rollback_leaves_no_gap():
    with transaction.atomic():
        write(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        1 / (write(2).seq - 2)
    with transaction.atomic():
        write(3)
    assert list(Entry.objects.values_list("seq", "subject")) == [(1, "role:1"), (2, "role:3")]


STATEMENTS = [
    "UPDATE ledger_entry SET actor = 'person:mallory' WHERE seq = 1",
    "DELETE FROM ledger_entry WHERE seq = 1",
    "DELETE FROM ledger_entry",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", STATEMENTS)
def test_database_refuses_raw_change(statement):
    write()
    with pytest.raises(DatabaseError, match=triggers.REFUSAL), transaction.atomic():
        _execute(statement)
    assert Entry.objects.get().actor == "person:lan-xi"


@pytest.mark.engine("postgresql")
@pytest.mark.django_db
def test_database_refuses_truncate():
    write()
    with pytest.raises(DatabaseError, match=triggers.REFUSAL), transaction.atomic():
        _execute("TRUNCATE ledger_entry")


@pytest.mark.engine("sqlite")
@pytest.mark.django_db
def test_database_refuses_replace():
    entry = write()
    with pytest.raises(DatabaseError, match=triggers.REFUSAL), transaction.atomic():
        _execute(
            "INSERT OR REPLACE INTO ledger_entry (seq, at, actor, action, subject, data, prev_hash, hash)"
            " SELECT seq, at, 'person:mallory', action, subject, data, prev_hash, 'x' FROM ledger_entry"
        )
    assert Entry.objects.get().hash == entry.hash


def _execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda entry: Entry.objects.update(actor="person:mallory"),
        lambda entry: Entry.objects.all().delete(),
        lambda entry: entry.delete(),
        lambda entry: entry.save(),
    ],
    ids=["update", "delete", "instance-delete", "save"],
)
def test_database_refuses_change_through_the_orm(change):
    entry = write()
    with pytest.raises(DatabaseError, match=triggers.REFUSAL), transaction.atomic():
        change(entry)
    assert Entry.objects.get().hash == entry.hash


THREADS, EACH = 8, 10


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_get_a_gap_free_order():
    start = threading.Barrier(THREADS)

    def work(writer):
        start.wait()
        try:
            for number in range(EACH):
                with transaction.atomic():
                    write(subject=f"role:{writer}-{number}")
                    if number % 5 == 4:  # some changes fail after their entry
                        transaction.set_rollback(True)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work, writer) for writer in range(THREADS)]:
            done.result()

    kept = THREADS * EACH * 4 // 5
    assert list(Entry.objects.values_list("seq", flat=True)) == list(range(1, kept + 1))
    verdict = chain.verify(map(reading.as_dict, reading.entries()))
    head = Head.objects.get()
    assert (verdict.fault, verdict.seq, verdict.hash) == (None, head.seq, head.hash)
    # Each writer's own entries stand in the order it wrote them.
    mine = [e.subject for e in Entry.objects.order_by("seq") if e.subject.startswith("role:0-")]
    assert mine == sorted(mine)


@pytest.mark.django_db
def test_append_makes_the_head_where_a_flush_took_it():
    Head.objects.all().delete()
    write()
    assert Head.objects.get().seq == 1
