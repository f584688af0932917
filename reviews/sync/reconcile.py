"""Comparing a whole list with ours: what the host no longer has goes, what changed silently is mended.

Lists tell what is there, never what went. So all of a list is read by creation, each page beside our
rows of the same span of time. A row of ours that is missing there is asked for by itself, twice, since
Gitee sends a wrong 404 now and then; and nothing is removed unless the repository itself answers.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from gitee import errors
from gitee.client import Unread

from . import lease as leases
from .fetch import Batch, walk
from .removal import remove_comments, remove_issues, remove_pulls
from .running import Run
from .streams import ISSUE_COMMENTS, ISSUES, PULLS, Stream
from .through import Leaf, Unordered, place_json, place_of, read_through

log = logging.getLogger(__name__)
# Our names of rows by the host's id: numbers of pull requests and issues, ids of comments.
Names = dict[int, Any]


def reconcile(run: Run, stream: Stream) -> None:
    """Make our rows of a list those the host lists, nothing more and nothing less.

    Goes on where a run that was killed left off.
    """
    begun = run.passes.get("compare", {}).get(stream.name) or {"began": timezone.now().isoformat()}
    run.progress.begin(stream.name, 0)
    try:
        _by_creation(run, stream, begun)
    except Unordered as why:
        log.info("%s: %s is compared by time: %s", run.repository, stream.name, why)
        _by_time(run, stream, begun)
    _finish(run, stream, begun)


def _by_creation(run: Run, stream: Stream, begun: dict[str, Any]) -> None:
    before: set[int] = set()
    width = run.client.max_connections
    for leaf in read_through(run.ask(stream), place=place_of(begun), width=width):
        # What the host counted as the comparison began: rows may go while we read.
        begun.setdefault("counted", leaf.total)
        entry = {**begun, **place_json(leaf.place)}
        batch = Batch(leaf.rows, None, leaf.total, leaf.unread)
        run.keep(stream, batch, passes=run.with_pass("compare", stream, entry))
        listed = _listed(leaf.rows, leaf.unread)
        missing = {
            identity: name
            for identity, name in _beside(run, stream, leaf).items()
            if identity not in listed | before
        }
        _remove_what_is_gone(run, stream, missing)
        before = listed


def _beside(run: Run, stream: Stream, leaf: Leaf) -> Names:
    """Our rows created in the span of a page, which ends open on the last page."""
    rows = stream.ours(run.repository)
    if leaf.place.after is not None:
        rows = rows.filter(created_at__gte=leaf.place.after)
    if not leaf.is_last:
        if not leaf.rows:
            return {}
        rows = rows.filter(created_at__lte=leaf.rows[-1].created_at)
    return dict(rows.values_list("remote_id", stream.name_column))


def _by_time(run: Run, stream: Stream, begun: dict[str, Any]) -> None:
    """The same for hosts whose lists cannot be read by creation: all is read before all is compared."""
    ours: Names = dict(stream.ours(run.repository).values_list("remote_id", stream.name_column))
    for batch in walk(run.ask(stream), since=None):
        begun.setdefault("counted", batch.total)
        run.keep(stream, batch)
        for identity in _listed(batch.rows, batch.unread):
            ours.pop(identity, None)
    _remove_what_is_gone(run, stream, ours)


def _listed(rows: Iterable[Any], unread: Iterable[Unread]) -> set[int]:
    return {row.remote_id for row in rows} | {row.remote_id for row in unread if row.remote_id}


def _finish(run: Run, stream: Stream, begun: dict[str, Any]) -> None:
    """Whatever the host counts beyond our rows now, it counts rightly: all of them were compared.

    Not so when its count changed meanwhile: then a row may have gone behind us, and the difference
    is left for the next run to look into.
    """
    counted = ours_and_theirs(run, stream)
    run.forget_unseen(stream, since=dt.datetime.fromisoformat(begun["began"]))
    run.note(run.with_pass("compare", stream, None))
    if counted is None or counted[1] == begun.get("counted"):
        apart = counted[1] - counted[0] if counted else 0
        run.note(run.with_pass("apart", stream, apart))
    run.compared.add(stream.name)


def ours_and_theirs(run: Run, stream: Stream) -> tuple[int, int] | None:
    """How many rows we have and how many the host counts; None when it does not say."""
    page = run.ask(stream)(sort="created", since=None, direction="asc", page=1, per_page=1)
    if page.total_count is None:
        run.uncounted.add(stream.name)
        return None
    return stream.ours(run.repository).count(), page.total_count


# ── rows that are not listed ──────────────────────────────────────────────────────────────────
def _remove_what_is_gone(run: Run, stream: Stream, missing: Names) -> None:
    for _ in range(2):
        missing = {
            identity: name
            for identity, name in missing.items()
            if not _is_there(run, stream, identity, name)
        }
    if not missing:
        return
    # Raises when the repository itself is out of our sight: then the rows are not gone.
    run.client.repository(*run.place)
    with transaction.atomic():
        _remove(run, stream, missing)
        leases.renew(run.lease)
    log.info("%s: removed %d %s", run.repository, len(missing), stream.name)


def _is_there(run: Run, stream: Stream, identity: int, name: Any) -> bool:
    """Ask for one row by itself; what is there is stored as it is now."""
    leases.renew(run.lease)
    try:
        row = stream.one_of(run.client)(*run.place, name)
    except errors.NotFound:
        return False
    except errors.Forbidden:
        # What is said and done on a private issue may be refused instead of not found.
        return stream not in (ISSUES, ISSUE_COMMENTS)
    except errors.MalformedRow as error:
        run.keep(stream, Batch((), None, unread=(Unread(identity, None, str(error)),)))
        return True
    run.keep(stream, Batch((row,), None))
    return True


def _remove(run: Run, stream: Stream, names: Names) -> None:
    if stream is PULLS:
        remove_pulls(run.repository, list(names.values()))
    elif stream is ISSUES:
        remove_issues(run.repository, list(names.values()))
    else:
        remove_comments(run.repository, stream.kind, list(names))
