"""Minutes of the sample that are out for comment, so that a newcomer sees remarks and can settle one."""

import datetime as dt

from meetings import commenting, minutes, offering
from meetings.models import Meeting, MinutesComment

from . import cast

DAY = dt.timedelta(days=1)
DAYS_LEFT = 4


def offer(*, meeting: Meeting, passage: str, at: dt.datetime) -> None:
    """Offer the newest draft since yesterday; one remark quotes `passage` and is settled, one waits."""
    latest = minutes.latest_of(meeting)
    if latest is None:
        raise LookupError(f"meeting {meeting.pk} has no draft to offer")
    offering.offer(
        meeting=meeting,
        until=meeting.sig.day_of(at) + DAYS_LEFT * DAY,
        expected=latest.number,
        by=cast.person("suhaibo"),
        at=at - DAY,
    )
    followed = commenting.remark(
        meeting=meeting,
        body="示例：当时还说到下次例会再看一次数据，建议补上。",
        passage=passage,
        by=cast.person("sample-zhouming"),
        at=at - DAY / 2,
    )
    commenting.settle(
        comment=followed,
        outcome=MinutesComment.Outcome.ACCEPTED,
        answer="示例：确实说过，发布前补上。",
        by=cast.person("suhaibo"),
        at=at - DAY / 3,
    )
    commenting.remark(
        meeting=meeting,
        body="示例：出席名单里缺了两位从线上加入的人，是否补记？",
        by=cast.person("sample-chenyu"),
        at=at - DAY / 4,
    )
