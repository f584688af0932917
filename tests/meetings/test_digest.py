"""Figures since the last meeting, against the period before, and their way into the minutes."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import translation

from meetings import digest, minutes
from meetings.models import MinutesRevision
from reviews.models import PullRequest
from tests.factories import (
    ContributionFactory,
    MeetingFactory,
    MinutesRevisionFactory,
    PersonFactory,
    PullRequestFactory,
    RepositoryFactory,
)

from .test_rules import HOSTS, STANDINGS

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
SINCE = AT - 20 * DAY


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def last(sig):
    return MeetingFactory(sig=sig, title="十一月例会", state="held", starts_at=SINCE)


@pytest.fixture
def meeting(sig, last):
    return MeetingFactory(sig=sig, starts_at=AT + 9 * DAY)


@pytest.fixture
def repository(sig):
    return RepositoryFactory(sig=sig, owner="reading", name="shelf")


def merged(repository, at, wait=None, span=2 * DAY):
    """Merged at `at`, created `span` before, first reviewed `wait` after that."""
    created = at - span
    return PullRequestFactory(
        repository=repository,
        state="merged",
        merged_at=at,
        created_at=created,
        first_review_at=created + wait if wait else None,
    )


def first_pull(sig, person, at):
    return ContributionFactory(sig=sig, person=person, kind="pull_merged", at=at)


def url(meeting, rest=""):
    return f"/sigs/reading/meetings/{meeting.pk}/{rest}"


def text_of(response):
    return response.content.decode()


# ── figures ───────────────────────────────────────────────────────────────────────────────────
def test_figures_of_the_period_stand_beside_those_of_the_one_before(meeting, repository):
    merged(repository, SINCE, wait=2 * HOUR, span=DAY)
    merged(repository, AT - HOUR, wait=4 * HOUR, span=3 * DAY)
    merged(repository, AT - HOUR, span=5 * DAY)
    merged(repository, SINCE - HOUR, wait=8 * HOUR, span=7 * DAY)
    merged(repository, SINCE - 20 * DAY, wait=10 * HOUR, span=9 * DAY)
    merged(repository, SINCE - 20 * DAY - HOUR, wait=DAY, span=90 * DAY)
    merged(repository, AT, wait=DAY, span=HOUR)
    merged(RepositoryFactory(), AT - HOUR)

    found = digest.digest_of(meeting, AT)

    assert found.now == digest.Figures(3, 3 * HOUR, 3 * DAY)
    assert found.before == digest.Figures(2, 9 * HOUR, 8 * DAY)


def test_opened_and_closed_are_counted_in_the_period(meeting, repository):
    for at in (SINCE - HOUR, SINCE, AT - HOUR, AT):
        PullRequestFactory(repository=repository, created_at=at)
        PullRequestFactory(
            repository=repository, state="closed", created_at=SINCE - 99 * DAY, closed_at=at
        )

    found = digest.digest_of(meeting, AT)

    assert (found.opened, found.closed) == (2, 2)


def test_newcomers_had_nothing_merged_here_before(sig, meeting):
    new, old, early, elsewhere = (
        PersonFactory(name=name) for name in ("新人", "老人", "早到", "别处")
    )
    first_pull(sig, new, AT - DAY)
    first_pull(sig, new, AT - 2 * DAY)
    first_pull(sig, old, SINCE - DAY)
    first_pull(sig, old, AT - DAY)
    first_pull(sig, early, SINCE)
    ContributionFactory(person=elsewhere, kind="pull_merged", at=AT - DAY)
    ContributionFactory(person=elsewhere, sig=sig, kind="issue_opened", at=AT - DAY)

    found = digest.digest_of(meeting, AT)

    assert [one.name for one in found.newcomers] == ["早到", "新人"]


def test_period_of_a_past_meeting_ends_with_it(sig, last, repository):
    past = MeetingFactory(sig=sig, state="held", starts_at=SINCE + 5 * DAY)
    merged(repository, SINCE + DAY)
    merged(repository, SINCE + 6 * DAY)

    found = digest.digest_of(past, AT)

    assert (found.since, found.until, found.now.merged) == (SINCE, SINCE + 5 * DAY, 1)


def test_talks_and_cancelled_meetings_do_not_begin_a_period(sig, meeting, last):
    MeetingFactory(sig=sig, state="held", kind="talk", starts_at=SINCE + DAY)
    MeetingFactory(sig=sig, state="cancelled", starts_at=SINCE + 2 * DAY)
    MeetingFactory(state="held", starts_at=SINCE + 3 * DAY)

    assert digest.digest_of(meeting, AT).last == last


def test_first_meeting_looks_back_thirty_days(sig):
    found = digest.digest_of(MeetingFactory(sig=sig, starts_at=AT + DAY), AT)

    assert (found.last, found.since) == (None, AT - 30 * DAY)


@pytest.mark.parametrize(
    "changes",
    [{"state": "cancelled"}, {"starts_at": AT + 32 * DAY}],
)
def test_called_off_or_far_ahead_has_no_digest(changes, sig, client):
    meeting = MeetingFactory(sig=sig, **changes)

    assert digest.digest_of(meeting, AT) is None
    assert "进展摘要" not in text_of(client.get(url(meeting)))


def test_picture_has_six_months_up_to_the_period(meeting, repository):
    merged(repository, AT - DAY)
    merged(repository, AT - 60 * DAY)
    merged(repository, AT - 400 * DAY)

    bars = digest.digest_of(meeting, AT).chart.bars

    assert [bar.count for bar in bars] == [0, 0, 0, 1, 0, 1]


@pytest.mark.parametrize("count", [1, 3])
def test_digest_takes_the_same_queries_for_one_and_three(
    count, sig, meeting, repository, django_assert_num_queries
):
    for _number in range(count):
        merged(repository, AT - DAY)
        first_pull(sig, PersonFactory(), AT - DAY)

    # last meeting, repositories, merged, newcomers, people, accounts, opened, closed
    with django_assert_num_queries(8):
        digest.digest_of(meeting, AT)


# ── words ─────────────────────────────────────────────────────────────────────────────────────
def test_markdown_is_a_section_of_its_own(sig, meeting, repository):
    merged(repository, AT - HOUR, wait=4 * HOUR, span=4 * DAY)
    first_pull(sig, PersonFactory(name="新*人"), AT - DAY)

    assert digest.markdown(digest.digest_of(meeting, AT)) == (
        "## 进展摘要\n\n自 2026-11-04 至 2026-11-24：\n\n"
        "* 合入 1 个拉取请求（上一时期 0 个），新开 1 个，未合入而关闭 0 个。\n"
        "* 从提交到首次评审的中位时间：4 小时（上一时期：没有）。\n"
        "* 从提交到合入的中位时间：4 天（上一时期：没有）。\n"
        "* 首次贡献者：新\\*人。\n"
    )


SECTION = "## 进展摘要\n\n新\n"


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("", SECTION),
        ("开头", f"开头\n\n{SECTION}"),
        ("# 题\n\n## Notes\n\n* 一\n", f"# 题\n\n{SECTION}\n## Notes\n\n* 一\n"),
        ("# 题\n\n## 进展摘要\n\n旧\n\n## Notes\n", f"# 题\n\n{SECTION}\n## Notes\n"),
        ("# 题\n\n## 进展摘要\n\n旧\n", f"# 题\n\n{SECTION}"),
    ],
)
def test_section_takes_the_place_of_an_earlier_one(body, result):
    assert digest.placed(body, SECTION) == result
    assert digest.placed(result, SECTION) == result


def test_section_in_another_language_is_replaced_too():
    with translation.override("en"):
        other = f"## {digest.heading()}\n\nold\n"

    assert digest.placed(other, SECTION) == SECTION


# ── pages ─────────────────────────────────────────────────────────────────────────────────────
def test_page_shows_figures_names_picture_and_markdown(client, sig, meeting, repository):
    merged(repository, AT - HOUR, wait=4 * HOUR)
    first_pull(sig, PersonFactory(name="新人"), AT - DAY)

    page = text_of(client.get(url(meeting)))

    for shown in ("合入 1 个拉取请求（上一时期 0 个）", "新人", "<svg", "## 进展摘要"):
        assert shown in page
    assert "上一次：十一月例会" in page


@pytest.mark.parametrize("who", STANDINGS)
def test_only_editors_put_the_digest_into_the_minutes(who, meeting, sign_in):
    client = sign_in(who)

    shown = text_of(client.get(url(meeting)))
    answer = client.post(url(meeting, "digest/"))

    assert answer.status_code == (302 if who in HOSTS or who == "anonymous" else 403)
    assert (url(meeting, "digest/") in shown) == (who in HOSTS)
    assert MinutesRevision.objects.filter(body__contains="## 进展摘要").exists() == (who in HOSTS)


def test_digest_is_put_on_top_of_the_newest_draft_once(meeting, sign_in):
    minutes.save_draft(
        meeting=meeting, body="# 题\n\n## Notes\n\n* 一\n", expected=0, by=None, at=AT
    )
    client = sign_in("committer")
    for _click in range(2):
        client.post(url(meeting, "digest/"))

    latest = minutes.latest_of(meeting)
    assert latest.number == 2
    assert latest.body.index("## 进展摘要") < latest.body.index("## Notes\n\n* 一")


def test_published_minutes_are_left_alone(sig, last, sign_in):
    MinutesRevisionFactory(meeting=last, body="定稿")
    client = sign_in("committer")

    assert url(last, "digest/") not in text_of(client.get(url(last)))
    page = client.post(url(last, "digest/"), follow=True)

    assert [str(one) for one in page.context["messages"]] == ["纪要已发布，请说明理由后修订。"]
    assert MinutesRevision.objects.count() == 1


def test_digest_that_is_not_there_is_said(sig, sign_in):
    meeting = MeetingFactory(sig=sig, starts_at=AT + 60 * DAY)

    page = sign_in("committer").post(url(meeting, "digest/"), follow=True)

    assert [str(one) for one in page.context["messages"]] == ["这次会议现在没有进展摘要。"]


@pytest.mark.engine("postgresql")
def test_what_came_and_was_closed_in_a_period_is_found_through_an_index(sig):
    repositories = [RepositoryFactory() for _ in range(10)]
    states = ["open", "merged", "closed"]
    PullRequest.objects.bulk_create(
        PullRequest(
            repository=repositories[n % 10],
            host="gitee",
            remote_id=n,
            number=n,
            title=str(n),
            state=states[n % 3],
            created_at=AT - n * HOUR,
            updated_at=AT - n * HOUR,
            closed_at=AT - n * HOUR if states[n % 3] == "closed" else None,
        )
        for n in range(1, 4000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    came = PullRequest.objects.filter(repository__in=[repositories[0].pk])
    period = {"gte": AT - 2 * DAY, "lt": AT}
    opened = came.filter(**{f"created_at__{name}": at for name, at in period.items()})
    closed = came.filter(state="closed", **{f"closed_at__{n}": at for n, at in period.items()})
    assert "pull_repo_created" in opened.explain()
    assert "pull_repo_closed" in closed.explain()
