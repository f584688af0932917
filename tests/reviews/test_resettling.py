"""A change of roster, OWNERS, rule or login makes past records right, in pieces that can be resumed."""

import datetime as dt

import pytest

from members.models import Account, FormerLogin, RoleTerm
from members.owners import note_owners
from members.review_rule import adopt_rule
from reviews import resettling, tasks
from reviews.models import JudgingBasis, PullRequest, RepositorySync
from reviews.outcome import settle_pulls
from tests.factories import (
    AccountFactory,
    CommentFactory,
    PersonFactory,
    PullRequestFactory,
    RepositoryFactory,
    RoleTermFactory,
)

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
LONG_AGO = START - dt.timedelta(days=900)
Verdict = PullRequest.Verdict


def at(hour):
    return START + dt.timedelta(hours=hour)


@pytest.fixture
def repository(db):
    repository = RepositoryFactory(owner="example", name="one")
    RepositorySync.objects.create(repository=repository, pull_comments_cursor=at(99))
    for login in ("liu", "wang"):
        AccountFactory(login=login)
    return repository


def reviewed(repository, number=12, hour=48):
    pull = PullRequestFactory(
        repository=repository,
        number=number,
        state="merged",
        created_at=at(hour - 48),
        merged_at=at(hour),
        closed_at=at(hour),
    )
    for login, body in (("liu", "/lgtm"), ("wang", "/lgtm\n/approve")):
        account = Account.objects.get(login=login)
        CommentFactory(on=pull, author=account, body=body, created_at=at(hour - 10))
    return pull


def owners(repository, approvers, reviewers=(), since=LONG_AGO):
    note_owners(repository, "OWNERS", approvers=approvers, reviewers=reviewers, valid_from=since)


def swept(repository):
    """What the beat and the workers do until nothing is due; then the verdicts by number."""
    while due := resettling.note_changes():
        for repository_id in due:
            tasks.resettle_repository.run(repository_id)
    return dict(repository.pullrequest_set.order_by("number").values_list("number", "verdict"))


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """A message sent is a message received."""

    def apply_async(arguments, **options):
        tasks.resettle_repository.run(*arguments)

    monkeypatch.setattr(tasks.resettle_repository, "apply_async", apply_async)


def test_sweep_judges_what_was_never_judged_and_then_rests(repository):
    owners(repository, ["wang"], ["liu"])
    reviewed(repository)
    assert swept(repository) == {12: Verdict.MET}
    judged_at = PullRequest.objects.get().judged_at
    assert resettling.note_changes() == []
    assert PullRequest.objects.get().judged_at == judged_at


def learn_old_login(repository):
    FormerLogin.objects.create(account=Account.objects.get(login="wang"), login="old-wang")


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (Verdict.UNKNOWN, lambda repository: owners(repository, ["wang"], ["liu"]), Verdict.MET),
        (Verdict.UNKNOWN, lambda repository: owners(repository, ["qian"]), Verdict.UNMET),
        (
            Verdict.UNKNOWN,
            lambda repository: RoleTermFactory(
                sig=repository.sig,
                person=Account.objects.get(login="wang").person,
                role="maintainer",
                started_on=dt.date(2025, 1, 1),
            ),
            Verdict.MET,
        ),
        (
            Verdict.UNKNOWN,
            lambda repository: adopt_rule(
                repository, lgtm_required=3, approve_required=1, by=None, at=at(1)
            ),
            Verdict.UNMET,
        ),
        (
            Verdict.UNKNOWN,
            lambda repository: type(repository).objects.update(lgtm_required=3),
            Verdict.UNMET,
        ),
    ],
)
def test_sweep_follows_a_change(repository, before, change, after):
    reviewed(repository)
    assert swept(repository) == {12: before}
    change(repository)
    assert swept(repository) == {12: after}


def test_sweep_follows_a_term_that_was_ended_for_the_past(repository):
    RoleTermFactory(
        sig=repository.sig, person=Account.objects.get(login="wang").person, role="maintainer"
    )
    RoleTermFactory(sig=repository.sig, person=PersonFactory(), role="maintainer")
    reviewed(repository)
    assert swept(repository) == {12: Verdict.MET}
    RoleTerm.objects.filter(person__accounts__login="wang").update(ended_on=dt.date(2026, 2, 1))
    assert swept(repository) == {12: Verdict.UNMET}


def test_sweep_follows_an_old_login_that_became_known(repository):
    owners(repository, ["old-wang"], ["liu"])
    reviewed(repository)
    assert swept(repository) == {12: Verdict.UNMET}
    learn_old_login(repository)
    assert swept(repository) == {12: Verdict.MET}


def test_sweep_accuses_only_when_the_comments_have_been_read(repository):
    RepositorySync.objects.update(pull_comments_cursor=None)
    PullRequestFactory(repository=repository, number=12, state="merged", merged_at=at(1))
    assert swept(repository) == {12: Verdict.UNKNOWN}
    RepositorySync.objects.update(pull_comments_cursor=at(99))
    assert swept(repository) == {12: Verdict.UNMET}


def test_resettling_goes_on_where_it_was_killed(repository, monkeypatch):
    monkeypatch.setattr(resettling, "CHUNK", 2)
    for number in range(1, 8):
        reviewed(repository, number)
    assert swept(repository) == dict.fromkeys(range(1, 8), Verdict.UNKNOWN)
    owners(repository, ["wang"], ["liu"])
    assert resettling.note_changes() == [repository.pk]
    basis = JudgingBasis.objects.get()
    judged = []

    def killed(repository, numbers):
        judged.extend(numbers)
        if len(judged) > 4:
            raise KeyboardInterrupt
        settle_pulls(repository, numbers)

    monkeypatch.setattr(resettling, "settle_pulls", killed)
    with pytest.raises(KeyboardInterrupt):
        resettling.resettle(repository, before=basis.changed_at)
    assert PullRequest.objects.filter(verdict=Verdict.MET).count() == 4
    monkeypatch.setattr(resettling, "settle_pulls", settle_pulls)
    assert resettling.resettle(repository, before=basis.changed_at) == 3
    assert resettling.note_changes() == []


def test_resettling_is_bounded_and_sends_the_next_message(repository, monkeypatch):
    monkeypatch.setattr(resettling, "CHUNK", 2)
    monkeypatch.setattr(resettling, "MOST_AT_ONCE", 2)
    for number in range(1, 6):
        reviewed(repository, number)
    resettling.note_changes()
    assert resettling.resettle_due(repository)
    assert PullRequest.objects.exclude(judged_at=None).count() == 2
    tasks.sweep_verdicts.run()
    assert PullRequest.objects.filter(judged_at=None).count() == 0


def test_resettle_since_leaves_what_ended_before(repository):
    reviewed(repository, 1, hour=48)
    reviewed(repository, 2, hour=200)
    assert resettling.resettle(repository, since=at(100)) == 1
    assert list(PullRequest.objects.filter(judged_at=None).values_list("number", flat=True)) == [1]


def test_change_of_one_repository_leaves_the_others(repository):
    other = RepositoryFactory(sig__slug="other")
    reviewed(repository)
    swept(repository)
    owners(repository, ["wang"])
    RepositorySync.objects.create(repository=other)
    assert resettling.note_changes() == [repository.pk]


def test_resettling_of_a_repository_that_is_gone_does_nothing(db):
    tasks.resettle_repository.run(10**6)
