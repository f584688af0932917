"""Leave of absence: the roles stay; who is on leave when a vote opens is not counted as entitled."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from ledger import record

from . import rules
from .models import Leave, Person, Sig, actor_of
from .policy import MAINTAINER
from .refusals import BadProposal, NotAllowed, Unqualified

NOTE_LENGTH = 200
LONGEST = dt.timedelta(days=731)


@transaction.atomic
def start(
    *,
    person: Person,
    sig: Sig,
    on: dt.date,
    until: dt.date | None = None,
    note: str = "",
    by: Person,
    at: dt.datetime,
) -> Leave:
    """Begin a leave on a day of the SIG's calendar, today or later; `until` is the first day back.

    The same again changes nothing. Raises NotAllowed, Unqualified (no role), BadProposal (`on`,
    `until`, `note`).
    """
    _lock(sig)
    _refuse_stranger(person, sig, by, at)
    today, text = sig.day_of(at), note.strip()
    if not rules.roles_of(person, sig, today):
        raise Unqualified(_("%(name)s 在本 SIG 没有角色，无须请假。") % {"name": person.name})
    _refuse_bad_days(today, on, until, text)
    overlapping = Leave.objects.filter(person=person, sig=sig).exclude(ended_on__lte=on)
    if until is not None:
        overlapping = overlapping.filter(started_on__lt=until)
    known = overlapping.first()
    if known is not None:
        if (known.started_on, known.ended_on, known.note) == (on, until, text):
            return known
        raise BadProposal(
            "on",
            _("与自 %(day)s 起的请假重叠，请先结束那一次。")
            % {"day": known.started_on.isoformat()},
        )
    leave = Leave.objects.create(person=person, sig=sig, started_on=on, ended_on=until, note=text)
    _record(leave, "leave.started", by, at)
    return leave


@transaction.atomic
def end(*, leave: Leave, on: dt.date, by: Person, at: dt.datetime) -> Leave:
    """Come back on a day, from today on and after the leave began; the same day again does nothing.

    Raises NotAllowed, BadProposal (`on`).
    """
    _lock(leave.sig)
    _refuse_stranger(leave.person, leave.sig, by, at)
    leave.refresh_from_db()
    if leave.ended_on == on:
        return leave
    today = leave.sig.day_of(at)
    if leave.ended_on is not None and leave.ended_on <= today:
        raise BadProposal("on", _("这次请假已经结束。"))
    if not max(today, leave.started_on + dt.timedelta(days=1)) <= on:
        raise BadProposal("on", _("返回日期不能早于今天，并须晚于开始日期。"))
    leave.ended_on = on
    leave.save(update_fields=["ended_on"])
    _record(leave, "leave.ended", by, at)
    return leave


def _lock(sig: Sig) -> None:
    """Leaves of a SIG are written one after another: two overlapping ones must not slip in."""
    Sig.objects.select_for_update().get(pk=sig.pk)


def _refuse_stranger(person: Person, sig: Sig, by: Person, at: dt.datetime) -> None:
    if by.pk == person.pk:
        return
    if MAINTAINER not in rules.roles_of(by, sig, sig.day_of(at)):
        raise NotAllowed(_("请假只能由本人或 Maintainer 登记。"))


def _refuse_bad_days(today: dt.date, on: dt.date, until: dt.date | None, note: str) -> None:
    if not today <= on <= today + LONGEST:
        raise BadProposal("on", _("开始日期须在今天与两年之内。"))
    if until is not None and not on < until <= on + LONGEST:
        raise BadProposal("until", _("返回日期须晚于开始日期，最长两年。"))
    if len(note) > NOTE_LENGTH:
        raise BadProposal("note", _("说明至多 %(count)d 个字。") % {"count": NOTE_LENGTH})


def _record(leave: Leave, action: str, by: Person, at: dt.datetime) -> None:
    """The note stays out of the public record: why somebody is away is theirs to tell."""
    record.append(
        actor=actor_of(by),
        action=action,
        subject=leave.person.actor,
        data={
            "sig": leave.sig.slug,
            "name": leave.person.name,
            "leave": leave.pk,
            "on": leave.started_on.isoformat(),
            "until": leave.ended_on.isoformat() if leave.ended_on else "",
        },
        at=at,
    )
