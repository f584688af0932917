"""What a meeting's page says of its minutes: which text a reader sees, and what they can do with it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from . import commenting, minutes
from .minutes_stages import Act, Stage, allows
from .models import Meeting, MinutesRevision


@dataclass(frozen=True)
class MinutesPage:
    """`revision` is the text shown; `offered` the one that is out for comment, while it is.

    `remarks` counts those that can be read, `waiting` those of them nobody settled.
    """

    stage: Stage
    revision: MinutesRevision | None
    offered: MinutesRevision | None
    takes_remarks: bool
    remarks: int
    waiting: int
    may_offer: bool
    may_take_back: bool
    may_publish: bool

    @property
    def is_private(self) -> bool:
        """What is shown is a draft, which only editors see."""
        shown = self.revision
        return shown is not None and not shown.is_public and not shown.is_offered

    @property
    def has_remarks_page(self) -> bool:
        return self.offered is not None or self.remarks > 0

    @property
    def is_news(self) -> bool:
        """Editors changed the text since it was offered."""
        return self.offered is not None and self.offered != self.revision


def page_of(meeting: Meeting, *, is_editor: bool, at: dt.datetime) -> MinutesPage:
    """One query, three once a text was offered; others than editors never get a draft (I9)."""
    latest = minutes.latest_of(meeting) if is_editor else minutes.readable_of(meeting)
    stage = minutes.stage_of(meeting, latest)
    offered = _offered(meeting, stage, latest)
    # Without a deadline nothing is out, and what was taken back has no remarks to be read.
    remarks, waiting = _counts(meeting) if meeting.comments_close_at else (0, 0)
    is_held = meeting.state == Meeting.State.HELD
    may = {act: is_editor and is_held and allows(stage, act) for act in Act}
    return MinutesPage(
        stage=stage,
        revision=latest,
        offered=offered,
        takes_remarks=offered is not None and commenting.is_open(meeting, at),
        remarks=remarks,
        waiting=waiting,
        may_offer=may[Act.OFFER],
        may_take_back=may[Act.TAKE_BACK],
        may_publish=may[Act.PUBLISH],
    )


def _offered(
    meeting: Meeting, stage: Stage, latest: MinutesRevision | None
) -> MinutesRevision | None:
    """The text that is out for comment; editors may have gone on from it."""
    if stage != Stage.COMMENT:
        return None
    is_newest = latest is not None and latest.is_offered
    return latest if is_newest else minutes.readable_of(meeting)


def _counts(meeting: Meeting) -> tuple[int, int]:
    standing = meeting.minutes_comments.readable().filter(withdrawn_at=None)
    found = standing.aggregate(all=Count("pk"), waiting=Count("pk", filter=Q(settled_at=None)))
    return found["all"], found["waiting"]
