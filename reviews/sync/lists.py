"""Bringing the lists up to date: the first load by creation, then what changed, then a look at the counts."""

import datetime as dt
import logging
from typing import Any

from django.db import transaction

from . import lease as leases
from .apply import settle
from .fetch import OVERLAP, Batch, walk
from .reconcile import ours_and_theirs, reconcile
from .running import Passes, Run
from .streams import ISSUES, PULL_COMMENTS, PULLS, Stream
from .through import Leaf, Unordered, place_json, place_of, read_through

log = logging.getLogger(__name__)
# A host where something always happens must not keep a run from ending.
MAX_ROUNDS = 10
# Shorter lists are walked by time at once: two pages need no company.
LARGE = 200
SETTLED_AT_ONCE = 500


# ── the first load ────────────────────────────────────────────────────────────────────────────
def load_all(run: Run) -> None:
    """Load every long list that has no cursor yet."""
    for stream in run.streams():
        was_read = stream.name in run.passes.get("apart", {})
        if run.cursors[stream.name] is None and not was_read:
            load(run, stream)


def load(run: Run, stream: Stream) -> None:
    """Read a list whole by creation; its cursor is set at the end only, to a time before the beginning.

    Goes on where a run that was killed left off. A list that cannot be read like this, or that is
    short, is left to the walk by time.
    """
    begun = run.passes.get("load", {}).get(stream.name) or _newest(run, stream)
    if begun is None:
        return
    place = place_of(begun)
    run.progress.begin(stream.name, 0)
    run.progress.read_here = place.read
    try:
        for leaf in read_through(run.ask(stream), place=place, width=run.client.max_connections):
            _keep_loaded(run, stream, leaf, newest=begun["newest"])
    except Unordered as why:
        log.info("%s: %s is read by time: %s", run.repository, stream.name, why)
        run.note(run.with_pass("load", stream, None))
        return
    newest = dt.datetime.fromisoformat(begun["newest"])
    if place.page == 1:
        run.read_whole.add(stream.name)
    run.note(_loaded(run, stream), **{stream.cursor: newest})
    run.cursors[stream.name] = newest


def _newest(run: Run, stream: Stream) -> dict[str, Any] | None:
    """The host's newest update before the load begins; None when the list is short or not counted.

    Whatever changes after this moment is newer, so the walk that follows the load finds it.
    """
    head = run.ask(stream)(since=None, direction="desc", page=1, per_page=1)
    if not head.rows or (head.total_count or 0) <= LARGE:
        return None
    return {"newest": head.rows[0].updated_at.isoformat()}


def _keep_loaded(run: Run, stream: Stream, leaf: Leaf, *, newest: str) -> None:
    passes = run.with_pass("load", stream, {**place_json(leaf.place), "newest": newest})
    batch = Batch(leaf.rows, None, leaf.total, leaf.unread)
    run.keep(stream, batch, settles=False, passes=_unsettled(passes, stream))


def _unsettled(passes: Passes, stream: Stream) -> Passes:
    """With the word that facts of this list's rows are still to be told, from the first row on."""
    subject = PULLS if stream in (PULLS, PULL_COMMENTS) else ISSUES
    return {**passes, "unsettled": {**passes.get("unsettled", {}), subject.name: 0}}


def _loaded(run: Run, stream: Stream) -> Passes:
    passes = run.with_pass("load", stream, None)
    apart = {**passes.get("apart", {}), stream.name: len(run.hidden[stream.name])}
    return {**passes, "apart": apart}


def settle_backlog(run: Run) -> None:
    """Tell the facts of rows read for the first time: once, instead of with every page of every list."""
    for stream in (PULLS, ISSUES):
        while (done := run.passes.get("unsettled", {}).get(stream.name)) is not None:
            rows = stream.ours(run.repository).filter(pk__gt=done).order_by("pk")
            chunk = list(rows.values_list("pk", "number")[:SETTLED_AT_ONCE])
            passes = run.with_pass("unsettled", stream, chunk[-1][0] if chunk else None)
            with transaction.atomic():
                settle(stream, run.repository, {number for _pk, number in chunk})
                leases.renew(run.lease, passes=passes)
            run.passes = passes


# ── what changed ──────────────────────────────────────────────────────────────────────────────
def all_rounds(run: Run) -> None:
    """Read every list from its cursor on, then those again that brought news, until none does.

    What was read for the first time is judged when all of it is there: the first round's end.
    """
    pending = run.streams()
    for number in range(1, MAX_ROUNDS + 1):
        pending = [stream for stream in pending if read_on(run, stream, number)]
        settle_backlog(run)
        if not pending:
            return


def read_on(run: Run, stream: Stream, round_number: int) -> bool:
    """Read one list from its cursor on; true when it brought something new."""
    cursor = run.cursors[stream.name]
    since = None if cursor is None else cursor - OVERLAP
    run.progress.begin(stream.name, round_number)
    before = run.progress.written[stream.name]
    for batch in walk(run.ask(stream), since=since):
        if batch.total is None:
            run.uncounted.add(stream.name)
        passes = None if cursor else _unsettled(run.passes, stream)
        run.keep(stream, batch, settles=cursor is not None, passes=passes)
    if since is None:
        run.read_whole.add(stream.name)
        run.passes = _loaded(run, stream)
    run.progress.spend(run.client.request_count, run.client.budget)
    return run.progress.written[stream.name] > before


# ── what was deleted or hidden ────────────────────────────────────────────────────────────────
def check_counts(run: Run) -> None:
    """Compare how many rows the host counts with ours; a difference is looked into at once.

    A list never tells that a row was deleted, or that an issue became private.
    """
    for stream in run.streams():
        if stream.name not in run.uncounted | run.compared and _is_apart(run, stream):
            # A row that came after the walk is no difference.
            read_on(run, stream, MAX_ROUNDS + 1)
            if _is_apart(run, stream):
                reconcile(run, stream)


def _is_apart(run: Run, stream: Stream) -> bool:
    counted = ours_and_theirs(run, stream)
    return counted is not None and counted[1] - counted[0] != run.passes.get("apart", {}).get(
        stream.name, 0
    )
