"""Minutes files in and out: each file whole and in one transaction, told twice stored once."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from ledger import record
from members.models import Account, Person, Sig
from reviews.models import PullRequest

from . import attendance, minutes, schedule, structure, template
from .models import ActionItem, AgendaItem, Attendance, Meeting, MinutesRevision
from .problem import Problem
from .schedule import uid, utc

PULL_URL = re.compile(r"https?://[\w.-]+/([\w.-]+)/([\w.-]+)/(?:pulls?|merge_requests)/(\d+)")


class UnreadableFile(ValueError):
    """The file cannot be minutes; the message names it and says why."""


@dataclass(frozen=True)
class Imported:
    """What became of one file. `change` is new, changed or unchanged; `matched` names known people."""

    meeting: Meeting
    facts: template.MinutesFile
    change: str
    matched: tuple[str, ...]


class _People:
    """Known people by login and by name; a name two people share matches neither."""

    def __init__(self) -> None:
        self._by_key: dict[str, Person | None] = {}
        for account in Account.objects.select_related("person"):
            self._add(f"@{account.login.casefold()}", account.person)
        for person in Person.objects.all():
            self._add(template.name_key(person.name), person)

    def find(self, name: str) -> Person | None:
        return self._by_key.get(template.name_key(name))

    def _add(self, key: str, person: Person) -> None:
        other = self._by_key.setdefault(key, person)
        if other != person:
            self._by_key[key] = None


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def read(path: Path) -> str:
    """A file's text, without a byte order mark. Raises UnreadableFile."""
    if path.is_dir():
        raise UnreadableFile(f"{path}: is a directory; name the files in it")
    try:
        with path.open("rb") as file:
            raw = file.read(settings.IMPORT_MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from error
    if len(raw) > settings.IMPORT_MAX_BYTES:
        raise UnreadableFile(f"{path}: larger than {settings.IMPORT_MAX_BYTES:,} bytes")
    if b"\0" in raw:
        raise UnreadableFile(f"{path}: line {_line(raw, raw.index(0))}: a NUL byte; not text")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path}: {_encoding_fault(raw, error)}") from error
    if not text.strip():
        raise UnreadableFile(f"{path}: is empty")
    return text


def _encoding_fault(raw: bytes, error: UnicodeDecodeError) -> str:
    try:
        raw.decode("gb18030")
        hint = "; it may be GBK, convert it first"
    except UnicodeDecodeError:
        hint = ""
    byte = raw[error.start]
    return f"line {_line(raw, error.start)}: byte 0x{byte:02x} is not UTF-8{hint}"


def _line(raw: bytes, offset: int) -> int:
    return raw.count(b"\n", 0, offset) + 1


@transaction.atomic
def load(
    *, sig: Sig, text: str, file_name: str, publish: bool, at: dt.datetime, dry_run: bool = False
) -> Imported:
    """Store one file: its meeting, what was understood, and the text whole as the minutes' body.

    A meeting of the SIG at that very time is the same meeting; a text that is in its history
    already changes nothing. With `dry_run` everything is undone at the end. Raises UnreadableFile
    without a date, with one that lies ahead, and where another file holds minutes of that time.
    """
    facts = template.parse(text, file_name=file_name)
    starts_at = _starts_at(sig, facts, file_name, at)
    # Editors' browsers and this store hold one kind of newline, so that equal texts hash alike.
    body = text.replace("\r\n", "\n")
    meeting = _meeting_at(sig, starts_at)
    is_new = meeting is None
    matched: tuple[str, ...] = ()
    if meeting is None:
        meeting = _new_meeting(sig, facts, starts_at, at)
    if meeting.minutes_revisions.filter(content_hash=minutes.sha256(body)).exists():
        change = "changed" if _publish_if_asked(meeting, publish, at) else "unchanged"
    else:
        change = "new" if is_new else "changed"
        _mark(meeting, facts, file_name, at)
        matched = _fill(meeting, facts)
        _save(meeting, body, file_name, publish, at)
        _record(meeting, file_name, facts.problems, body, at)
    if dry_run:
        transaction.set_rollback(True)
    return Imported(meeting, facts, change, tuple(dict.fromkeys(matched)))


def _starts_at(
    sig: Sig, facts: template.MinutesFile, file_name: str, at: dt.datetime
) -> dt.datetime:
    """The instant the heading means: its own offset, the SIG's zone where it gives none."""
    if facts.on is None:
        faults = "; ".join(p.text for p in facts.problems if p.code.startswith(("head", "date")))
        raise UnreadableFile(f"{file_name}: no date in the heading, nor in the name: {faults}")
    zone: dt.tzinfo = sig.zone
    if facts.zone_min is not None:
        zone = dt.timezone(dt.timedelta(minutes=facts.zone_min))
    try:
        local = dt.datetime.combine(facts.on, facts.start or dt.time.min, tzinfo=zone)
        starts_at = local.astimezone(dt.UTC)
    except OverflowError as error:
        raise UnreadableFile(f"{file_name}: {facts.on} is beyond the calendar") from error
    if starts_at > at:
        raise UnreadableFile(f"{file_name}: {facts.on} lies ahead; there are no minutes of it yet")
    return starts_at


def _meeting_at(sig: Sig, starts_at: dt.datetime) -> Meeting | None:
    meetings = Meeting.objects.select_for_update(of=("self",)).select_related("sig", "series")
    called_off = Meeting.State.CANCELLED
    return meetings.filter(sig=sig, starts_at=starts_at).exclude(state=called_off).first()


def _mark(meeting: Meeting, facts: template.MinutesFile, file_name: str, at: dt.datetime) -> None:
    """Held, and where its minutes came from."""
    if meeting.source_name and meeting.source_name != file_name:
        raise UnreadableFile(
            f"{file_name}: {meeting.source_name} holds other minutes of that very time;"
            " mend the time in one of them"
        )
    if meeting.is_open:
        schedule.hold(meeting=meeting, by=None, at=at)
    meeting.source_name = file_name
    meeting.import_problems = [problem.as_json() for problem in facts.problems]
    meeting.save(update_fields=["source_name", "import_problems"])


def _new_meeting(
    sig: Sig,
    facts: template.MinutesFile,
    starts_at: dt.datetime,
    at: dt.datetime,
) -> Meeting:
    day = sig.day_of(starts_at)
    return Meeting.objects.create(
        sig=sig,
        title=f"{day.year} 年 {day.month} 月 {day.day} 日例会",
        title_en=f"{template.MONTHS[day.month - 1]} {day.day}, {day.year} meeting",
        starts_at=starts_at,
        venue_url=facts.links[0].url[:500] if facts.links else "",
        state=Meeting.State.HELD,
        uid=uid(f"{sig.slug}-minutes-{starts_at.astimezone(dt.UTC):%Y%m%dT%H%MZ}"),
        changed_at=at,
    )


def _fill(meeting: Meeting, facts: template.MinutesFile) -> tuple[str, ...]:
    """Add what the rows of the meeting lack; nothing that is there is changed or removed."""
    people = _People()
    _fill_agenda(meeting, facts.agenda)
    matched = _fill_attendance(meeting, facts.attendees, people)
    return matched + _fill_actions(meeting, facts.actions, people)


def _fill_agenda(meeting: Meeting, topics: Sequence[template.Topic]) -> None:
    known = set(meeting.agenda_items.values_list("title", flat=True))
    pulls = _pulls(meeting.sig, topics)
    AgendaItem.objects.bulk_create(
        AgendaItem(
            meeting=meeting,
            position=len(known) + position,
            title=topic.title[:300],
            body=_agenda_body(topic),
            pull_request=pulls.get(_pull_key(topic.title)),
            created_at=meeting.starts_at,
        )
        for position, topic in enumerate(topics, start=1)
        if topic.title[:300] not in known
    )


def _agenda_body(topic: template.Topic) -> str:
    """The points below a topic; the title too where it is too long for one."""
    lines = [topic.title, ""] if len(topic.title) > 300 else []
    return "\n".join([*lines, *(f"- {point}" for point in topic.points)])


def _pulls(
    sig: Sig, topics: Sequence[template.Topic]
) -> dict[tuple[str, str, int] | None, PullRequest]:
    keys = {key for topic in topics if (key := _pull_key(topic.title))}
    if not keys:
        return {}
    rows = PullRequest.objects.filter(
        repository__sig=sig, number__in={number for _owner, _name, number in keys}
    ).select_related("repository")
    return {
        (row.repository.owner.lower(), row.repository.name.lower(), row.number): row for row in rows
    }


def _pull_key(text: str) -> tuple[str, str, int] | None:
    match = PULL_URL.search(text)
    return (match[1].lower(), match[2].lower(), int(match[3])) if match else None


def _fill_attendance(
    meeting: Meeting, attendees: Sequence[template.Attendee], people: _People
) -> tuple[str, ...]:
    rows = [
        Attendance(
            meeting=meeting,
            name=one.name[:300],
            organization=one.organization[:200],
            is_group=one.is_group,
            person=None if one.is_group else people.find(one.name),
        )
        for one in attendees
    ]
    known = set(meeting.attendances.values_list("name", flat=True))
    there = set(meeting.attendances.exclude(person=None).values_list("person_id", flat=True))
    new = [row for row in rows if row.name not in known and row.person_id not in (there - {None})]
    Attendance.objects.bulk_create(new)
    return tuple(row.name for row in new if row.person_id)


def _fill_actions(
    meeting: Meeting, actions: Sequence[template.Action], people: _People
) -> tuple[str, ...]:
    known = set(meeting.action_items.values_list("text", flat=True))
    new = [
        ActionItem(
            sig=meeting.sig,
            meeting=meeting,
            text=action.text,
            owner=people.find(action.owner) if action.owner else None,
            owner_name=action.owner[:200],
            created_at=meeting.starts_at,
        )
        for action in actions
        if action.text not in known and not _is_line(action)
    ]
    ActionItem.objects.bulk_create(new)
    return tuple(item.owner_name for item in new if item.owner_id)


def _is_line(action: template.Action) -> bool:
    """It says itself what it is, or gives a day: meetings.deciding takes it from the public text."""
    first = action.text.partition("\n")[0]
    lines = structure.read(f"## Action items\n* {first} -- {action.owner or '?'}")
    return bool(lines.decisions) or any(one.is_labelled or one.due_on for one in lines.actions)


def _save(meeting: Meeting, body: str, file_name: str, publish: bool, at: dt.datetime) -> None:
    latest = minutes.latest_of(meeting)
    expected = latest.number if latest else 0
    if latest is not None and latest.is_public:
        reason = _("重新导入文件 %(name)s") % {"name": file_name}
        minutes.amend(meeting=meeting, body=body, expected=expected, reason=reason, by=None, at=at)
        attendance.count(meeting)
        return
    draft = minutes.save_draft(meeting=meeting, body=body, expected=expected, by=None, at=at)
    if publish:
        _publish(meeting, draft.number, at)


def _publish_if_asked(meeting: Meeting, publish: bool, at: dt.datetime) -> bool:
    """A text imported as a draft before is published when this run says so."""
    latest = minutes.latest_of(meeting)
    if not publish or latest is None or latest.is_public:
        return False
    _publish(meeting, latest.number, at)
    return True


def _publish(meeting: Meeting, expected: int, at: dt.datetime) -> None:
    """A file is final: it is not offered for comment first, and remarks do not hold it up."""
    minutes.publish(meeting=meeting, expected=expected, by=None, at=at, despite_remarks=True)


def _record(
    meeting: Meeting, file_name: str, problems: Sequence[Problem], body: str, at: dt.datetime
) -> None:
    record.append(
        actor="system",
        action="minutes.imported",
        subject=f"meeting:{meeting.pk}",
        data={
            "sig": meeting.sig.slug,
            "title": meeting.title,
            "title_en": meeting.title_en,
            "starts_at": utc(meeting.starts_at),
            "file": file_name,
            "sha256": minutes.sha256(body),
            "problems": len(problems),
        },
        at=at,
    )


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def exports(sig: Sig) -> Iterator[tuple[str, str]]:
    """(file name, text) of each meeting with published minutes, oldest first.

    Minutes that came from a file leave as that file; others that are not in the template's shape
    are put into it, their text as its notes.
    """
    revisions = MinutesRevision.objects.filter(
        meeting__sig=sig, state__in=MinutesRevision.PUBLIC_STATES
    ).order_by("meeting__starts_at", "meeting_id", "-number")
    revisions = revisions.select_related("meeting__sig", "meeting__series")
    done: set[int] = set()
    taken: set[str] = set()
    for revision in revisions.iterator():
        if revision.meeting_id in done:
            continue
        done.add(revision.meeting_id)
        name = _file_name(revision.meeting, len(done), taken)
        taken.add(name)
        yield name, as_template(revision)


def as_template(revision: MinutesRevision) -> str:
    """The text as it is where it has the template's heading and sections, else a text that has."""
    missing = {"heading_missing", "heading_unreadable", "section_missing"}
    found = {problem.code for problem in template.parse(revision.body).problems}
    return template.write(_facts(revision)) if found & missing else revision.body


def _facts(revision: MinutesRevision) -> template.MinutesFile:
    # A heading of the second level inside the notes would end them.
    notes = re.sub(r"(?m)^(#{1,2}) ", r"##\1 ", revision.body.strip())
    return facts_of(revision.meeting, notes)


def facts_of(meeting: Meeting, notes: str) -> template.MinutesFile:
    """What the portal knows of a meeting in the template's terms, with these notes (Markdown)."""
    local = meeting.starts_at.astimezone(meeting.zone)
    offset = local.utcoffset() or dt.timedelta()
    agenda = meeting.agenda_items.filter(withdrawn_at=None)
    actions = meeting.action_items.select_related("owner")
    return template.MinutesFile(
        on=local.date(),
        start=local.time().replace(second=0, microsecond=0),
        zone_min=int(offset.total_seconds()) // 60,
        agenda=tuple(template.Topic(item.title) for item in agenda),
        links=(template.Link(meeting.venue_url),) if meeting.venue_url else (),
        attendees=tuple(
            template.Attendee(row.name, row.organization, row.is_group)
            for row in meeting.attendances.all()
        ),
        notes=notes,
        actions=tuple(
            template.Action(
                " ".join(item.text.split()), item.owner.name if item.owner else item.owner_name
            )
            for item in actions
        ),
    )


def _file_name(meeting: Meeting, index: int, taken: set[str]) -> str:
    name = Path(meeting.source_name).name
    if name and name not in taken:
        return name
    return f"{index:03d}-{meeting.starts_at.astimezone(meeting.zone):%Y%m%d}.md"
