"""Versions of OWNERS files: told in any order, stored once, found for any moment."""

import datetime as dt
import itertools
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from members.models import OwnersFile
from members.owners import has_owners, note_owners, owners_of, state_at
from tests.factories import RepositoryFactory

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def at(hour):
    return NOON + dt.timedelta(hours=hour)


@pytest.fixture
def repository(db):
    return RepositoryFactory(owner="example", name="one")


def note(repository, hour, approvers, reviewers=(), **more):
    path = more.pop("path", "OWNERS")
    return note_owners(
        repository, path, approvers=approvers, reviewers=reviewers, valid_from=at(hour), **more
    )


def stored():
    rows = OwnersFile.objects.order_by("path", "valid_from")
    return [(row.path, row.valid_from, row.approvers, row.reviewers) for row in rows]


def test_note_owners_stores_what_is_new_only(repository):
    assert note(repository, 0, ["Liu", "liu ", "Wang", " "], ["zhao"])
    assert not note(repository, 0, ["wang", "LIU"], ["zhao"])
    assert not note(repository, 5, ["liu", "wang"], ["zhao"])
    assert stored() == [("OWNERS", at(0), ["Liu", "Wang"], ["zhao"])]


def test_note_owners_knows_a_removed_file(repository):
    assert not note(repository, 0, [])
    assert note(repository, 1, ["liu"])
    assert note(repository, 2, [])
    assert not note(repository, 3, [])
    assert [row[2] for row in stored()] == [["liu"], []]


def test_note_owners_takes_the_last_word_of_one_moment(repository):
    note(repository, 0, ["liu"], sha="a")
    assert note(repository, 0, ["wang"], sha="b")
    assert OwnersFile.objects.get().sha == "b"


def test_note_owners_keeps_files_and_repositories_apart(repository):
    note(repository, 0, ["liu"])
    assert note(repository, 0, ["liu"], path="docs/OWNERS")
    assert note(RepositoryFactory(), 0, ["liu"])
    assert OwnersFile.objects.count() == 3


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_note_owners_ends_the_same_whatever_the_order(repository, order):
    versions = [(0, ["liu"]), (1, ["liu"]), (2, ["wang"]), (3, ["wang", "liu"])]
    for index in order:
        note(repository, *versions[index])
    assert [(row[1], row[2]) for row in stored()] == [
        (at(0), ["liu"]),
        (at(2), ["wang"]),
        (at(3), ["wang", "liu"]),
    ]


def test_owners_of_is_one_query_and_lower_case(repository, django_assert_num_queries):
    note(repository, 0, ["Liu"], ["Zhao"])
    note(repository, 2, ["docs"], path="docs/OWNERS")
    empty = RepositoryFactory()
    with django_assert_num_queries(1):
        found = owners_of([repository, empty])
    assert found[empty.pk] == ()
    history = found[repository.pk]
    assert state_at(history, at(-1)) is None
    assert state_at(history, at(1)).approvers == {"liu"}
    assert state_at(history, at(2)).approvers == {"liu", "docs"}
    assert state_at(history, at(2)).reviewers == {"zhao"}


# ── the command ───────────────────────────────────────────────────────────────────────────────
HISTORY = [
    {"sha": "b" * 40, "date": "2026-06-02T08:00:00+08:00", "approvers": ["liu", "wang"]},
    {"sha": "a" * 40, "date": "2026-06-01T08:00:00+08:00", "reviewers": [], "approvers": ["@liu"]},
]


def run(tmp_path, content, name="example/one", **options):
    file = tmp_path / "history.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    out = StringIO()
    call_command("import_owners", name, str(file), stdout=out, **options)
    return out.getvalue()


def test_import_owners_stores_a_history_once(repository, tmp_path):
    assert "2 versions read, 2 new" in run(tmp_path, HISTORY)
    assert "2 versions read, 0 new" in run(tmp_path, HISTORY, name="Example/One")
    assert [(row[1], row[2]) for row in stored()] == [
        (dt.datetime(2026, 6, 1, tzinfo=dt.UTC), ["liu"]),
        (dt.datetime(2026, 6, 2, tzinfo=dt.UTC), ["liu", "wang"]),
    ]
    assert has_owners(repository)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[", "history.json:1: not JSON"),
        ("{}", "a list of entries"),
        ([HISTORY[0], 3], "entry 2: an object"),
        ([{"date": "yesterday"}], "entry 1: date: 'yesterday' is no ISO 8601 time"),
        ([{"date": "2026-06-01T08:00:00"}], "entry 1: date: an offset"),
        ([{}], "entry 1: date: None is no"),
        ([HISTORY[0], HISTORY[0] | {"approvers": "liu"}], "entry 2: approvers: a list of logins"),
        ([HISTORY[0] | {"sha": 7}], "entry 1: sha: text"),
    ],
)
def test_import_owners_names_the_entry_and_writes_nothing(repository, tmp_path, content, words):
    with pytest.raises(CommandError) as caught:
        run(tmp_path, content)
    assert words in str(caught.value)
    assert "Nothing was written" in str(caught.value)
    assert stored() == []


def test_import_owners_refuses_what_it_cannot_find_or_hold(repository, tmp_path, settings):
    with pytest.raises(CommandError, match="no SIG of this portal"):
        run(tmp_path, HISTORY, name="example/absent")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_owners", "example/one", str(tmp_path / "absent.json"))
    settings.IMPORT_MAX_BYTES = 10
    with pytest.raises(CommandError, match="at most 10"):
        run(tmp_path, HISTORY)


# ── today's file from the charter import ──────────────────────────────────────────────────────
def import_owners_file(tmp_path, text):
    file = tmp_path / "OWNERS"
    file.write_text(text)
    call_command("import_charter", str(file), sig="example", repo="example/one", stdout=StringIO())


@pytest.fixture
def of_sig(db):
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


def test_charter_import_notes_what_owners_says_from_then_on(of_sig, tmp_path):
    before = timezone.now()
    import_owners_file(tmp_path, "approvers:\n- liu\nreviewers:\n- zhao\n")
    row = OwnersFile.objects.get()
    assert (row.repository, row.approvers, row.reviewers) == (of_sig, ["liu"], ["zhao"])
    assert before <= row.valid_from <= timezone.now()


def test_charter_import_leaves_a_known_history_alone(of_sig, tmp_path):
    note(of_sig, 0, ["wang"])
    import_owners_file(tmp_path, "approvers:\n- liu\n")
    assert [row[2] for row in stored()] == [["wang"]]
