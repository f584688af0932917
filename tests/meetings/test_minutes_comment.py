"""The pages of minutes that are offered for comment: who sees what, and no draft ever (I9)."""

import datetime as dt

import pytest

from meetings import minutes, offering
from meetings.models import MinutesComment
from meetings.views.minutes_comment import REMARKS_SHOWN
from tests.factories import MeetingFactory

from .test_rules import HOSTS, SIGNED_IN, STANDINGS

AT = dt.datetime(2026, 12, 4, 2, 0, tzinfo=dt.UTC)
FEED = "/sigs/reading/meetings/minutes.atom"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def held(sig):
    meeting = MeetingFactory(sig=sig, title="十二月例会", state="held")
    minutes.save_draft(meeting=meeting, body="公开的一句", expected=0, by=None, at=AT)
    return meeting


@pytest.fixture
def offered(held):
    until = dt.date(2026, 12, 9)
    offering.offer(meeting=held, until=until, expected=1, by=None, at=AT)
    minutes.save_draft(meeting=held, body="尚未公开的一句", expected=2, by=None, at=AT)
    return held


def url(meeting, rest=""):
    return f"/sigs/reading/meetings/{meeting.pk}/{rest}"


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("who", STANDINGS)
def test_everybody_reads_the_offered_text_and_editors_alone_what_came_after(who, offered, sign_in):
    client = sign_in(who)

    for rest in ("", "minutes/history/", "minutes/comments/"):
        answer = client.get(url(offered, rest))
        page = text_of(answer)
        assert answer.status_code == 200
        seen_by_editors = who in HOSTS and rest != "minutes/comments/"
        assert ("尚未公开的一句" in page) == seen_by_editors, rest
        assert ("公开的一句" in page) is True, rest
    assert "征求意见稿，尚非正式纪要" in text_of(client.get(url(offered)))
    assert "尚未公开" not in text_of(client.get(FEED))
    expected = 200 if who in HOSTS else 404
    assert client.get(url(offered, "minutes/history/"), {"revision": 3}).status_code == expected


def test_offered_text_is_kept_from_search_engines_and_a_published_one_is_not(client, offered):
    assert client.get(url(offered))["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in text_of(client.get(url(offered)))
    assert client.get(url(offered, "minutes/comments/"))["X-Robots-Tag"] == "noindex"

    minutes.publish(meeting=offered, expected=3, by=None, at=AT)

    assert "X-Robots-Tag" not in client.get(url(offered))


@pytest.mark.parametrize("who", STANDINGS)
def test_taken_back_text_is_the_editors_alone(who, offered, sign_in):
    offering.take_back(meeting=offered, reason="重写", by=None, at=AT)
    client = sign_in(who)

    assert ("公开的一句" in text_of(client.get(url(offered)))) == (who in HOSTS)
    assert client.get(url(offered, "minutes/comments/")).status_code == (
        200 if who in HOSTS else 404
    )
    assert "十二月例会" not in text_of(client.get(FEED))


def test_feed_marks_what_is_offered_and_says_the_hash_of_what_is_published(client, offered):
    assert "征求意见稿，尚非正式纪要" in text_of(client.get(FEED))

    revision = minutes.publish(meeting=offered, expected=3, by=None, at=AT)

    page = text_of(client.get(FEED))
    assert "征求意见稿" not in page
    assert revision.content_hash in page
    assert client.get("/sigs/nobody/meetings/minutes.atom").status_code == 404


@pytest.mark.parametrize("who", STANDINGS)
def test_list_says_to_everybody_that_a_text_is_out_for_comment(who, offered, sign_in, time_machine):
    client = sign_in(who)
    row = f'<a href="{url(offered, "minutes/comments/")}">'

    page = text_of(client.get("/sigs/reading/meetings/"))
    assert f"{row}征求意见中</a>" in page
    assert f'type="application/atom+xml" href="{FEED}"' in page
    time_machine.move_to(dt.datetime(2026, 12, 10, tzinfo=dt.UTC), tick=False)
    assert f"{row}征求意见已截止</a>" in text_of(client.get("/sigs/reading/meetings/"))

    offering.take_back(meeting=offered, reason="重写", by=None, at=AT)

    assert row not in text_of(client.get("/sigs/reading/meetings/"))


def test_list_says_published_once_the_offered_text_is(offered, client):
    minutes.publish(meeting=offered, expected=3, by=None, at=AT)

    page = text_of(client.get("/sigs/reading/meetings/"))
    assert "已发布" in page
    assert "征求意见" not in page


BUTTONS = {
    "minutes/offer/": {"expected": "1", "until": "2026-12-10"},
    "minutes/offer/take-back/": {"reason": "重写"},
    "minutes/comments/{remark}/settle/": {"outcome": "accepted"},
}


@pytest.mark.parametrize("rest", BUTTONS)
@pytest.mark.parametrize("who", STANDINGS)
def test_buttons_of_editors_are_closed_to_others(rest, who, offered, person, sign_in):
    remark = _remark(offered, person["stranger"])

    answer = sign_in(who).post(url(offered, rest.format(remark=remark.pk)), BUTTONS[rest])

    assert answer.status_code == (302 if who in HOSTS or who == "anonymous" else 403)
    remark.refresh_from_db()
    assert remark.is_waiting == (who not in HOSTS or "settle" not in rest)
    offered.refresh_from_db()
    assert (offered.comments_close_at is None) == (who in HOSTS and "take-back" in rest)


@pytest.mark.parametrize("who", STANDINGS)
def test_anyone_who_is_a_person_remarks(who, offered, sign_in):
    answer = sign_in(who).post(
        url(offered, "minutes/comments/"), {"body": "有误", "passage": "公开的一句"}
    )

    assert answer.status_code == (403 if who == "tieless" else 302)
    assert MinutesComment.objects.exists() == (who in SIGNED_IN)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": "x" * 5001}, "body"),
        ({"body": "x\0"}, "body"),
        ({"body": "x", "passage": "没有的话"}, "passage"),
        ({"body": "x", "passage": "公" * 501}, "passage"),
    ],
)
def test_bad_remark_comes_back_with_the_error_at_the_field(data, field, offered, sign_in):
    answer = sign_in("stranger").post(url(offered, "minutes/comments/"), data)

    assert answer.status_code == 200
    assert answer.context["remark_form"].errors[field]
    assert not MinutesComment.objects.exists()


@pytest.mark.parametrize("until", ["2026-12-04", "2027-02-01", "x", ""])
def test_bad_day_comes_back_with_the_error_at_the_field(until, held, sign_in):
    answer = sign_in("maintainer").post(
        url(held, "minutes/offer/"), {"expected": "1", "until": until}
    )

    assert answer.status_code == 200
    assert answer.context["offer_form"].errors["until"]


def test_host_offers_settles_and_publishes_with_confirmation(held, person, sign_in):
    client = sign_in("maintainer")
    client.post(url(held, "minutes/offer/"), {"expected": "1", "until": "2026-12-10"})
    remark = _remark(held, person["stranger"])
    settle = url(held, f"minutes/comments/{remark.pk}/settle/")

    assert client.post(settle, {"outcome": "declined"}).context["rows"][0]["form"].errors["answer"]
    client.post(url(held, "minutes/publish/"), {"expected": "2"})
    assert minutes.public_of(held) is None
    assert "不再处理其余意见" in text_of(client.get(url(held)))
    client.post(settle, {"outcome": "declined", "answer": "原文如此"})
    client.post(url(held, "minutes/publish/"), {"expected": "2"})

    assert minutes.public_of(held).number == 3
    client.logout()
    assert "原文如此" in text_of(client.get(url(held, "minutes/comments/")))


def test_author_withdraws_and_the_words_are_gone(offered, person, sign_in):
    remark = _remark(offered, person["stranger"])
    address = url(offered, f"minutes/comments/{remark.pk}/withdraw/")

    assert sign_in("maintainer").post(address).status_code == 403
    assert sign_in("stranger").post(address).status_code == 302
    page = text_of(sign_in("anonymous").get(url(offered, "minutes/comments/")))
    assert "提出人已撤回" in page
    assert "有误的一处" not in page


@pytest.fixture
def crowded(offered, person):
    """Two pages and a half of remarks, the first of them made first."""
    return [
        _remark(offered, person["stranger"], number) for number in range(REMARKS_SHOWN * 5 // 2)
    ]


def shown(answer):
    return [row["comment"] for row in answer.context["rows"]]


@pytest.mark.parametrize("place", [-1, -REMARKS_SHOWN, -REMARKS_SHOWN - 1, 7, 0])
def test_address_of_a_notice_opens_the_page_with_the_remark(place, crowded, offered, client):
    remark = crowded[place]
    address = url(offered, f"minutes/comments/?remark={remark.pk}")

    answer = client.get(address)

    assert remark in shown(answer)
    assert f'id="remark-{remark.pk}"' in text_of(answer)
    newest = crowded[: -REMARKS_SHOWN - 1 : -1]
    assert (shown(answer) == newest) == (remark in newest)


@pytest.mark.parametrize("asked", ["", "x", "0", "-1", "٣", "9" * 18, "9" * 40])
def test_address_of_no_remark_shows_the_newest(asked, crowded, offered, client):
    answer = client.get(url(offered, "minutes/comments/"), {"remark": asked})

    assert shown(answer)[0] == crowded[-1]


def test_pages_of_remarks_are_left_from_a_remark_in_both_directions(crowded, offered, client):
    address = url(offered, "minutes/comments/")
    wanted = {"remark": crowded[25].pk}

    page = client.get(address, wanted).context["page"]
    older = shown(client.get(address, {**wanted, "older": page.older}))
    newer = shown(client.get(address, {**wanted, "newer": page.newer}))

    assert (older, newer) == (crowded[5::-1], crowded[45:25:-1])


def test_remark_of_another_meeting_is_not_shown(crowded, offered, person, client):
    other = MeetingFactory(sig=offered.sig, state="held")
    minutes.save_draft(meeting=other, body="别处", expected=0, by=None, at=AT)
    offering.offer(meeting=other, until=dt.date(2026, 12, 9), expected=1, by=None, at=AT)
    remark = _remark(other, person["stranger"])

    assert remark not in shown(client.get(url(offered, "minutes/comments/"), {"remark": remark.pk}))


def test_answer_that_lacks_its_reason_comes_back_at_its_remark(crowded, offered, sign_in):
    remark, client = crowded[0], sign_in("maintainer")
    address = url(offered, f"minutes/comments/{remark.pk}/settle/")

    answer = client.post(address, {"outcome": "declined"})
    assert shown(answer)[0] == remark
    assert answer.context["rows"][0]["form"].errors["answer"]

    after = client.post(address, {"outcome": "accepted"})
    assert remark in shown(client.get(after["Location"]))


@pytest.mark.parametrize("count", [1, 3])
def test_remarks_take_the_same_queries_for_one_and_three(
    count, offered, people, client, django_assert_num_queries
):
    for name in ("stranger", "contributor", "committer")[:count]:
        _remark(offered, people[name].person)

    with django_assert_num_queries(6):
        assert client.get(url(offered, "minutes/comments/")).status_code == 200


def _remark(meeting, by, number=0):
    """Two at a time are made in the same moment."""
    return MinutesComment.objects.create(
        meeting=meeting,
        revision=minutes.readable_of(meeting),
        author=by,
        body="有误的一处",
        created_at=AT + number // 2 * dt.timedelta(seconds=1),
    )
