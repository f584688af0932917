"""What is kept beside the rows: verdicts, reviewers, first reviews, contributions."""

import datetime as dt

import pytest

from members.models import Contribution, FormerLogin
from members.owners import note_owners
from members.review_rule import adopt_rule
from reviews.models import Comment, Issue, OperateLog, PullRequest, RepositorySync, Review
from reviews.outcome import forget_pulls, settle_issues, settle_pulls
from reviews.pushes import Pushed, note_many
from tests.factories import (
    AccountFactory,
    CommentFactory,
    IssueFactory,
    PersonFactory,
    PullRequestFactory,
    RepositoryFactory,
)

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
LONG_AGO = START - dt.timedelta(days=900)
Verdict = PullRequest.Verdict


def at(hour):
    return START + dt.timedelta(hours=hour)


@pytest.fixture
def repository(db):
    """Comments are read, and OWNERS known."""
    repository = RepositoryFactory(owner="example", name="one")
    RepositorySync.objects.create(repository=repository, pull_comments_cursor=at(99))
    owners(repository, ["wang"], ["liu", "zhao"])
    return repository


@pytest.fixture
def pull(repository):
    return merged(repository)


def owners(repository, approvers, reviewers, since=LONG_AGO):
    note_owners(repository, "OWNERS", approvers=approvers, reviewers=reviewers, valid_from=since)


def merged(repository, number=12, **more):
    more = {"state": "merged", "merged_at": at(48), "closed_at": at(48)} | more
    return PullRequestFactory(repository=repository, number=number, author=account("hua"), **more)


def account(login):
    known = AccountFactory._meta.model.objects.filter(host="gitee", login=login).first()
    return known or AccountFactory(login=login)


def say(pull, login, body, hour, **more):
    return CommentFactory(on=pull, author=account(login), body=body, created_at=at(hour), **more)


def reviewed(pull):
    say(pull, "i-robot", "欢迎", 1)
    say(pull, "hua", "请看", 2)
    say(pull, "liu", "看过了\r\n/lgtm", 31)
    say(pull, "wang", "/lgtm\n/approve", 40)


def settled(pull):
    settle_pulls(pull.repository, [pull.number])
    pull.refresh_from_db()
    return pull


def kept(pull):
    row = settled(pull)
    return row.verdict, row.lgtm_count, row.approve_count


def reviewers(pull):
    rows = Review.objects.filter(pull=pull).select_related("account").order_by("account__login")
    return [
        (row.account.login, row.remarks, row.has_lgtm, row.has_approve, row.is_main) for row in rows
    ]


def contributions(kind):
    rows = Contribution.objects.filter(kind=kind).prefetch_related("person__accounts")
    return sorted((row.person.login, row.is_main) for row in rows)


# ── the verdict ───────────────────────────────────────────────────────────────────────────────
def test_settle_keeps_the_verdict_and_the_first_review(pull):
    reviewed(pull)
    assert kept(pull) == (Verdict.MET, 2, 1)
    assert pull.first_review_at == at(31)
    assert pull.judged_at is not None


def test_settle_takes_no_word_after_the_end_for_a_first_review(pull):
    say(pull, "liu", "迟到的话", 49)
    assert settled(pull).first_review_at is None
    say(pull, "liu", "及时的话", 48)
    assert settled(pull).first_review_at == at(48)


def test_settle_is_idempotent_but_for_the_moment(pull):
    reviewed(pull)

    def everything():
        settled(pull)
        return (
            PullRequest.objects.filter(pk=pull.pk).values().get() | {"judged_at": None},
            list(Review.objects.order_by("pk").values()),
            list(Contribution.objects.order_by("pk").values()),
        )

    assert everything() == everything()


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda pull: None, Verdict.MET),
        (lambda pull: Comment.objects.filter(body__contains="approve").delete(), Verdict.UNMET),
        (lambda pull: say(pull, "wang", "/approve cancel", 41), Verdict.UNMET),
        (lambda pull: say(pull, "wang", "/approve cancel", 49), Verdict.MET),
        (lambda pull: note_many([Pushed(pull.pk, "a", at(35), at(35))]), Verdict.UNMET),
        (lambda pull: note_many([Pushed(pull.pk, "a", at(30), at(45))]), Verdict.MET),
        (lambda pull: note_many([Pushed(pull.pk, "a", at(60), at(60))]), Verdict.MET),
        (lambda pull: owners(pull.repository, ["qian"], [], since=at(20)), Verdict.UNMET),
        (lambda pull: owners(pull.repository, ["qian"], [], since=at(41)), Verdict.MET),
        (lambda pull: rule(pull, at(20), lgtm_required=3), Verdict.UNMET),
        (lambda pull: rule(pull, at(50), lgtm_required=3), Verdict.MET),
        (lambda pull: rule(pull, at(20), required_labels=["cla/yes"]), Verdict.UNMET),
    ],
)
def test_settle_follows_whatever_the_verdict_rests_on(pull, change, verdict):
    reviewed(pull)
    settled(pull)
    change(pull)
    assert kept(pull)[0] == verdict


def rule(pull, since, **more):
    asked = {"lgtm_required": 2, "approve_required": 1} | more
    adopt_rule(pull.repository, **asked, by=None, at=since)


def test_settle_looks_at_the_labels_of_the_merge(repository):
    pull = merged(repository, labels=["cla/yes", "do-not-merge"])
    reviewed(pull)
    rule(pull, at(20), required_labels=["cla/yes"], blocking_labels=["do-not-merge"])
    assert kept(pull)[0] == Verdict.UNMET
    OperateLog.objects.create(
        pull=pull,
        host="gitee",
        remote_id=1,
        action_type="set_assignee",
        content="添加了标签 do-not-merge",
        created_at=at(50),
    )
    assert kept(pull)[0] == Verdict.MET


def test_settle_does_not_accuse_before_the_comments_are_read(pull):
    RepositorySync.objects.update(pull_comments_cursor=None)
    assert kept(pull) == (Verdict.UNKNOWN, 0, 0)
    RepositorySync.objects.update(pull_comments_cursor=at(99), reads_comments=False)
    assert kept(pull)[0] == Verdict.UNKNOWN
    RepositorySync.objects.update(reads_comments=True)
    assert kept(pull)[0] == Verdict.UNMET


def test_settle_accuses_where_a_list_read_to_its_end_holds_nothing(pull):
    RepositorySync.objects.update(pull_comments_cursor=None, passes={"apart": {"pull_comments": 0}})
    assert kept(pull)[0] == Verdict.UNMET


@pytest.mark.parametrize(
    ("state", "verdict"), [("open", Verdict.PENDING), ("closed", Verdict.PENDING)]
)
def test_settle_of_what_is_not_merged_is_pending(repository, state, verdict):
    pull = merged(repository, state=state, merged_at=None)
    say(pull, "liu", "/lgtm", 3)
    assert kept(pull) == (verdict, 1, 0)
    assert contributions("pull_reviewed") == []


def test_settle_of_one_opened_again_hears_later_words(repository):
    pull = merged(repository, state="open", merged_at=None, closed_at=at(10))
    reviewed(pull)
    assert kept(pull) == (Verdict.MET, 2, 1)


def test_settle_knows_a_renamed_reviewer_by_an_old_login(repository, pull):
    account("liu")
    reviewed(pull)
    liu = account("liu")
    liu.login = "liu-renamed"
    liu.save()
    Comment.objects.filter(author=liu).update(author_login="liu-renamed")
    assert kept(pull)[1] == 1
    FormerLogin.objects.create(account=liu, login="liu")
    assert kept(pull)[1] == 2


def test_settle_counts_two_accounts_of_one_person_once(repository, pull):
    person = PersonFactory(account__login="liu")
    AccountFactory(person=person, login="zhao")
    say(pull, "liu", "/lgtm", 3)
    say(pull, "zhao", "/lgtm", 4)
    assert kept(pull)[1] == 1


def test_settle_leaves_other_pull_requests_alone(repository, pull):
    other = merged(repository, number=13)
    settled(pull)
    other.refresh_from_db()
    assert other.judged_at is None
    settle_pulls(repository, [])
    settle_pulls(repository, [10**9])


# ── reviewers and contributions ───────────────────────────────────────────────────────────────
def test_settle_tells_who_reviewed(pull):
    reviewed(pull)
    say(pull, "qian", "一点建议", 33)
    settled(pull)
    assert reviewers(pull) == [
        ("liu", 1, True, False, False),
        ("qian", 1, False, False, False),
        ("wang", 1, True, True, True),
    ]
    assert contributions("pull_merged") == [("hua", False)]
    assert contributions("pull_reviewed") == [("liu", False), ("wang", True)]


def test_settle_calls_main_who_remarked_most(pull):
    reviewed(pull)
    say(pull, "liu", "这里改一下", 32)
    settled(pull)
    assert contributions("pull_reviewed") == [("liu", True), ("wang", True)]


def test_settle_takes_back_what_no_longer_counts(pull):
    reviewed(pull)
    settled(pull)
    Comment.objects.filter(author__login="liu").delete()
    Comment.objects.filter(author__login="wang").update(body="好")
    assert kept(pull) == (Verdict.UNMET, 0, 0)
    assert reviewers(pull) == [("wang", 1, False, False, False)]
    assert contributions("pull_reviewed") == []


def test_settle_repeats_when_the_pull_request_was_updated(pull):
    reviewed(pull)
    settled(pull)
    PullRequest.objects.update(updated_at=at(70))
    settled(pull)
    assert set(Review.objects.values_list("pull_updated_at", flat=True)) == {at(70)}


# ── known from a clone ────────────────────────────────────────────────────────────────────────
def witness(pull, *logins):
    for login in logins:
        Review.objects.create(
            pull=pull, account=account(login), is_witnessed=True, pull_updated_at=at(0)
        )


@pytest.mark.parametrize(
    ("witnesses", "verdict", "counts"),
    [
        ((), Verdict.UNKNOWN, (0, 0)),
        (("liu",), Verdict.UNKNOWN, (1, 0)),
        (("liu", "wang"), Verdict.MET, (2, 1)),
        (("liu", "hua"), Verdict.UNKNOWN, (1, 0)),
    ],
)
def test_settle_of_a_row_from_a_clone_rests_on_the_witnesses(
    repository, witnesses, verdict, counts
):
    pull = merged(repository, remote_id=None)
    witness(pull, *witnesses)
    assert kept(pull) == (verdict, *counts)


def test_settle_keeps_and_merges_witnesses(repository):
    pull = merged(repository, remote_id=None)
    witness(pull, "liu", "wang")
    settled(pull)
    assert contributions("pull_reviewed") == [("liu", False), ("wang", True)]
    PullRequest.objects.update(remote_id=4_000_012)
    say(pull, "liu", "/lgtm", 31)
    assert kept(pull) == (Verdict.UNMET, 1, 0)
    assert reviewers(pull) == [
        ("liu", 1, True, False, False),
        ("wang", 0, False, False, False),
    ]
    assert set(Review.objects.values_list("is_witnessed", flat=True)) == {True}
    assert contributions("pull_reviewed") == [("liu", False), ("wang", False)]


def test_forget_pulls_takes_all_their_contributions_back(repository, pull):
    reviewed(pull)
    reviewed(other := merged(repository, number=13))
    settled(pull)
    settled(other)
    forget_pulls(repository, [12])
    assert Contribution.objects.filter(source__contains="!12:").count() == 0
    assert Contribution.objects.filter(source__contains="!13:").count() == 3


# ── issues ────────────────────────────────────────────────────────────────────────────────────
def test_settle_issues_finds_the_first_answer(repository):
    issue = IssueFactory(repository=repository, number="I1", author=account("hua"))
    say(issue, "hua", "补充", 1)
    say(issue, "i-robot", "欢迎", 2)
    settle_issues(repository, ["I1"])
    assert Issue.objects.get().answered_at is None
    say(issue, "wang", "收到", 4)
    first = say(issue, "liu", "看一下", 3)
    settle_issues(repository, ["I1"])
    assert Issue.objects.get().answered_at == at(3)
    first.delete()
    settle_issues(repository, ["I1"])
    assert Issue.objects.get().answered_at == at(4)
    assert contributions("issue_opened") == [("hua", False)]


# ── cost ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_settle_again_takes_a_fixed_number_of_queries(repository, count, django_assert_num_queries):
    for number in range(1, count + 1):
        reviewed(merged(repository, number=number, body="fixes #I4CE7W"))
    settle_pulls(repository, range(1, count + 1))
    with django_assert_num_queries(21):
        settle_pulls(repository, range(1, count + 1))
