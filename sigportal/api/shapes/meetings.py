"""Meetings: agenda, attendance, minutes as published (I9), what was decided and who took what on."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from pydantic import BaseModel, Field

from meetings.models import (
    ActionItem,
    AgendaItem,
    Attendance,
    Meeting,
    MeetingDecision,
    MinutesRevision,
)

from ..choices import ActionState, MeetingKind, MeetingState
from ..fields import Instant
from .people import PersonRef, ref_or_none


class MeetingShape(BaseModel):
    id: int
    sig: str = Field(description="Slug.", examples=["transformers"])
    kind: MeetingKind
    state: MeetingState
    title: str
    title_en: str
    starts_at: Instant
    ends_at: Instant | None
    time_zone: str = Field(description="In which it was called.", examples=["Asia/Shanghai"])
    venue_url: str
    note: str = Field(description="Why it moved or was cancelled.")
    frozen_at: Instant | None = Field(description="When its agenda was announced.")
    has_minutes: bool = Field(description="Published ones exist.")
    url: str


class AgendaShape(BaseModel):
    position: int
    title: str
    title_en: str = Field(
        description="Where the portal wrote it; people's own words stay as they are."
    )
    body: str = Field(description="Markdown.")
    body_en: str
    minutes_allotted: int | None
    proposed_by: PersonRef | None
    promotion: int | None = Field(description="Id of the promotion it is about.")
    pull_request: str | None = Field(examples=["gitee:mindspore/mindformers!12"])


class AttendanceShape(BaseModel):
    """As written in the minutes; a person where one could be told."""

    name: str
    organization: str
    person: PersonRef | None
    is_group: bool


class MinutesShape(BaseModel):
    """The newest text everybody may read; drafts and texts offered for comment never show."""

    number: int = Field(description="Revision.")
    state: str = Field(description="published or amended.")
    body: str = Field(description="Markdown.")
    sha256: str = Field(description="Of the text, as the ledger has it.")
    reason: str = Field(description="Why it was amended.")
    published_at: Instant


class MeetingDecisionShape(BaseModel):
    number: int = Field(description="Counts within the SIG.")
    text: str
    decided_at: Instant
    supersedes: int | None


class ActionShape(BaseModel):
    """What somebody took on in a meeting."""

    id: int
    sig: str = Field(description="Slug.", examples=["transformers"])
    meeting: int = Field(description="Id of the meeting.")
    text: str
    owner: PersonRef | None
    owner_name: str = Field(description="As written, where no person could be told.")
    due_on: dt.date | None
    state: ActionState
    is_overdue: bool
    created_at: Instant
    closed_at: Instant | None
    url: str


class MeetingDetailShape(MeetingShape):
    host: PersonRef | None
    scribe: PersonRef | None
    agenda: list[AgendaShape]
    attendances: list[AttendanceShape]
    minutes: MinutesShape | None
    decisions: list[MeetingDecisionShape]
    actions: list[ActionShape]


def meeting_shape(row: Meeting) -> MeetingShape:
    """Select `sig` and `series`; annotated by `with_minutes_flags`."""
    return MeetingShape(**_meeting(row))


def meeting_detail_shape(
    row: Meeting,
    *,
    agenda: Iterable[AgendaItem],
    attendances: Iterable[Attendance],
    minutes: MinutesRevision | None,
    decisions: Iterable[MeetingDecision],
    actions: Iterable[ActionItem],
    now: dt.datetime,
) -> MeetingDetailShape:
    return MeetingDetailShape(
        **_meeting(row),
        host=ref_or_none(row.host),
        scribe=ref_or_none(row.scribe),
        agenda=[_agenda(one) for one in agenda],
        attendances=[_attendance(one) for one in attendances],
        minutes=_minutes(minutes) if minutes else None,
        decisions=[_decision(one) for one in decisions],
        actions=[action_shape(one, now) for one in actions],
    )


def action_shape(row: ActionItem, now: dt.datetime) -> ActionShape:
    """Select `sig` and `owner`, prefetch `owner__accounts`."""
    address = reverse("meetings:action-detail", args=[row.sig.slug, row.pk])
    return ActionShape(
        id=row.pk,
        sig=row.sig.slug,
        meeting=row.meeting_id,
        text=row.text,
        owner=ref_or_none(row.owner),
        owner_name=row.owner_name,
        due_on=row.due_on,
        state=ActionItem.State(row.state),
        is_overdue=row.is_overdue(row.sig.day_of(now)),
        created_at=row.created_at,
        closed_at=row.closed_at,
        url=settings.SITE_URL + address,
    )


def _meeting(row: Meeting) -> dict[str, Any]:
    return {
        "id": row.pk,
        "sig": row.sig.slug,
        "kind": Meeting.Kind(row.kind),
        "state": Meeting.State(row.state),
        "title": row.title,
        "title_en": row.title_en,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "time_zone": row.zone.key,
        "venue_url": row.venue_url,
        "note": row.note,
        "frozen_at": row.frozen_at,
        "has_minutes": bool(getattr(row, "has_minutes", False)),
        "url": settings.SITE_URL + row.get_absolute_url(),
    }


def _agenda(row: AgendaItem) -> AgendaShape:
    pull = row.pull_request
    return AgendaShape(
        position=row.position,
        title=row.title,
        title_en=row.title_en,
        body=row.body,
        body_en=row.body_en,
        minutes_allotted=row.minutes_allotted,
        proposed_by=ref_or_none(row.proposed_by),
        promotion=row.promotion_id,
        pull_request=f"{pull.repository}!{pull.number}" if pull else None,
    )


def _attendance(row: Attendance) -> AttendanceShape:
    return AttendanceShape(
        name=row.name,
        organization=row.organization,
        person=ref_or_none(row.person),
        is_group=row.is_group,
    )


def _minutes(row: MinutesRevision) -> MinutesShape:
    return MinutesShape(
        number=row.number,
        state=row.state,
        body=row.body,
        sha256=row.content_hash,
        reason=row.reason,
        published_at=row.created_at,
    )


def _decision(row: MeetingDecision) -> MeetingDecisionShape:
    return MeetingDecisionShape(
        number=row.number,
        text=row.text,
        decided_at=row.decided_at,
        supersedes=row.supersedes.number if row.supersedes else None,
    )
