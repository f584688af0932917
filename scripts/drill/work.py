"""What a drill does through the database: repositories to sync, asking for a sync, seeing it done.

Its imports need Django set up, see `scripts.drill.stage`: import this module inside the stage.
"""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now

from members.models import Repository
from reviews.models import RepositorySync
from scripts.drill.stage import Stage
from tests.factories import RepositoryFactory
from tests.fakes.gitee_server import GiteeServer
from tests.reviews.crowd import crowd

Answer = TypeVar("Answer")


def new_repository(host: GiteeServer, name: str, *, seed: int) -> Repository:
    """At the host and in the portal. It is due at once: no sync of it has ever ended."""
    with host.state.lock:
        crowd(host.state, name, seed=seed)
    owner, _, rest = name.partition("/")
    made: Repository = reading(lambda: RepositoryFactory.create(owner=owner, name=rest))
    return made


def reading(ask: Callable[[], Answer]) -> Answer:
    """The answer of the database, asked again once when the connection was cut by a kill."""
    try:
        return ask()
    except (DatabaseError, InterfaceError):
        connection.close()
        return ask()


def ask_for_sync(repository: Repository) -> None:
    def ask() -> None:
        RepositorySync.objects.get_or_create(repository=repository)
        RepositorySync.objects.filter(repository=repository).update(requested_at=Now())

    reading(ask)


def let_leases_run_out() -> None:
    """What the time would do in a minute and a half: a lease nobody renews is over."""
    reading(lambda: RepositorySync.objects.filter(lease_until__gt=Now()).update(lease_until=Now()))


def is_settled(repository: Repository) -> bool:
    """Whatever was asked for or interrupted has been done, well, and nobody is at it.

    A run that noted its own failure (the database was away) is asked for again, as the interval would.
    """
    row = reading(lambda: RepositorySync.objects.filter(repository=repository).first())
    if row is None or row.lease_until or row.requested_at or row.finished_at is None:
        return False
    if row.started_at is None or row.started_at > row.finished_at:
        return False
    if row.result == RepositorySync.Result.FAILED:
        ask_for_sync(repository)
    return bool(row.result == RepositorySync.Result.OK)


def questions(host: GiteeServer, name: str) -> Counter[str]:
    """How often each question about a repository was put, its name left out."""
    return Counter(
        f"{request.path.replace(name, 'X')}?{request.query}"
        for request in list(host.requests)
        if f"/repos/{name}" in request.path
    )


def pages_of(stage: Stage, repository: Repository) -> dict[str, int]:
    """The statuses of the pages that read what a sync wrote."""
    slug = repository.sig.slug
    paths = ["/", "/sync/", f"/sigs/{slug}/reviews/", f"/sigs/{slug}/issues/"]
    return {path: stage.status_of(path) for path in paths}
