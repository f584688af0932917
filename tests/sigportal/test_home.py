"""The first page anyone sees: what is this, who runs it, when do we meet, what is being decided."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from ledger.record import append
from meetings.models import Meeting, MinutesRevision
from members.models import Promotion, RoleTerm
from members.policy import COMMITTER
from reviews.models import PullRequest
from sigportal import home
from tests.factories import (
    AccountFactory,
    PersonFactory,
    RepositoryFactory,
    RoleTermFactory,
    SigFactory,
)

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
# One query a subject, whatever the number of rows; four more when the year's figures are not known yet.
ANONYMOUS_QUERIES = 12
FIGURES_QUERIES = 4


def promotion(sig, person, **fields):
    from members.models import Policy

    policy, _ = Policy.objects.get_or_create(
        sig=sig, role=COMMITTER, version=1, defaults={"effective_from": dt.date(2026, 1, 1)}
    )
    return Promotion.objects.create(
        **{
            "sig": sig,
            "person": person,
            "role": COMMITTER,
            "reason": "…",
            "policy": policy,
            "nominated_by": person,
            "nominated_at": timezone.now(),
            **fields,
        }
    )


def voting(sig, person, closes_in=dt.timedelta(days=3)):
    return promotion(
        sig,
        person,
        state=Promotion.State.VOTING,
        voting_closes_at=timezone.now() + closes_in,
    )


def meeting(sig, starts_at, **fields):
    return Meeting.objects.create(
        **{
            "sig": sig,
            "title": f"例会 {starts_at:%Y-%m-%d}",
            "starts_at": starts_at,
            "ends_at": starts_at + dt.timedelta(hours=1),
            "uid": f"{sig.slug}-{starts_at.isoformat()}",
            "changed_at": starts_at,
            **fields,
        }
    )


def filled(sig, rows):
    """A SIG with that many rows of everything the page shows."""
    now = timezone.now()
    repository = RepositoryFactory(sig=sig)
    for n in range(rows):
        person = RoleTermFactory(sig=sig, duty=f"职责 {n}").person
        voting(sig, person)
        meeting(sig, now + dt.timedelta(days=n + 1))
        held = meeting(sig, now - dt.timedelta(days=n + 1), state=Meeting.State.HELD)
        MinutesRevision.objects.create(
            meeting=held,
            number=1,
            state=MinutesRevision.State.PUBLISHED,
            body="纪要",
            content_hash="0",
            created_at=now,
        )
        PullRequest.objects.create(
            repository=repository,
            host="gitee",
            remote_id=repository.pk * 100 + n,
            number=n + 1,
            state=PullRequest.State.MERGED,
            title=f"修复 {n}",
            author=AccountFactory(),
            author_login="someone",
            created_at=now,
            updated_at=now,
            merged_at=now,
        )
        append(
            actor="system",
            action="role.started",
            subject=f"person:{person.login}",
            data={"sig": sig.slug, "name": "某人", "role": "committer", "on": "2026-01-01"},
            at=now,
        )


def test_portal_home_is_the_home_of_the_only_sig(client):
    sig = SigFactory(name="甲小组", description="甲小组做大模型。也做别的。")
    page = client.get("/").content.decode()
    assert '<h1 class="sig-name">甲小组</h1>' in page
    assert '<p class="lead">甲小组做大模型。</p>' in page
    assert f'<link rel="canonical" href="http://testserver/sigs/{sig.slug}/">' in page


def test_portal_home_lists_several_sigs_with_people_and_next_meeting(client):
    one, other = SigFactory(name="甲"), SigFactory(name="乙")
    RoleTermFactory(sig=one)
    RoleTermFactory(sig=one, ended_on=dt.date(2026, 2, 1))
    meeting(other, dt.datetime(2100, 12, 2, 8, 0, tzinfo=dt.UTC))
    page = client.get("/").content.decode()
    assert f'href="/sigs/{one.slug}/"' in page
    assert '<td class="num" data-label="人数">1</td>' in page
    assert "2100-12-02 16:00" in page
    assert page.count("尚未安排") == 1


def test_portal_home_without_a_sig_says_how_to_import_one(client):
    assert (
        "manage.py import_charter README.md sig-info.yaml OWNERS"
        in client.get("/").content.decode()
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_sig_home_asks_a_constant_number_of_queries(client, django_assert_num_queries, rows):
    sig = SigFactory()
    filled(sig, rows)
    with django_assert_num_queries(ANONYMOUS_QUERIES + FIGURES_QUERIES):
        client.get(f"/sigs/{sig.slug}/")
    with django_assert_num_queries(ANONYMOUS_QUERIES):
        page = client.get(f"/sigs/{sig.slug}/").content.decode()
    assert page.count("职责") == rows
    assert page.count("修复") == rows
    assert page.count("还有 3 天") == rows
    assert page.count("某人 自 2026-01-01 起担任 Committer。") == rows


def test_sig_home_of_an_empty_sig_says_what_is_missing(client):
    page = client.get(f"/sigs/{SigFactory().slug}/").content.decode()
    for said in (
        "还没有安排下一次例会",
        "眼下没有进行中的提名",
        "还没有登记任何角色",
        "还没有发布过纪要",
    ):
        assert said in page


def test_sig_home_of_an_unknown_sig_is_not_found(client):
    assert client.get("/sigs/nowhere/").status_code == 404


def test_sig_home_is_in_english_below_en(client):
    SigFactory(name="甲", name_en="Alpha", description_en="Alpha builds models. And more.")
    page = client.get("/en/").content.decode()
    assert '<html lang="en">' in page
    assert "Alpha builds models.</p>" in page


def test_home_of_groups_people_by_role_and_counts_contributors_beyond_the_first():
    sig = SigFactory()
    RoleTermFactory(sig=sig, role=RoleTerm.Role.MAINTAINER)
    RoleTermFactory(sig=sig, role=RoleTerm.Role.MAINTAINER, started_on=dt.date(2100, 1, 1))
    for _ in range(home.CONTRIBUTORS_SHOWN + 2):
        RoleTermFactory(sig=sig, role=RoleTerm.Role.CONTRIBUTOR)
    groups = home.home_of(sig, None, AT).groups
    assert [(group.role, len(group.terms), group.more) for group in groups] == [
        ("maintainer", 1, 0),
        ("contributor", home.CONTRIBUTORS_SHOWN, 2),
    ]


def test_home_of_shows_only_what_is_under_way_and_votes_first():
    sig = SigFactory()
    accepted = promotion(sig, PersonFactory(), state=Promotion.State.ACCEPTED)
    vote = voting(sig, PersonFactory())
    promotion(sig, PersonFactory(), state=Promotion.State.REJECTED)
    voting(SigFactory(), PersonFactory())
    assert [d.promotion for d in home.home_of(sig, None, AT).deciding] == [vote, accepted]


def test_sig_home_tells_a_voter_what_awaits_them_until_they_voted(client):
    sig = SigFactory()
    voter = RoleTermFactory(sig=sig).person
    voter.user = User.objects.create_user("voter")
    voter.save()
    vote = voting(sig, PersonFactory())
    client.force_login(voter.user)
    page = client.get(f"/sigs/{sig.slug}/").content.decode()
    assert "等您表态" in page
    assert f'href="/sigs/{sig.slug}/my-path/"' in page
    vote.ballots.create(voter=voter, choice=1, cast_at=timezone.now())
    assert "等您表态" not in client.get(f"/sigs/{sig.slug}/").content.decode()


def test_sig_home_awaits_nothing_of_others(client):
    sig = SigFactory()
    voting(sig, PersonFactory())
    contributor = RoleTermFactory(sig=sig, role=RoleTerm.Role.CONTRIBUTOR).person
    for viewer in (None, contributor):
        assert not home.home_of(sig, viewer, AT).deciding[0].awaits_viewer


@pytest.mark.parametrize(
    ("closes", "left"),
    [
        (AT + dt.timedelta(hours=1), 0),
        (AT + dt.timedelta(hours=7, minutes=59), 0),
        # 16:00 UTC is midnight in Shanghai.
        (AT + dt.timedelta(hours=8), 1),
        (AT + dt.timedelta(days=5), 5),
        (AT - dt.timedelta(days=2), 0),
        (None, None),
    ],
)
def test_days_left_counts_days_of_the_sigs_calendar(closes, left):
    sig = SigFactory.build()
    vote = Promotion(state=Promotion.State.VOTING, voting_closes_at=closes)
    assert home.days_left(vote, sig, AT) == left


def test_days_left_is_of_votes_only():
    approved = Promotion(state=Promotion.State.APPROVED, voting_closes_at=AT)
    assert home.days_left(approved, SigFactory.build(), AT) is None
