"""Search: the columns beside each row, the index that leads there on either database."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import connection

from ledger.bigrams import exact_token, tokens_for
from ledger.token_index import fts_table, keep_index
from members.walks import page_of_walks
from reviews import search
from reviews.forms import RecordFilter
from reviews.listing import record_rows, record_walks
from reviews.models import Issue, PullRequest
from tests.factories import IssueFactory, PullRequestFactory, RepositoryFactory

COLUMNS = {"number": 12, "title": "修复 Bug", "author_login": "Hua", "labels": ["kind/bug"]}


def found(question, model=PullRequest):
    rows = model.objects.filter(search.matching(question)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


# ── columns ───────────────────────────────────────────────────────────────────────────────────
def test_columns_hold_the_folded_text_and_a_token_for_each_label_and_number():
    columns = search.columns_of(COLUMNS)
    assert columns["search_text"] == "修复 bug hua"
    tokens = columns["search_tokens"].split()
    assert exact_token("lb", "KIND/BUG") in tokens
    assert exact_token("no", "12") in tokens
    assert set(tokens_for("修复")) <= set(tokens)


def test_columns_of_an_issue_hold_its_number_milestone_and_assignee():
    issue = COLUMNS | {"number": "I4CE7W", "milestone": "B030", "assignee_login": "Liu"}
    columns = search.columns_of(issue)
    assert columns["search_text"] == "#i4ce7w 修复 bug hua"
    assert {exact_token("ms", "b030"), exact_token("as", "liu")} <= set(
        columns["search_tokens"].split()
    )


def test_columns_of_a_pull_request_keep_its_number_out_of_the_text():
    assert "12" not in search.columns_of(COLUMNS)["search_text"]


def test_sync_fills_the_columns_of_both_lists(run, host, repository):
    host.pull(1)
    host.issue(2)
    run()
    for model in (PullRequest, Issue):
        (row,) = model.objects.all()
        assert row.search_text
        assert vars(row).items() >= search.columns_of(vars(row)).items()


# ── the index of SQLite ───────────────────────────────────────────────────────────────────────
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("factory", [PullRequestFactory, IssueFactory])
def test_index_follows_inserts_updates_and_deletes(db, factory):
    row = factory(title="图算融合")
    model = type(row)
    assert found("图算", model) == [row.pk]
    columns = {"number": row.number, "title": "自动微分", "author_login": "hua", "labels": []}
    model.objects.filter(pk=row.pk).update(**search.columns_of(columns))
    assert found("图算", model) == []
    assert found("微分", model) == [row.pk]
    row.delete()
    assert found("微分", model) == []
    table = fts_table(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")


@pytest.mark.engine("sqlite")
def test_index_follows_an_upsert(db):
    row = PullRequestFactory(title="图算融合")
    row.title = "自动微分"
    names = ("number", "title", "author_login", "labels")
    for name, value in search.columns_of({name: getattr(row, name) for name in names}).items():
        setattr(row, name, value)
    PullRequest.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["title", "search_text", "search_tokens"],
    )
    assert (found("图算"), found("微分")) == ([], [row.pk])


@pytest.mark.engine("sqlite")
def test_index_is_made_whole_again_when_a_rebuilt_table_lost_its_triggers(db):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER reviews_pullrequest_search_ai")
    row = PullRequestFactory(title="图算融合")
    assert found("图算") == []
    keep_index(apps.get_app_config("reviews"), "default")
    assert found("图算") == [row.pk]
    later = PullRequestFactory(title="图算")
    assert found("图算") == [row.pk, later.pk]


# ── the indexes of PostgreSQL ─────────────────────────────────────────────────────────────────
def plan_of(query):
    """The plan when nothing may be read whole or sorted, so that an index shows on few rows too."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    return query.explain()


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize(
    ("model", "index"), [(PullRequest, "pullrequest_tokens"), (Issue, "issue_tokens")]
)
def test_words_and_labels_are_found_through_the_index_of_tokens(db, model, index):
    for condition in (search.matching("图算"), search.matching("图"), search.labelled("kind/bug")):
        assert index in plan_of(model.objects.filter(condition).order_by())


@pytest.fixture
def crowd(db):
    """Pull requests of other repositories, counted: with few rows one index is as good as another."""
    places = [RepositoryFactory() for _ in range(20)]
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    states = ["open", "merged", "closed"]
    PullRequest.objects.bulk_create(
        PullRequest(
            repository=places[n % 20],
            host="gitee",
            number=n,
            remote_id=90_000_000 + n,
            state=states[n % 3],
            verdict=["met", "unmet"][n % 2],
            title="x",
            created_at=at,
            updated_at=at + dt.timedelta(minutes=n),
            merged_at=at + dt.timedelta(minutes=n) if n % 3 == 1 else None,
        )
        for n in range(4000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reviews_pullrequest")


@pytest.mark.engine("postgresql")
@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "pull_repo_updated"),
        ({"state": "open"}, "pull_repo_state_updated"),
        ({"verdict": "unmet"}, "pull_repo_verdict"),
        ({"dated": "merged"}, "_merged"),
        ({"author": "hua"}, "pull_author_updated"),
        ({"author": "hua", "dated": "merged"}, "pull_author_merged"),
        ({"reviewer": "hua"}, "review_account_updated"),
    ],
)
def test_every_filter_walks_an_index_of_its_own(db, asked, index):
    repository = RepositoryFactory()
    PullRequestFactory(repository=repository, author__login="hua")
    places = [repository, RepositoryFactory(sig=repository.sig)]
    form = RecordFilter(asked, sig=repository.sig, repositories=places)
    (walk, *_rest) = record_walks(form)
    plan = plan_of(walk.cut(None, ascending=False, limit=51))
    assert index in plan
    # Sorting rows of one and the same instant is no matter.
    assert "Sort  (cost" not in plan.replace("Incremental Sort", "")


# ── pages out of several walks ────────────────────────────────────────────────────────────────
def test_page_of_walks_merges_repositories_in_order_of_time(db, django_assert_num_queries):
    places = [RepositoryFactory(sig__slug="a")]
    places += [RepositoryFactory(sig=places[0].sig) for _ in range(2)]
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    rows = [
        PullRequestFactory(repository=places[n % 3], updated_at=start + dt.timedelta(hours=n // 2))
        for n in range(12)
    ]
    form = RecordFilter({}, sig=places[0].sig, repositories=places)
    with django_assert_num_queries(2):
        page = page_of_walks({}, record_walks(form), record_rows(), key="updated_at", size=7)
    assert [row.pk for row in page.rows] == [row.pk for row in reversed(rows)][:7]
    rest = page_of_walks(
        {"older": page.older}, record_walks(form), record_rows(), key="updated_at", size=7
    )
    assert [row.pk for row in rest.rows] == [row.pk for row in reversed(rows)][7:]


def test_page_of_no_walks_is_empty(db):
    page = page_of_walks({}, [], record_rows(), key="updated_at")
    assert (page.rows, page.older, page.newer) == ([], None, None)
