"""Who was there; once the minutes are public, each person's presence is a contribution."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from ledger import record
from members import contribution
from members.models import Contribution, Person, RoleTerm, actor_of

from .models import Attendance, Meeting, MinutesRevision
from .schedule import Refused, locked

# Meetings before this one whose people are likely to come again, and how many the page offers.
RECENT = 3
MAX_LIKELY = 80


class NotThere(Refused):
    """A meeting that was called off had no attendance."""


@transaction.atomic
def add(
    *,
    meeting: Meeting,
    name: str,
    by: Person | None,
    at: dt.datetime,
    person: Person | None = None,
    organization: str = "",
) -> Attendance:
    """Write down one attendee, known person or bare name; the same one is there once.

    A bare name that is there already becomes the person of that name; a second person of the same
    name is told apart by the login.

    Raises NotThere on a cancelled meeting.
    """
    meeting = locked(meeting)
    if meeting.state == Meeting.State.CANCELLED:
        raise NotThere(_("例会已取消，没有出席名单。"))
    if person is not None and (same := meeting.attendances.filter(person=person).first()):
        return same
    same_name = meeting.attendances.filter(name=name).first()
    if same_name and person is not None and same_name.person_id:
        name = f"{name} ({person.login})"
    row, is_new = Attendance.objects.get_or_create(
        meeting=meeting, name=name, defaults={"person": person, "organization": organization}
    )
    is_named = not is_new and person is not None and row.person_id is None and not row.is_group
    if is_named:
        row.person = person
        row.save(update_fields=["person"])
    if is_new or is_named:
        _record(row, "attendance.added", by, at)
        if _is_published(meeting):
            count(meeting)
    return row


@transaction.atomic
def remove(*, row: Attendance, by: Person | None, at: dt.datetime) -> None:
    """Strike an attendee and the contribution that came of it; struck already, nothing changes."""
    meeting = locked(row.meeting)
    stored = meeting.attendances.filter(pk=row.pk).first()
    if stored is None:
        return
    _record(stored, "attendance.removed", by, at)
    if stored.person_id:
        contribution.forget_many([_source(meeting, stored.person_id)])
    stored.delete()


def likely(meeting: Meeting) -> list[Person]:
    """Whom the host can tick: those on the list, the SIG's Maintainers and Committers of that day,
    and who came to the last three meetings; by name, MAX_LIKELY at most. Select `sig`."""
    terms = RoleTerm.objects.active(meeting.sig.day_of(meeting.starts_at)).filter(
        sig=meeting.sig, role__in=(RoleTerm.Role.MAINTAINER, RoleTerm.Role.COMMITTER)
    )
    before = Meeting.objects.filter(
        sig=meeting.sig, state=Meeting.State.HELD, starts_at__lt=meeting.starts_at
    ).order_by("-starts_at")[:RECENT]
    came = Attendance.objects.filter(meeting__in=[meeting.pk, *before.values_list("pk", flat=True)])
    wanted = Q(pk__in=terms.values("person")) | Q(pk__in=came.values("person"))
    people = Person.objects.filter(wanted, merged_into=None).order_by("name", "pk")
    return list(people.prefetch_related("accounts")[:MAX_LIKELY])


def count(meeting: Meeting) -> int:
    """Record `meeting_attended` for each known person; told twice, stored once."""
    people = meeting.attendances.exclude(person=None).values_list("person_id", flat=True)
    # The stored path is the one without a language before it, whoever publishes.
    with override(settings.LANGUAGE_CODE):
        url = meeting.get_absolute_url()
    return contribution.record_many(
        contribution.Fact(
            person_id=person_id,
            sig_id=meeting.sig_id,
            kind=Contribution.Kind.MEETING_ATTENDED,
            at=meeting.starts_at,
            source=_source(meeting, person_id),
            title=meeting.title,
            title_en=meeting.title_en,
            url=url,
        )
        for person_id in people
        if person_id is not None
    )


def _is_published(meeting: Meeting) -> bool:
    public = MinutesRevision.PUBLIC_STATES
    return meeting.minutes_revisions.filter(state__in=public).exists()


def _source(meeting: Meeting, person_id: int) -> str:
    return f"meeting:{meeting.pk}:meeting_attended:{person_id}"


def _record(row: Attendance, action: str, by: Person | None, at: dt.datetime) -> None:
    record.append(
        actor=actor_of(by),
        action=action,
        subject=f"meeting:{row.meeting_id}",
        data={"sig": row.meeting.sig.slug, "name": row.name},
        at=at,
    )
