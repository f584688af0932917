"""What the agenda fills itself with, what stays away, and what disappears again."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from ledger.models import Entry
from meetings import agenda, filling, tasks
from meetings.due_topics import ACTIONS_NAMED, PULLS_NAMED, WAITING_DAYS
from members.models import Promotion, RoleTerm
from reviews.models import PullRequest
from tests.factories import (
    ActionItemFactory,
    IssueFactory,
    MeetingFactory,
    PersonFactory,
    PolicyFactory,
    PromotionFactory,
    PullRequestFactory,
    RepositoryFactory,
    RfcFactory,
    RoleTermFactory,
    SigFactory,
)

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, starts_at=AT + 9 * DAY)


@pytest.fixture
def repository(sig):
    return RepositoryFactory(sig=sig, owner="reading", name="shelf")


def pull(repository, days, **more):
    return PullRequestFactory(repository=repository, created_at=AT - days * DAY, **more)


def rfc(repository, state="in_review", title="分块读取"):
    issue = IssueFactory(repository=repository, title=title, labels=["RFC"])
    return RfcFactory(issue=issue, state=state)


def standing(meeting):
    return list(meeting.agenda_items.filter(withdrawn_at=None))


def keys(meeting):
    return [item.subject_key for item in standing(meeting)]


def fill(meeting, at=AT):
    return filling.fill(meeting=meeting, at=at)


def item_of(meeting, key):
    return meeting.agenda_items.get(subject_key=key)


# ── what is due ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("state", Promotion.State.values)
def test_promotions_in_a_vote_or_waiting_for_one_are_due(state, sig, meeting):
    promotion = PromotionFactory(sig=sig, policy=PolicyFactory(sig=sig), state=state)

    fill(meeting)

    due = state in ("accepted", "voting")
    assert (f"promotion:{promotion.pk}" in keys(meeting)) == due


def test_promotion_is_linked_named_and_timed(sig, meeting):
    promotion = PromotionFactory(
        sig=sig,
        policy=PolicyFactory(sig=sig),
        person=PersonFactory(name="林舒"),
        role="committer",
        state="voting",
        voting_closes_at=dt.datetime(2026, 12, 1, 15, 59, tzinfo=dt.UTC),
    )

    fill(meeting)

    item = item_of(meeting, f"promotion:{promotion.pk}")
    assert item.title == "提名：林舒 担任 Committer"
    assert "截止 2026-12-01 23:59（Asia/Shanghai）" in item.body
    assert (item.promotion, item.kind, item.minutes_allotted) == (promotion, "promotion", 10)
    assert item.proposed_by is None


@pytest.mark.parametrize(
    "state", ["draft", "in_review", "accepted", "rejected", "deferred", "superseded"]
)
def test_only_rfcs_in_review_are_due(state, meeting, repository):
    row = rfc(repository, state=state)

    fill(meeting)

    assert (f"rfc:{row.pk}" in keys(meeting)) == (state == "in_review")


@pytest.mark.parametrize(
    ("days", "more", "due"),
    [
        (WAITING_DAYS, {}, True),
        (WAITING_DAYS - 1, {}, False),
        (30, {"state": "merged", "merged_at": AT}, False),
        (30, {"state": "closed"}, False),
        (30, {"is_draft": True}, False),
        (30, {"first_review_at": AT - 20 * DAY}, False),
    ],
)
def test_pull_requests_are_due_beyond_a_week_without_a_review(days, more, due, meeting, repository):
    pull(repository, days, **more)

    fill(meeting)

    assert ("pulls" in keys(meeting)) == due


def test_pull_requests_are_one_item_that_names_the_longest_waiting(meeting, repository):
    for days in range(8, 15):
        pull(repository, days, number=days, title=f"改动 {days}")
    pull(repository, 2, number=2, title="新来的")

    fill(meeting)

    item = item_of(meeting, "pulls")
    assert item.title == "7 个拉取请求等待首次评审超过 7 天"
    lines = item.body.splitlines()
    assert len(lines) == PULLS_NAMED
    assert lines[0] == (
        "- [reading/shelf\\!14 改动 14](http://testserver/reviews/reading/shelf/14/) 自 2026-11-10"
    )


def test_open_action_items_are_one_item_without_those_of_the_meeting_itself(sig, meeting):
    earlier = MeetingFactory(sig=sig, state="held", starts_at=AT - 20 * DAY)
    ActionItemFactory(
        meeting=earlier, text="整理文档", owner_name="周岚", due_on=dt.date(2026, 11, 20)
    )
    ActionItemFactory(meeting=earlier, text="旧事", state="done")
    ActionItemFactory(meeting=meeting, text="本次新记")

    fill(meeting)

    item = item_of(meeting, "actions")
    assert item.title == "跟进 1 个行动项"
    assert item.body.splitlines()[0] == "- 整理文档（周岚，期限 2026-11-20）"
    assert "旧事" not in item.body
    assert "本次新记" not in item.body


def test_more_action_items_than_named_are_counted(sig, meeting):
    earlier = MeetingFactory(sig=sig, state="held", starts_at=AT - 20 * DAY)
    for _number in range(ACTIONS_NAMED + 3):
        ActionItemFactory(meeting=earlier)

    fill(meeting)

    item = item_of(meeting, "actions")
    assert item.title == f"跟进 {ACTIONS_NAMED + 3} 个行动项"
    assert item.body.count("\n- ") + 1 == ACTIONS_NAMED


def test_terms_that_end_are_due_and_nobody_is_named(sig, meeting):
    someone = PersonFactory(name="沉默的人")
    RoleTermFactory(
        sig=sig, person=someone, role="maintainer", started_on="2025-01-01", due_on="2026-12-20"
    )

    fill(meeting)

    item = item_of(meeting, "roles")
    assert item.title.startswith("复核角色与职责")
    assert "到期的任期: 1" in item.body
    assert "沉默的人" not in item.body


def test_text_of_others_cannot_act_as_markdown(meeting, repository):
    pull(repository, 9, title="[x](javascript:1) <b>`\n# 题")

    fill(meeting)

    (line,) = item_of(meeting, "pulls").body.splitlines()
    assert r"\[x\]\(javascript:1\) \<b\>\` \# 题" in line


def test_words_stand_in_both_languages_whoever_fills(meeting, repository):
    rfc(repository)
    with translation.override("en"):
        fill(meeting)

    (item,) = [item for item in standing(meeting) if item.kind == "rfc"]
    assert item.title == "评审 RFC：分块读取"
    assert "http://testserver/issues/" in item.body or "http://testserver/" in item.body
    assert "http://testserver/en/" in item.body_en
    with translation.override("en"):
        assert item.local_title == item.title_en


def test_other_sigs_have_their_own(meeting):
    other = SigFactory(slug="other")
    elsewhere = RepositoryFactory(sig=other)
    pull(elsewhere, 30)
    rfc(elsewhere)
    PromotionFactory(sig=other, policy=PolicyFactory(sig=other), state="voting")
    ActionItemFactory(meeting=MeetingFactory(sig=other))

    fill(meeting)

    assert not {"pulls", "actions"} & set(keys(meeting))
    assert not [key for key in keys(meeting) if key.startswith(("rfc", "promotion"))]


# ── following what is due ─────────────────────────────────────────────────────────────────────
def test_twice_writes_nothing_and_the_public_record_hears_nothing(meeting, repository):
    pull(repository, 9)
    rfc(repository)
    entries = Entry.objects.count()

    assert fill(meeting) > 0
    before = list(meeting.agenda_items.values())
    assert fill(meeting, AT + DAY / 2) == 0

    assert list(meeting.agenda_items.values()) == before
    assert Entry.objects.count() == entries


def test_what_is_no_longer_due_disappears_and_comes_back(meeting, repository):
    row = pull(repository, 9)
    fill(meeting)
    PullRequest.objects.filter(pk=row.pk).update(first_review_at=AT)

    fill(meeting)
    assert "pulls" not in keys(meeting)

    PullRequest.objects.filter(pk=row.pk).update(first_review_at=None)
    fill(meeting)
    assert keys(meeting).count("pulls") == 1


def test_what_the_host_removed_does_not_come_back_in_this_meeting(sig, meeting, repository, person):
    pull(repository, 9)
    fill(meeting)
    agenda.withdraw(item=item_of(meeting, "pulls"), by=person["committer"], at=AT)

    fill(meeting)
    assert "pulls" not in keys(meeting)

    following = MeetingFactory(sig=sig, starts_at=AT + 40 * DAY)
    fill(following)
    assert "pulls" in keys(following)


def test_removing_what_just_lapsed_keeps_it_away(meeting, repository, person):
    row = pull(repository, 9)
    fill(meeting)
    PullRequest.objects.filter(pk=row.pk).update(first_review_at=AT)
    fill(meeting)
    agenda.withdraw(item=item_of(meeting, "pulls"), by=person["committer"], at=AT)
    PullRequest.objects.filter(pk=row.pk).update(first_review_at=None)

    fill(meeting)

    assert "pulls" not in keys(meeting)


def test_title_and_time_of_the_host_stay_while_the_text_follows(meeting, repository, person):
    pull(repository, 9, title="甲")
    fill(meeting)
    item = item_of(meeting, "pulls")
    agenda.edit(item=item, title="评审积压", minutes_allotted=20, by=person["committer"], at=AT)
    pull(repository, 10, title="乙")

    fill(meeting)

    item = item_of(meeting, "pulls")
    assert (item.title, item.title_en, item.minutes_allotted) == ("评审积压", "", 20)
    assert "乙" in item.body


def test_order_of_the_host_stays(meeting, repository, person):
    pull(repository, 9)
    rfc(repository)
    fill(meeting)
    order = [item.pk for item in standing(meeting)][::-1]
    agenda.reorder(meeting=meeting, order=order, by=person["committer"], at=AT)

    fill(meeting)

    assert [item.pk for item in standing(meeting)] == order


def test_full_agenda_takes_no_more(meeting, repository, person):
    for number in range(agenda.MAX_ITEMS):
        agenda.propose(meeting=meeting, title=f"议题 {number}", by=person["stranger"], at=AT)
    pull(repository, 9)

    fill(meeting)

    assert len(standing(meeting)) == agenda.MAX_ITEMS


@pytest.mark.parametrize(
    "closed", [{"state": "held"}, {"state": "cancelled"}, {"frozen_at": AT - DAY}]
)
def test_closed_or_announced_agenda_is_left_as_it_is(closed, sig, repository):
    meeting = MeetingFactory(sig=sig, **closed)
    pull(repository, 9)

    with pytest.raises(agenda.AgendaClosed):
        fill(meeting)
    assert keys(meeting) == []


@pytest.mark.parametrize("count", [1, 3])
def test_filling_takes_the_same_queries_for_one_and_three(
    count, sig, meeting, repository, django_assert_num_queries
):
    policy = PolicyFactory(sig=sig)
    earlier = MeetingFactory(sig=sig, state="held", starts_at=AT - 20 * DAY)
    for _number in range(count):
        pull(repository, 9)
        rfc(repository)
        PromotionFactory(sig=sig, policy=policy, state="accepted")
        ActionItemFactory(meeting=earlier, owner=PersonFactory())
        RoleTermFactory(sig=sig, role="maintainer", started_on="2025-01-01", due_on="2026-12-20")
    assert RoleTerm.objects.filter(sig=sig).count() == count

    # lock, items, pulls 5, actions 2, promotions, RFCs with people 4, roles 10, room, place, insert
    with django_assert_num_queries(28):
        fill(meeting)


# ── by the clock ──────────────────────────────────────────────────────────────────────────────
def test_task_fills_the_next_regular_meeting_of_each_sig_only(sig, meeting, repository):
    pull(repository, 9)
    later = MeetingFactory(sig=sig, starts_at=AT + 40 * DAY)
    talk = MeetingFactory(sig=sig, starts_at=AT + 2 * DAY, kind="talk")
    past = MeetingFactory(sig=sig, starts_at=AT - 2 * DAY)
    cancelled = MeetingFactory(sig=sig, starts_at=AT + 3 * DAY, state="cancelled")
    other = MeetingFactory(sig=SigFactory(slug="other"), starts_at=AT + 30 * DAY)
    pull(RepositoryFactory(sig=other.sig), 9)

    tasks.fill_agendas()

    assert "pulls" in keys(meeting)
    assert "pulls" in keys(other)
    for left in (later, talk, past, cancelled):
        assert keys(left) == []


def test_task_leaves_the_one_after_an_announced_meeting_alone(sig, meeting, repository):
    pull(repository, 9)
    type(meeting).objects.filter(pk=meeting.pk).update(frozen_at=timezone.now())
    later = MeetingFactory(sig=sig, starts_at=AT + 40 * DAY)

    assert tasks.fill_agendas() == 0
    assert keys(later) == []
