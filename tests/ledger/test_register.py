"""Numbers without a gap, rows made from entries alone, and whatever does not fit found."""

import datetime as dt
import io
import threading
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import translation

from ledger import actions, register
from ledger.bigrams import exact_token
from ledger.models import Entry, RegisterRow
from ledger.record import append

AT = dt.datetime(2026, 3, 5, 8, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _entries_about_no_rows(settings):
    settings.LEDGER_WITNESSES = []


def write(action="role.started", subject="person:lan-xi", at=AT, actor="system", **data):
    return append(actor=actor, action=action, subject=subject, data=data, at=at)


def run(command, *args):
    out = io.StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def numbers():
    return list(RegisterRow.objects.order_by("number").values_list("number", "entry_id"))


# ── numbering ─────────────────────────────────────────────────────────────────────────────────
def test_deciding_entries_are_numbered_without_a_gap():
    write()
    write("agenda.proposed")
    write("agenda.proposed")
    write()
    assert numbers() == [(1, 1), (2, 4)]


def test_rollback_leaves_no_gap():
    write()
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    write()
    assert numbers() == [(1, 1), (2, 2)]


def test_entries_of_a_portal_without_register_are_numbered_with_the_next():
    write()
    write()
    write()
    RegisterRow.objects.filter(number__gt=1).delete()
    write()
    assert numbers() == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert list(register.faults()) == []


@pytest.mark.django_db(transaction=True)
def test_concurrent_decisions_get_numbers_without_a_gap():
    def decide():
        try:
            for _time in range(5):
                with transaction.atomic():
                    write()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide) for _one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers() == [(number, number) for number in range(1, 21)]
    assert list(register.faults()) == []


# ── what a row says ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("subject", "data", "sig"),
    [
        ("person:a", {"sig": "one"}, "one"),
        ("sig:two", {}, "two"),
        ("sig:two", {"sig": "one"}, "one"),
        ("person:a", {}, ""),
        ("person:a", {"sig": 5}, ""),
        ("person:a", {"sig": "x" * 101}, ""),
    ],
)
def test_row_belongs_to_the_sig_that_the_entry_names(subject, data, sig):
    write(subject=subject, **data)
    assert RegisterRow.objects.get().sig == sig


def test_row_is_of_the_year_in_the_portals_zone():
    write(at=dt.datetime(2025, 12, 31, 16, 30, tzinfo=dt.UTC))
    assert RegisterRow.objects.get().year == 2026


@pytest.mark.parametrize("action", sorted(actions.DECIDING))
def test_every_action_has_a_group_and_a_sentence_in_both_languages(action):
    assert actions.GROUP_OF[action] in actions.GROUPS
    entry = Entry(action=action, data={})
    with translation.override("en"):
        english = actions.sentence(entry)
    assert actions.sentence(entry) != english
    assert english.isascii() or set(filter(lambda c: not c.isascii(), english)) <= set("—“”’")


def test_row_is_found_by_both_languages_names_titles_and_reasons():
    write(name="蓝溪", role="committer", on="2026-03-05", reason="持续评审", actor="person:hai")
    text = RegisterRow.objects.get().search_text
    for word in ("蓝溪", "committer", "起担任", "has been", "持续评审", "hai", "lan-xi"):
        if word == "has been":
            with translation.override("en"):
                assert register.fold(actions.sentence(Entry.objects.get())) in text
        else:
            assert word in text


def test_english_sentence_has_the_english_title_where_there_is_one():
    entry = Entry(action="minutes.published", data={"title": "三月例会", "title_en": "March"})
    with translation.override("en"):
        assert "March" in actions.sentence(entry)
    assert "三月例会" in actions.sentence(entry)


def test_row_names_everyone_concerned_as_tokens():
    write(subject="person:a", actor="person:b", merged="person:c", name="person d", other=5)
    tokens = RegisterRow.objects.get().search_tokens.split()
    for person in ("person:a", "person:b", "person:c"):
        assert exact_token("pe", person) in tokens
    assert exact_token("pe", "person d") not in tokens


def test_very_long_reasons_are_searched_by_their_beginning():
    write(reason="理" * 9_000)
    assert len(RegisterRow.objects.get().search_text) == register.TEXT_LENGTH


# ── checking and making anew ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", 9),
        ("group", "people"),
        ("sig", "two"),
        ("at", AT + dt.timedelta(days=1)),
        ("year", 2020),
        ("subject", "person:other"),
        ("key", "resolution:one/9"),
        ("supersedes", 1),
        ("superseded_by", 1),
    ],
)
def test_verify_ledger_finds_a_changed_row_and_rebuilding_mends_it(column, value):
    write(sig="one")
    write(sig="one")
    assert "the chain holds" in run("verify_ledger")
    RegisterRow.objects.filter(number=2).update(**{column: value})
    with pytest.raises(CommandError, match="register"):
        run("verify_ledger")
    assert "2 decisions" in run("rebuild_register", "--renumber")
    assert "the chain holds" in run("verify_ledger")


def test_verify_ledger_finds_a_missing_row():
    for _time in range(3):
        write()
    RegisterRow.objects.filter(number=2).delete()
    with pytest.raises(CommandError, match="entry 2: has no row in the register, where number 2"):
        run("verify_ledger")


def test_verify_ledger_finds_a_row_missing_at_the_end():
    write()
    RegisterRow.objects.all().delete()
    with pytest.raises(CommandError, match="entry 1: has no row"):
        run("verify_ledger")


def test_verify_ledger_finds_a_row_of_what_decides_nothing():
    write()
    other = write("agenda.proposed")
    row = RegisterRow.objects.get()
    row.pk, row.entry, row.number = None, other, 2
    row.save()
    with pytest.raises(CommandError, match="row 2 for entry 2, which decides nothing"):
        run("verify_ledger")


def test_rebuild_spans_chunks_and_keeps_numbers(monkeypatch):
    monkeypatch.setattr("ledger.reading.CHUNK", 2)
    for number in range(5):
        write("resolution.adopted", f"resolution:one/{number}", sig="one", number=number)
    write("resolution.adopted", "resolution:one/5", sig="one", number=5, supersedes=1)
    before = list(RegisterRow.objects.values("number", "entry", "search_tokens", "superseded_by"))
    RegisterRow.objects.filter(number__gt=3).delete()
    assert "6 decisions registered, 0 renumbered" in run("rebuild_register")
    after = list(RegisterRow.objects.values("number", "entry", "search_tokens", "superseded_by"))
    assert after == before
    assert list(register.faults()) == []


def test_rebuild_renumbers_only_when_told_to(monkeypatch):
    write("agenda.proposed")
    write()
    monkeypatch.setitem(actions.DECIDING, "agenda.proposed", actions.Action("议题", "议题"))
    monkeypatch.setitem(actions.GROUP_OF, "agenda.proposed", "meetings")
    with pytest.raises(CommandError, match="entry 2: would become number 2"):
        run("rebuild_register")
    assert numbers() == [(1, 2)]
    assert "2 decisions registered, 1 renumbered" in run("rebuild_register", "--renumber")
    assert numbers() == [(1, 1), (2, 2)]


def test_rebuild_takes_in_new_words(monkeypatch):
    write(name="蓝溪")
    action = actions.Action("角色开始", "新的说法")
    monkeypatch.setitem(actions.DECIDING, "role.started", action)
    register.rebuild()
    assert "新的说法" in RegisterRow.objects.get().search_text


def test_register_has_an_index_of_its_tokens():
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        constraints = connection.introspection.get_constraints(cursor, "ledger_registerrow")
    assert "ledger_registerrow_search" in names or "register_tokens" in constraints


def test_migration_makes_the_rows_of_an_older_database():
    write("resolution.adopted", "resolution:one/1", sig="one", number=1, title="采用新格式")
    write("agenda.proposed")
    write("resolution.adopted", "resolution:one/2", sig="one", number=2, supersedes=1)
    before = list(RegisterRow.objects.values("number", "entry", "search_tokens", "superseded_by"))
    RegisterRow.objects.all().delete()
    fill = import_module("ledger.migrations.0005_fill_register").fill
    fill(apps, SimpleNamespace(connection=connection))
    after = list(RegisterRow.objects.values("number", "entry", "search_tokens", "superseded_by"))
    assert after == before
    assert list(register.faults()) == []
