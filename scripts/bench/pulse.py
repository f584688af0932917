"""The review figures of a SIG with a million pull requests: reckoned anew, and as the page shows them."""

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from scripts.bench.report import Figure, percentile, timings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sigportal.settings.test")
SMALL, LARGE = 10_000, 1_000_000
YEARS = 5
REVIEWERS = 60
RUNS = 15

# By column; what is left out gets the default of its field.
PULL = {
    "repository_id": "%(repository)s",
    "host": "'gitee'",
    "remote_id": "%(repository)s * 10000000::bigint + n",
    "number": "n",
    "state": "CASE WHEN n %% 20 = 0 THEN 'open' WHEN n %% 10 = 1 THEN 'closed' ELSE 'merged' END",
    "title": "'change ' || n",
    "author_id": "%(account)s + n %% %(reviewers)s",
    "author_login": "'login'",
    "created_at": "made",
    "updated_at": "made + interval '3 days'",
    "merged_at": "CASE WHEN n %% 20 <> 0 AND n %% 10 <> 1 THEN made + n %% 300 * interval '1 hour' END",
    "first_review_at": "CASE WHEN n %% 40 <> 0 THEN made + n %% 97 * interval '30 minutes' END",
    "verdict": "CASE n %% 50 WHEN 3 THEN 'unmet' WHEN 4 THEN 'unknown' ELSE 'met' END",
}
PULLS = """(SELECT n, %(now)s - (%(size)s - n) * %(step)s AS made
    FROM generate_series(1, %(size)s) AS n) AS rows"""
REVIEW = {
    "pull_id": "id",
    "account_id": "%(account)s + (number * k * k + k) %% %(reviewers)s",
    "first_at": "first_review_at",
    "remarks": "2",
    "has_lgtm": "true",
    "has_approve": "k = 1",
    "pull_updated_at": "updated_at",
}
REVIEWS = """reviews_pullrequest, generate_series(1, 3) AS k WHERE repository_id = %(repository)s
    ON CONFLICT DO NOTHING"""


@contextmanager
def _database() -> Iterator[None]:
    """A test database on the engine that DATABASE_URL names, gone afterwards."""
    import django

    django.setup()
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _insert(model: Any, values: dict[str, str], source: str, params: dict[str, Any]) -> None:
    from django.db import connection

    columns = {
        field.column: values.get(field.column) or _default(field)
        for field in model._meta.concrete_fields
        if not field.primary_key
    }
    with connection.cursor() as cursor:
        names, expressions = ", ".join(columns), ", ".join(columns.values())
        table = model._meta.db_table
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {expressions} FROM {source}", params)  # noqa: S608
        cursor.execute(f"ANALYZE {table}")


def _default(field: Any) -> str:
    """SQL of a field's default value."""
    value = field.get_default()
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value)
    text = json.dumps(value) if field.get_internal_type() == "JSONField" else str(value)
    return f"'{text}'"


def _filled(size: int) -> Any:
    """A SIG whose one repository has `size` pull requests of the last five years."""
    from django.utils import timezone

    from members.models import Account
    from reviews.models import PullRequest, Review
    from tests.factories import AccountFactory, RepositoryFactory

    repository: Any = RepositoryFactory()
    AccountFactory.create_batch(REVIEWERS)
    params = {
        "repository": repository.pk,
        "account": Account.objects.order_by("-pk")[REVIEWERS - 1].pk,
        "reviewers": REVIEWERS,
        "size": size,
        "now": timezone.now(),
        "step": dt.timedelta(days=365 * YEARS) / size,
    }
    _insert(PullRequest, PULL, PULLS, params)
    _insert(Review, REVIEW, REVIEWS, params)
    return repository.sig


def _median_ms(call: Any) -> float:
    return percentile(timings(call, RUNS), 50) * 1000


def _reckoned_ms(scope: Any) -> float:
    """The figures from the rows alone, as the first reader after a change waits for them."""
    from django.core.cache import cache

    from reviews.pulse_cache import figures_of

    def call() -> None:
        cache.clear()
        figures_of(scope)

    return _median_ms(call)


def _page_ms(address: str) -> tuple[float, int]:
    """Median milliseconds of a page asked for again, and its queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        if client.get(address).status_code != 200:
            raise RuntimeError(f"{address} cannot be shown")
    count = len(queries)
    return _median_ms(lambda: client.get(address)), count


def figures() -> Iterable[Figure]:
    with _database():
        from django.utils import timezone

        from reviews.pulse import Scope

        reckoned: dict[int, float] = {}
        pages: dict[tuple[int, str], tuple[float, int]] = {}
        for size in (SMALL, LARGE):
            sig = _filled(size)
            ids = list(sig.repositories.values_list("pk", flat=True))
            reckoned[size] = _reckoned_ms(Scope(sig, ids, 12, timezone.localdate()))
            for name in ("pulse", "exceptions"):
                pages[size, name] = _page_ms(f"/sigs/{sig.slug}/reviews/{name}/")
            pages[size, "home"] = _page_ms(f"/sigs/{sig.slug}/")
    yield Figure(
        f"review figures of twelve months, {LARGE:,} pull requests, reckoned anew",
        f"{reckoned[LARGE]:.0f} ms",
        f"{reckoned[SMALL]:.0f} ms of {SMALL:,}",
        "at most 2,000 ms",
        reckoned[LARGE] <= 2000,
    )
    for name in ("pulse", "exceptions", "home"):
        (small, _queries), (large, queries) = pages[SMALL, name], pages[LARGE, name]
        yield Figure(
            f"page {name}, {LARGE:,} pull requests, {queries} queries",
            f"{large:.0f} ms",
            f"{small:.0f} ms of {SMALL:,}",
            "at most 1.2 times",
            large <= 1.2 * small,
        )
