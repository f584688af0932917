"""What the page of a promotion tells: figures then and now, the discussion, the vote, the recount."""

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse

from members import promotion as promotions
from members.ballot_box import database_now
from members.contribution import forget_many
from members.evidence import collect
from members.models import Ballot, Promotion
from members.policy_json import rules_to_json
from members.presets import PRESETS
from tests.factories import ContributionFactory, PolicyFactory

from .cast import AT, PAST, make_cast, user_of
from .test_promotion_pages import text_of

pytestmark = pytest.mark.django_db
Kind = Promotion.Kind


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def read(client):
    """The page as somebody (nobody when None) reads it: (text, context)."""

    def _read(promotion, person=None):
        client.logout()
        if person is not None:
            client.force_login(user_of(person))
        response = client.get(promotion.get_absolute_url())
        return text_of(response), response.context

    return _read


def policy_with(cast, **changes):
    rules = replace(PRESETS["mindspore-transformers"]["committer"], **changes)
    return PolicyFactory(sig=cast.sig, rules=rules_to_json(rules))


def contribute(cast, count, kind="pull_merged", at=PAST):
    for number in range(count):
        ContributionFactory(
            person=cast.candidate,
            sig=cast.sig,
            kind=kind,
            at=at,
            source=f"gitee:example/two!{number}:{kind}",
            title=f"改动 {number}",
            url=f"/reviews/example/one/{number}/",
        )


def with_evidence(cast, state="voting", **values):
    return cast.promotion(state, evidence=collect(cast.candidate, cast.sig, AT), **values)


# ── evidence ──────────────────────────────────────────────────────────────────────────────────
def test_figures_of_then_stand_beside_those_of_today(cast, read):
    contribute(cast, 24)
    promotion = with_evidence(cast)
    contribute(cast, 27, kind="pull_reviewed", at=AT + dt.timedelta(days=2))
    text, _context = read(promotion)
    # One is the cast's; a review of one's own pull request counts nowhere.
    assert "提名时 25，今天 28" in text


def test_figures_of_then_stay_when_the_records_go(cast, read):
    contribute(cast, 3)
    promotion = with_evidence(cast)
    forget_many(f"gitee:example/two!{number}:pull_merged" for number in range(3))
    text, _context = read(promotion)
    assert "提名时 4，今天 1" in text
    # Behind two figures: the pull requests, and the months they lie in.
    assert text.count("记录已不在本门户，提名时曾在") == 6


def test_detail_leads_to_the_list_of_all_proofs(cast, client):
    contribute(cast, 9)
    promotion = with_evidence(cast)
    page = client.get(promotion.get_absolute_url()).content.decode()
    where = reverse(
        "members:promotion-evidence", args=[cast.sig.slug, promotion.pk, "merged_or_reviewed"]
    )
    assert f'href="{where}"' in page
    assert "查看全部 10 项" in page


@pytest.mark.parametrize("number", [1, 300])
def test_detail_has_as_many_queries_whatever_the_evidence(
    cast, client, number, django_assert_num_queries
):
    contribute(cast, number)
    promotion = with_evidence(cast)
    with django_assert_num_queries(21):
        client.get(promotion.get_absolute_url())


def test_detail_names_the_version_of_the_rules(cast, client):
    promotion = cast.promotion("voting")
    page = client.get(promotion.get_absolute_url()).content.decode()
    where = reverse("members:policy-detail", args=[cast.sig.slug, "committer", 1])
    assert f'<a href="{where}">依据 Committer 规则第 1 版</a>' in page


def test_proofs_of_one_figure_are_paged(cast, client):
    contribute(cast, 120)
    promotion = with_evidence(cast)
    where = reverse("members:promotion-evidence", args=[cast.sig.slug, promotion.pk, "merged"])
    pages = [client.get(where, {"page": number}).context["page"] for number in (1, 2, 3)]
    assert [(page.total, len(page.proofs)) for page in pages] == [(121, 50), (121, 50), (121, 21)]
    assert [(page.newer, page.older) for page in pages] == [(None, 2), (1, 3), (2, None)]
    titles = [proof.title for page in pages for proof in page.proofs]
    assert len(set(titles)) == 121


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "1" * 40, "²"])
def test_proofs_beyond_the_pages_are_not_found(cast, client, page):
    where = reverse(
        "members:promotion-evidence", args=[cast.sig.slug, cast.promotion().pk, "merged"]
    )
    assert client.get(where, {"page": page}).status_code == 404


def test_proofs_of_no_known_figure_are_not_found(cast, client):
    where = reverse(
        "members:promotion-evidence", args=[cast.sig.slug, cast.promotion().pk, "beauty"]
    )
    assert client.get(where).status_code == 404


@pytest.mark.parametrize("number", [1, 45])
def test_proofs_have_a_constant_number_of_queries(cast, client, number, django_assert_num_queries):
    contribute(cast, number)
    promotion = with_evidence(cast)
    where = reverse("members:promotion-evidence", args=[cast.sig.slug, promotion.pk, "merged"])
    with django_assert_num_queries(6):
        client.get(where)


def test_number_beyond_any_key_is_not_found(cast, client):
    where = reverse("members:promotion-detail", args=[cast.sig.slug, 10**30])
    assert client.get(where).status_code == 404


# ── discussion (I9) ───────────────────────────────────────────────────────────────────────────
SECRET = "这句话只给表决人看"


@pytest.mark.parametrize(
    ("part", "may_read"),
    [
        ("maintainer", True),
        ("committer", True),
        ("nominator", True),
        ("candidate", False),
        ("contributor", False),
        ("former", False),
        ("stranger", False),
        (None, False),
    ],
)
def test_sealed_words_reach_only_who_may_read_them(cast, read, part, may_read):
    policy_with(cast, discussion="sealed")
    promotion = cast.promotion("voting")
    promotions.say(promotion_id=promotion.pk, body=SECRET, by=cast.maintainers[1], at=AT)
    person = cast.maintainers[0] if part == "maintainer" else part and getattr(cast, part)
    text, context = read(promotion, person)
    assert (SECRET in text) is may_read
    assert context["page"].discussion.hidden == (0 if may_read else 1)
    if not may_read:
        assert cast.maintainers[1].name not in text.split("经过")[1]


def test_public_words_are_read_by_anyone(cast, read):
    promotion = cast.promotion("voting")
    promotions.say(promotion_id=promotion.pk, body="支持", by=cast.contributor, at=AT)
    text, context = read(promotion)
    assert "支持" in text
    assert context["page"].discussion.hidden == 0


def test_a_word_taken_back_stays_in_sight_and_says_so(cast, read):
    promotion = cast.promotion("voting")
    said = promotions.say(promotion_id=promotion.pk, body="改主意", by=cast.contributor, at=AT)
    promotions.retract(statement_id=said.pk, by=cast.contributor, at=AT)
    text, _context = read(promotion)
    assert "改主意" in text
    assert "发言人已撤回" in text


# ── the vote ──────────────────────────────────────────────────────────────────────────────────
def test_vote_tells_who_has_not_voted_and_who_stands_aside(cast, read):
    promotion = cast.promotion("voting")
    promotions.cast(promotion_id=promotion.pk, choice=1, by=cast.maintainers[0], at=AT)
    promotions.recuse(promotion_id=promotion.pk, reason="同组", by=cast.committer, at=AT)
    text, context = read(promotion)
    vote = context["page"].vote
    assert "3 人中 1 人已投票" in text
    assert [voter.person for voter in vote.silent] == cast.maintainers[1:]
    assert [(one.person, one.why, one.reason) for one in vote.absent] == [
        (cast.committer, "回避", "同组")
    ]


def test_who_stands_aside_is_offered_no_ballot(cast, read):
    promotion = cast.promotion("voting")
    assert read(promotion, cast.committer)[1]["page"].can_vote
    promotions.recuse(promotion_id=promotion.pk, by=cast.committer, at=AT)
    assert not read(promotion, cast.committer)[1]["page"].can_vote


def test_who_was_on_leave_is_named_and_offered_no_ballot(cast, read):
    promotion = cast.promotion("voting", on_leave=[cast.committer.pk])
    _text, context = read(promotion, cast.committer)
    assert [(one.person, one.why) for one in context["page"].vote.absent] == [
        (cast.committer, "请假")
    ]
    assert not context["page"].can_vote


def test_votes_in_favour_of_one_employer_are_pointed_out(cast, read):
    promotion = cast.promotion("voting")
    for maintainer in cast.maintainers[:2]:
        maintainer.organization = "甲公司"
        maintainer.save()
        promotions.cast(promotion_id=promotion.pk, choice=1, by=maintainer, at=AT)
    assert "赞成票多数来自同一单位：甲公司。" in read(promotion)[0]


def test_quorum_says_how_many_are_missing(cast, read):
    policy_with(cast, quorum=PRESETS["mindspore-transformers"]["committer"].threshold)
    promotion = cast.promotion("voting")
    assert "法定人数还差 2 人投票" in read(promotion)[0]


def test_seats_say_how_many_hold_the_role(cast, read):
    policy_with(cast, seats_min=1, seats_max=3)
    assert "Committer 1 人，规则允许 1–3 人。" in read(cast.promotion("voting"))[0]


def test_silence_as_consent_says_so(cast, read):
    policy_with(cast, lazy_consensus=True)
    assert "目前没有人反对" in read(cast.promotion("voting"))[0]


# ── after the decision ────────────────────────────────────────────────────────────────────────
def decided(cast):
    promotion = cast.promotion("voting")
    for maintainer in cast.maintainers:
        promotions.cast(promotion_id=promotion.pk, choice=1, by=maintainer, at=AT)
    promotions.close(promotion_id=promotion.pk, by=cast.maintainers[0], at=database_now())
    return Promotion.objects.get(pk=promotion.pk)


def test_decision_is_counted_anew_and_equal(cast, read):
    text, context = read(decided(cast))
    assert context["page"].vote.is_recounted is True
    assert "重新计票，结果一致" in text


def test_decision_that_no_longer_follows_from_its_ballots_is_told(cast, read):
    promotion = decided(cast)
    Ballot.objects.filter(promotion=promotion, voter=cast.maintainers[0]).update(choice=-1)
    text, context = read(promotion)
    assert context["page"].vote.is_recounted is False
    assert "结果与记录不一致" in text


def test_decision_without_a_vote_has_nothing_to_count_anew(cast, read):
    promotion = cast.promotion(
        "approved", person=cast.committer, kind=Kind.STEP_DOWN, outcome={"reason": "step_down"}
    )
    assert read(promotion)[1]["page"].vote.is_recounted is None


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", ["nominated", "accepted", "voting", "approved", "in_effect"])
def test_detail_of_every_kind_stands(cast, read, kind, state):
    promotion = cast.promotion(state, kind=kind)
    for person in (None, cast.candidate, cast.maintainers[0]):
        text, _context = read(promotion, person)
        assert promotion.get_kind_display() in text


# ── time left ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("state", "sentence"),
    [("nominated", "候选人须在此前答复"), ("accepted", "须在此前开启表决")],
)
def test_head_tells_until_when_the_next_step_has_to_be_taken(cast, read, state, sentence):
    due = database_now() + dt.timedelta(days=4)
    text, _context = read(cast.promotion(state, answer_due_at=due))
    assert sentence in text
    assert "还有 4 天" in text
