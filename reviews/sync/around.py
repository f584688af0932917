"""What stands around the lists, read once with each comparison: repository, milestones, OWNERS."""

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from gitee import errors
from gitee.client import iter_pages
from gitee.rows import FileRow, MilestoneRow, RepositoryRow
from members.charter.facts import APPROVER, REVIEWER, CharterError
from members.charter.owners import parse
from members.models import OwnersFile
from members.owners import note_owners

from ..models import Milestone
from .running import Run

log = logging.getLogger(__name__)
ROOT_OWNERS = "OWNERS"
# Folders whose OWNERS are looked at again; which have one, a clone's history told.
MOST_OWNERS = 30
CLOSED = ("关闭", "closed", "archived")
MOVED_WORDS = ("迁移至", "已迁移", "已经迁移", "moved to", "migrated to")


def read_around(run: Run) -> None:
    """Bring facts, milestones and OWNERS up to date. The repository must answer; the rest may not."""
    row = run.client.repository(*run.place)
    run.note(facts=facts_of(row, path=run.repository.path))
    for read in (read_milestones, read_owners):
        try:
            read(run)
        except (errors.NotFound, errors.Forbidden, errors.MalformedAnswer) as error:
            log.warning("%s: %s", run.repository, error)


def facts_of(row: RepositoryRow, *, path: str) -> dict[str, Any]:
    """What RepositorySync.facts keeps; `moved` is a hint only, from its name or its description."""
    description = row.description.lower()
    return {
        "description": row.description,
        "default_branch": row.default_branch,
        "full_name": row.full_name,
        "html_url": row.html_url,
        "archived": row.status in CLOSED,
        "moved": row.full_name.lower() != path.lower()
        or any(word in description for word in MOVED_WORDS),
    }


# ── milestones ────────────────────────────────────────────────────────────────────────────────
def read_milestones(run: Run) -> None:
    pages = list(iter_pages(lambda page: run.client.milestones(*run.place, page=page)))
    rows = {row.remote_id: row for page in pages for row in page.rows}
    with transaction.atomic():
        Milestone.objects.bulk_create(
            [_milestone(run, row) for row in rows.values()],
            update_conflicts=True,
            unique_fields=["repository", "number"],
            update_fields=["title", "state", "due_on"],
        )
        if not any(page.unread for page in pages):
            gone = Milestone.objects.filter(repository=run.repository)
            gone.exclude(number__in=list(rows)).delete()
        run.note()


def _milestone(run: Run, row: MilestoneRow) -> Milestone:
    return Milestone(
        repository=run.repository,
        number=row.remote_id,
        title=row.title[:200],
        state=row.state[:20],
        due_on=row.due_on,
    )


# ── OWNERS ────────────────────────────────────────────────────────────────────────────────────
def read_owners(run: Run) -> None:
    """What the OWNERS files say today: the root's, and those of folders that are known to have one."""
    known = OwnersFile.objects.filter(repository=run.repository).exclude(path=ROOT_OWNERS)
    folders = known.order_by("path").values_list("path", flat=True).distinct()[:MOST_OWNERS]
    for path in [ROOT_OWNERS, *folders]:
        _keep_owners(run, path, run.client.file_content(*run.place, path))


def _keep_owners(run: Run, path: str, file: FileRow | None) -> None:
    """A file that is gone names nobody; one that cannot be understood leaves what was known."""
    people: dict[str, list[str]] = {APPROVER: [], REVIEWER: []}
    if file is not None:
        try:
            parsed = parse(file.content.decode("utf-8", "replace"), path)
        except CharterError as error:
            log.warning("%s: %s", run.repository, error)
            return
        for person in parsed.facts.people:
            # A right for some paths only is none for all.
            if person.login and not person.within:
                people[person.role].append(person.login)
    with transaction.atomic():
        note_owners(
            run.repository,
            path,
            approvers=people[APPROVER],
            reviewers=people[REVIEWER],
            valid_from=timezone.now(),
        )
        run.note()
