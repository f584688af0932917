"""Every way through the register begins in an index, also when there are many decisions."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import decisions
from ledger.decision_filter import DecisionFilter
from ledger.models import Entry, RegisterRow
from ledger.register import facts_of, search_of
from tests.factories import SigFactory

AT = dt.datetime(2026, 3, 5, 8, tzinfo=dt.UTC)
CROWD = 3_000
ACTIONS = ("role.started", "minutes.published", "policy.adopted")
pytestmark = pytest.mark.django_db


def crowd():
    """Decisions of 20 SIGs and 300 people over three years, a tenth of them superseded."""
    entries, rows = [], []
    for number in range(1, CROWD + 1):
        entry = Entry(
            seq=number,
            at=AT.replace(year=2024 + number * 3 // (CROWD + 1)),
            actor=f"person:p{number % 300}",
            action=ACTIONS[number % 3] if number % 50 else "person.merged",
            subject=f"meeting:{number}",
            data={"sig": f"s{number % 20}", "title": f"例会 {number}", "name": f"人{number % 300}"},
            prev_hash="",
            hash=str(number),
        )
        entries.append(entry)
        by = number + 1 if number % 10 == 0 else None
        rows.append(
            RegisterRow(
                entry=entry,
                number=number,
                superseded_by=by,
                **facts_of(entry),
                **search_of(entry),
            )
        )
    Entry.objects.bulk_create(entries)
    RegisterRow.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        for table in ("ledger_entry", "ledger_registerrow"):
            cursor.execute(f"ANALYZE {table}")


def plan_of(sql):
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row) for row in cursor.fetchall())


def narrowed_by_words(asked):
    """What few rows the words lead to is sorted."""
    return bool({"q", "person"} & set(asked))


def is_through_indexes(plan):
    """No table is read from end to end and then sorted."""
    return "Seq Scan" not in plan and "TEMP B-TREE" not in plan.replace("FOR DISTINCT", "")


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "number|autoindex"),
        ({"older": "1500"}, "number"),
        ({"newer": "1500"}, "number"),
        ({"group": "people"}, "register_group"),
        ({"sig": "s7"}, "register_sig"),
        ({"standing": "superseded"}, "register_superseded"),
        ({"q": "例会 2718"}, "search|register_tokens"),
        ({"person": "p77"}, "search|register_tokens"),
        ({"q": "#2718"}, "number"),
    ],
)
def test_register_is_walked_through_an_index(asked, index):
    SigFactory(slug="s7")
    crowd()
    form = DecisionFilter(asked, sigs=[])
    form.fields["sig"].choices = [("s7", "s7")]
    with CaptureQueriesContext(connection) as queries:
        page = decisions.page_of(form.rows(), asked, [])
    assert page.rows
    [sql] = [query["sql"] for query in queries if 'JOIN "ledger_entry"' in query["sql"]]
    plan = plan_of(sql)
    assert any(name in plan for name in index.split("|")), plan
    assert is_through_indexes(plan) or narrowed_by_words(asked), plan
