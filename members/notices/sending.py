"""From the outbox to the reader: claimed by one worker, sent outside any transaction, marked.

A worker that dies between sending and marking repeats one message after LEASE, with the same
Message-ID. Nothing is lost: what is not marked is due again.
"""

import datetime as dt
import logging

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from ..models import Notice, Person
from . import channels, mail
from .consent import preference_of
from .mail import NotSent
from .outbox import person_key
from .reasons import CAN_BE_TRIED_AGAIN
from .relevance import is_stale
from .text import language_or_default

log = logging.getLogger(__name__)
State = Notice.State

# Longer than a mail server may take: each of its answers is waited for EMAIL_TIMEOUT (10 s).
LEASE = dt.timedelta(minutes=5)
MAX_ATTEMPTS = 12
# Waits between attempts: 1, 2, 4 … minutes, six hours at most; about a day in all.
FIRST_WAIT_S, LONGEST_WAIT_S = 60, 6 * 3600
BATCH = 50


class Skip(Exception):
    """The notice is not to be sent; `code` is one of members.notices.reasons.REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def send_due(*, limit: int = BATCH) -> int:
    """Send what is due, oldest first; stops when the mail server does not answer. Returns how many were tried."""
    due = Notice.objects.filter(state=State.WAITING, next_try_at__lte=Now())
    ids = list(due.order_by("next_try_at", "pk").values_list("pk", flat=True)[:limit])
    tried = 0
    for pk in ids:
        notice = claim(pk)
        if notice is None:
            continue
        tried += 1
        if not _attempt(notice):
            log.warning("notices: no way out at present, the others wait")
            break
    return tried


def claim(notice_id: int) -> Notice | None:
    """The notice, ours for LEASE, or None when it is not due. By the database's clock."""
    mine = Notice.objects.filter(pk=notice_id, state=State.WAITING, next_try_at__lte=Now())
    if not mine.update(next_try_at=Now() + LEASE, attempts=F("attempts") + 1):
        return None
    rows = Notice.objects.select_related(
        "person__user",
        "person__notice_preference",
        "person__merged_into__user",
        "person__merged_into__notice_preference",
    )
    return rows.get(pk=notice_id)


def _attempt(notice: Notice) -> bool:
    """One attempt on a claimed notice; false when nobody's notice could be sent now."""
    if notice.attempts > MAX_ATTEMPTS:
        _end(notice, State.FAILED, "lost")
        return True
    try:
        _send(notice)
    except Skip as skip:
        _end(notice, State.SKIPPED, skip.code)
    except NotSent as fault:
        _put_off(notice, fault)
        return not fault.is_server_gone
    else:
        _mine(notice).update(state=State.SENT, sent_at=Now(), error="")
        log.info("notice %s sent (%s)", notice.pk, notice.kind)
    return True


def _send(notice: Notice) -> None:
    if is_stale(notice):
        raise Skip("stale")
    if notice.person is None:
        if notice.data.get("channel") not in channels.configured():
            raise Skip("channel_gone")
        channels.send(notice)
        return
    person = _kept(notice.person)
    _refuse_unwanted(notice, person)
    mail.send(notice, person, language_or_default(preference_of(person).language))


def _kept(person: Person) -> Person:
    """Whom the row turned out to be, through any number of merges."""
    while person.merged_into is not None:
        person = person.merged_into
    return person


def _refuse_unwanted(notice: Notice, person: Person) -> None:
    """Whether this person can and wants to be written to; raises Skip."""
    preference = preference_of(person)
    if _is_told_already(notice, person):
        raise Skip("told_already")
    if person.user is not None and not person.user.is_active:
        raise Skip("inactive")
    if not preference.by_mail:
        raise Skip("no_mail")
    if notice.kind in preference.muted:
        raise Skip("muted")
    if not person.email:
        raise Skip("no_address")
    try:
        validate_email(person.email)
    except ValidationError:
        raise Skip("bad_address") from None


def _is_told_already(notice: Notice, person: Person) -> bool:
    """Two who turned out to be one were both told: the older notice stands for both."""
    event = notice.key.rpartition(":person:")[0]
    ids = [person.pk, *person.merged.values_list("pk", flat=True)]
    if len(ids) == 1:
        return False
    twins = Notice.objects.filter(key__in=[person_key(event, pk) for pk in ids], pk__lt=notice.pk)
    return twins.exclude(state=State.SKIPPED).exists()


# ── endings ───────────────────────────────────────────────────────────────────────────────────
def _put_off(notice: Notice, fault: NotSent) -> None:
    """Try again later, or give up in sight after the last attempt."""
    if fault.is_permanent or notice.attempts >= MAX_ATTEMPTS:
        _end(notice, State.FAILED, fault.code)
        return
    wait = min(FIRST_WAIT_S * 2 ** (notice.attempts - 1), LONGEST_WAIT_S)
    _mine(notice).update(next_try_at=Now() + dt.timedelta(seconds=wait), error=fault.code)
    log.info("notice %s put off for %s s: %s", notice.pk, wait, fault.code)


def _end(notice: Notice, state: State, code: str) -> None:
    _mine(notice).update(state=state, error=code)
    log.info("notice %s %s: %s", notice.pk, state, code)


def _mine(notice: Notice) -> QuerySet[Notice]:
    """The row unless somebody took over: every claim counts one attempt, so an old one no longer fits."""
    return Notice.objects.filter(pk=notice.pk, state=State.WAITING, attempts=notice.attempts)


def retry(*, notice_id: int) -> bool:
    """Make a failed notice, or one without an address, due once more; false when it is neither."""
    again = Notice.objects.filter(pk=notice_id).filter(
        Q(state=State.FAILED) | Q(state=State.SKIPPED, error__in=CAN_BE_TRIED_AGAIN)
    )
    return bool(again.update(state=State.WAITING, attempts=0, next_try_at=Now(), error=""))


def retry_failed() -> int:
    """Make every failed notice due once more; returns how many."""
    failed = Notice.objects.filter(state=State.FAILED)
    return failed.update(state=State.WAITING, attempts=0, next_try_at=Now(), error="")
