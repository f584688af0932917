"""What the page's script sends is stored, merged, or refused with a reason: never dropped."""

import datetime as dt

import pytest

from meetings import attendance, minutes
from meetings.models import MinutesRevision
from tests.factories import MeetingFactory, MinutesRevisionFactory, PersonFactory

from .test_rules import HOSTS, STANDINGS

AT = dt.datetime(2026, 12, 3, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def held(sig):
    return MeetingFactory(sig=sig, title="十二月例会", state="held")


def url(meeting, rest="save/"):
    return f"/sigs/reading/meetings/{meeting.pk}/minutes/{rest}"


def send(client, meeting, body, expected, **more):
    return client.post(url(meeting), {"body": body, "expected": expected, **more})


def draft(meeting, body, expected, by=None):
    return minutes.save_draft(meeting=meeting, body=body, expected=expected, by=by, at=AT)


def test_acknowledged_text_is_in_the_history(held, sign_in, person):
    answer = send(sign_in("committer"), held, "一\r\n二", 0)

    assert answer.json() == {"number": 1, "message": "已保存"}
    stored = MinutesRevision.objects.get()
    assert (stored.body, stored.author) == ("一\n二", person["committer"])


def test_merged_text_comes_back_with_the_answer(held, sign_in):
    draft(held, "一\n二\n三", 0)
    draft(held, "甲\n二\n三", 1)

    found = send(sign_in("committer"), held, "一\n二\n乙", 1).json()

    assert (found["number"], found["body"]) == (3, "甲\n二\n乙")
    assert "合并" in found["message"]


def test_base_of_the_script_counts_before_the_stored_one(held, sign_in):
    # Both opened the same template, which is stored nowhere.
    draft(held, "甲\n骨\n架", 0)

    found = send(sign_in("committer"), held, "骨\n架\n乙", 0, base="骨\n架").json()

    assert found["body"] == "甲\n骨\n架\n乙"


def test_conflict_is_said_and_stores_nothing(held, sign_in):
    draft(held, "一", 0)
    draft(held, "甲", 1)

    answer = send(sign_in("committer"), held, "乙", 1)

    assert answer.status_code == 409
    assert "相同的行" in answer.json()["message"]
    assert MinutesRevision.objects.count() == 2


def test_expired_session_is_told_apart_from_lost_rights(held, sign_in):
    assert send(sign_in("anonymous"), held, "一", 0).status_code == 401
    assert send(sign_in("stranger"), held, "一", 0).status_code == 403
    assert not MinutesRevision.objects.exists()


@pytest.mark.parametrize("who", STANDINGS)
@pytest.mark.parametrize("rest", ["save/", "live/"])
def test_only_editors_save_and_look_on(who, rest, held, sign_in):
    client = sign_in(who)
    answer = send(client, held, "一", 0) if rest == "save/" else client.get(url(held, rest))

    assert (answer.status_code == 200) == (who in HOSTS)


def test_address_of_saving_leads_to_the_page(held, sign_in):
    assert sign_in("committer").get(url(held)).headers["Location"] == url(held, "edit/")


@pytest.mark.parametrize(("body", "expected"), [("字" * 200_001, 0), ("一", "x"), ("一", -1)])
def test_what_the_form_refuses_comes_back_as_words(held, sign_in, body, expected):
    answer = send(sign_in("committer"), held, body, expected)

    assert answer.status_code == 422
    assert answer.json()["message"]


def test_pressed_button_says_so_on_the_next_page(held, sign_in):
    client = sign_in("committer")

    address = send(client, held, "一", 0, do="save").json()["next"]

    assert address == f"/sigs/reading/meetings/{held.pk}/#minutes"
    assert "草稿已保存" in client.get(address).content.decode()


def test_pressed_button_leads_to_the_difference_after_a_merge(held, sign_in):
    draft(held, "一\n二\n三", 0)
    draft(held, "甲\n二\n三", 1)

    found = send(sign_in("committer"), held, "一\n二\n乙", 1, do="save").json()

    assert found["next"] == url(held, "history/?revision=3")


def test_plain_form_merges_as_well_and_says_so(held, sign_in):
    draft(held, "一\n二\n三", 0)
    draft(held, "甲\n二\n三", 1)

    answer = sign_in("committer").post(
        url(held, "edit/"), {"body": "一\n二\n乙", "expected": 1}, follow=True
    )

    assert "合并为第 3 版" in answer.content.decode()
    assert minutes.latest_of(held).body == "甲\n二\n乙"


def test_published_text_is_amended_with_a_reason_only(held, sign_in):
    minutes.publish(meeting=held, expected=draft(held, "一", 0).number, by=None, at=AT)
    client = sign_in("committer")

    assert send(client, held, "二", 2).status_code == 422
    assert send(client, held, "二", 1).status_code == 409
    assert send(client, held, "二", 2, reason="人名有误", do="save").status_code == 200
    assert minutes.public_of(held).body == "二"


def test_looking_on_tells_of_the_newest_revision(held, sign_in, person):
    draft(held, "一", 0, person["maintainer"])

    page = sign_in("committer").get(url(held, "live/")).content.decode()

    assert 'data-number="1"' in page
    assert "Maintainer" in page


@pytest.mark.parametrize("count", [1, 3])
def test_looking_on_takes_the_same_queries_for_one_revision_and_three(
    held, sign_in, count, django_assert_num_queries
):
    for number in range(1, count + 1):
        MinutesRevisionFactory(meeting=held, number=number, state="draft", author=PersonFactory())
    client = sign_in("committer")

    # session, user, meeting, person, roles, the revision and its author's accounts, attendance,
    # held meetings before, likely people and their accounts, the reader's accounts
    with django_assert_num_queries(12):
        client.get(url(held, "live/"))


# ── attendance by click ───────────────────────────────────────────────────────────────────────
def mark(client, meeting, person, here, **headers):
    address = f"/sigs/reading/meetings/{meeting.pk}/attendance/people/{person.pk}/"
    return client.post(address, {"here": here}, headers=headers)


def test_click_ticks_and_unticks_and_twice_is_once(held, sign_in, person):
    client = sign_in("committer")
    for here, count in (("1", 1), ("1", 1), ("0", 0), ("0", 0), ("1", 1)):
        answer = mark(client, held, person["maintainer"], here)
        assert answer.headers["Location"] == url(held, "edit/")
        assert held.attendances.filter(person=person["maintainer"]).count() == count


def test_click_of_the_script_answers_with_the_list(held, sign_in, person):
    answer = mark(sign_in("committer"), held, person["maintainer"], "1", hx_request="true")

    page = answer.content.decode()
    assert "<html" not in page
    assert "到会 1 人" in page
    assert f'id="here-{person["maintainer"].pk}" name="here" value="0" aria-pressed="true"' in page


@pytest.mark.parametrize("who", STANDINGS)
def test_only_hosts_tick(who, held, sign_in, person):
    mark(sign_in(who), held, person["maintainer"], "1")

    assert held.attendances.exists() == (who in HOSTS)


def test_click_on_nobody_is_not_found(held, sign_in, person):
    answer = sign_in("committer").post(
        f"/sigs/reading/meetings/{held.pk}/attendance/people/999999/", {"here": "1"}
    )

    assert answer.status_code == 404


def test_likely_are_hosts_and_those_who_came_lately(sig, held, person):
    for number, days in enumerate((30, 60, 90, 120)):
        before = MeetingFactory(
            sig=sig, state="held", starts_at=held.starts_at - dt.timedelta(days=days)
        )
        someone = PersonFactory(name=f"来过 {number}")
        attendance.add(meeting=before, name=someone.name, person=someone, by=None, at=AT)

    names = [one.name for one in attendance.likely(held)]

    assert names == ["Committer", "Maintainer", "来过 0", "来过 1", "来过 2"]


def test_bare_name_becomes_the_person_and_a_namesake_is_told_apart(held):
    first, second = PersonFactory(name="林"), PersonFactory(name="林")
    attendance.add(meeting=held, name="林", by=None, at=AT)

    for one in (first, second, first):
        attendance.add(meeting=held, name="林", person=one, by=None, at=AT)

    rows = dict(held.attendances.values_list("person_id", "name"))
    assert rows == {first.pk: "林", second.pk: f"林 ({second.login})"}


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_one_attendee_and_three(
    held, sign_in, count, django_assert_num_queries
):
    for _ in range(count):
        someone = PersonFactory()
        attendance.add(meeting=held, name=someone.name, person=someone, by=None, at=AT)
    client = sign_in("committer")

    # as above, without a revision's author
    with django_assert_num_queries(11):
        client.get(url(held, "live/"))


# ── the history of many saves ─────────────────────────────────────────────────────────────────
def test_history_shows_one_writing_in_one_row_and_leads_to_every_save(held, sign_in, person):
    one, other = person["committer"], person["maintainer"]
    for number, (author, after) in enumerate(
        [(one, 0), (one, 1), (one, 2), (other, 3), (one, 4), (one, 15)], start=1
    ):
        at = AT + dt.timedelta(minutes=after)
        minutes.save_draft(
            meeting=held, body=f"第 {number} 稿", expected=number - 1, by=author, at=at
        )
    minutes.publish(meeting=held, expected=6, by=one, at=AT + dt.timedelta(minutes=16))

    answer = sign_in("committer").get(url(held, "history/"))

    numbers = [[row.number for row in burst] for burst in answer.context["bursts"]]
    assert numbers == [[7], [6], [5], [4], [3, 2, 1]]
    page = answer.content.decode()
    assert "此前连续保存的 2 版" in page
    for number in range(1, 8):
        assert f'href="?revision={number}"' in page
