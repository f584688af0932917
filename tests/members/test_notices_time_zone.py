"""A mail says both times to whoever chose a zone, in the body; its subject stays short."""

import pytest

from members import merging
from members.models import Notice, Person
from members.notices.mail import message_of
from tests.factories import PersonFactory

DATA = {
    "sig": "阅读小组",
    "sig_en": "Reading group",
    "zone": "Asia/Shanghai",
    "title": "十一月例会",
    "title_en": "November meeting",
    "starts_at": "2026-11-05T08:00:00+00:00",
    "agenda": [],
    "path": "/sigs/reading/meetings/1/",
}


def mail(zone, language="zh-hans", **changes):
    notice = Notice(key="k", kind="meeting.announced", data={**DATA, **changes})
    person = Person(pk=1, name="Ann", email="ann@example.org", time_zone=zone)
    return message_of(notice, person, language)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("", "2026-11-05 16:00 (北京时间) 召开"),
        ("sig", "2026-11-05 16:00 (北京时间) 召开"),
        ("Asia/Singapore", "2026-11-05 16:00 (北京时间) 召开"),
        (
            "America/New_York",
            "2026-11-05 16:00 (北京时间)，即您所在时区的 2026-11-05 03:00 (UTC-05:00) 召开",
        ),
        (
            "Pacific/Honolulu",
            "2026-11-05 16:00 (北京时间)，即您所在时区的 2026-11-04 22:00 (UTC-10:00) 召开",
        ),
    ],
)
def test_mail_says_both_times_where_they_differ(zone, said):
    message = mail(zone)

    assert said in message.body
    assert "您所在时区" not in message.subject


def test_mail_of_october_stands_an_hour_later_in_new_york():
    """The week before the clocks go back there."""
    message = mail("America/New_York", starts_at="2026-10-29T08:00:00+00:00")

    assert "2026-10-29 04:00 (UTC-04:00)" in message.body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kept", "gone", "after"),
    [("", "Europe/Berlin", "Europe/Berlin"), ("Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo")],
)
def test_merged_person_keeps_a_zone(kept, gone, after):
    one, other = PersonFactory(time_zone=kept), PersonFactory(time_zone=gone)
    merging.take_over(kept=one, gone=other, at=None)

    assert Person.objects.get(pk=one.pk).time_zone == after
