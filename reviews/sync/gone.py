"""Accounts the host no longer names: asked for by name, and marked when they are gone."""

import logging

from django.utils import timezone

from gitee import errors
from members.models import Account
from members.people import note_back, note_gone

from .running import Run
from .streams import STREAMS

log = logging.getLogger(__name__)
# Questions a run; the rest waits for the next time their rows are read.
ASKED_AT_ONCE = 20


def look_for_gone(run: Run) -> None:
    """Mark accounts whose rows lost their author and whom the host answers 404 for, twice."""
    note_back(run.repository.host, run.logins)
    for account in _suspects(run):
        try:
            gone = _is_gone(run, account.login)
        except errors.GiteeError as error:
            log.warning("%s: accounts are left for later: %s", run.repository, error)
            return
        if gone:
            note_gone(account, at=timezone.now())
            log.info("%s: the host knows no account %s", run.repository, account.login)


def _suspects(run: Run) -> list[Account]:
    keys: set[int] = set()
    for stream in STREAMS:
        nameless = list(run.nameless[stream.name])[: 50 * ASKED_AT_ONCE]
        rows = stream.ours(run.repository).filter(remote_id__in=nameless)
        keys |= set(rows.exclude(author=None).values_list("author", flat=True).distinct())
    accounts = Account.objects.filter(pk__in=keys, gone_at=None).exclude(login__contains="~")
    return list(accounts.order_by("pk")[:ASKED_AT_ONCE])


def _is_gone(run: Run, login: str) -> bool:
    for _ in range(2):
        try:
            run.client.user(login)
        except errors.NotFound:
            continue
        return False
    return True
