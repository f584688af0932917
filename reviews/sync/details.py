"""What the lists do not tell of a pull request: who merged it and when labels came, one request each.

Read after the lists, a bounded number a run, the newest first; never while a repository is loaded for
the first time.
"""

import datetime as dt
import logging

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gitee import errors
from gitee.client import Client
from gitee.rows import OperateLogRow
from members.models import Repository
from members.people import accounts_for

from .. import outcome
from ..models import OperateLog, PullRequest, RepositorySync
from . import lease as leases
from .running import Run

log = logging.getLogger(__name__)
Details = RepositorySync.Details

# Requests a run, so that a long history does not keep the lists waiting.
READ_AT_ONCE = {Details.NONE: 0, Details.RECENT: 60, Details.ALL: 300}
RECENT = dt.timedelta(days=90)
MERGED = ("merged_pr", "merge_pr", "merged")


def read_details(run: Run) -> None:
    """Read the operate logs of pull requests that changed since theirs were read.

    A host that refuses or limits us here has answered the lists: what is missing is read next time.
    """
    for pull in list(_wanted(run)):
        try:
            logs = logs_of(run.client, run.repository, pull.number)
        except errors.GiteeError as error:
            log.warning("%s: details are left for later: %s", run.repository, error)
            return
        with transaction.atomic():
            keep(pull, logs)
            leases.renew(run.lease)


def _wanted(run: Run) -> QuerySet[PullRequest]:
    choice = Details(run.row.details)
    pulls = PullRequest.objects.filter(repository=run.repository, remote_id__isnull=False)
    pulls = pulls.select_related("repository__sig")
    pulls = pulls.filter(Q(details_of=None) | Q(details_of__lt=F("updated_at")))
    if choice is not Details.ALL:
        pulls = pulls.filter(updated_at__gte=timezone.now() - RECENT)
    return pulls.order_by("-updated_at", "-pk")[: READ_AT_ONCE[choice]]


def are_wanted(repository: Repository) -> bool:
    """The owner wants the details of pull requests that change."""
    unwanted = RepositorySync.objects.filter(repository=repository, details=Details.NONE)
    return not unwanted.exists()


def logs_of(client: Client, repository: Repository, number: int) -> tuple[OperateLogRow, ...]:
    """The logs; none where the host says twice that there are none, so that others are not kept waiting."""
    for _ in range(2):
        try:
            return client.pull_operate_logs(repository.owner, repository.name, number)
        except errors.NotFound:
            continue
    return ()


def keep(pull: PullRequest, rows: tuple[OperateLogRow, ...]) -> None:
    """Store what the logs tell and judge anew; inside the caller's transaction."""
    users = {(row.author.uid, row.author.login, row.author.name) for row in rows if row.author}
    merge = next((row for row in reversed(rows) if is_merge(row)), None)
    columns: dict[str, object] = {"details_of": pull.updated_at}
    accounts = accounts_for(pull.host, users)
    if merge and merge.author and pull.state == PullRequest.State.MERGED:
        columns["merged_by"] = accounts.get(merge.author.login.lower())
        columns["merged_by_login"] = merge.author.login[:200]
    _store_logs(pull, rows)
    PullRequest.objects.filter(pk=pull.pk).update(**columns)
    outcome.settle_pulls(pull.repository, [pull.number])


def is_merge(row: OperateLogRow) -> bool:
    """By its type, or by the sentence where the type is one we do not know."""
    return row.action in MERGED or row.content.startswith("合并了")


def _store_logs(pull: PullRequest, rows: tuple[OperateLogRow, ...]) -> None:
    OperateLog.objects.bulk_create(
        [
            OperateLog(
                pull=pull,
                host=pull.host,
                remote_id=row.remote_id,
                action_type=row.action[:60],
                content=row.content[:500],
                login=row.author.login[:200] if row.author else "",
                created_at=row.created_at,
            )
            for row in {row.remote_id: row for row in rows}.values()
        ],
        update_conflicts=True,
        unique_fields=["host", "remote_id"],
        update_fields=["pull", "action_type", "content", "login", "created_at"],
    )
