import datetime as dt
import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import Entry
from members import promotion as promotions
from members.ballot_box import database_now
from members.models import Promotion, RoleTerm
from tests.factories import (
    AccountFactory,
    ContributionFactory,
    PersonFactory,
    RoleTermFactory,
    SigFactory,
)

from .cast import AT, make_cast, user_of

pytestmark = pytest.mark.django_db
STATES = list(Promotion.State)


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def enter(client):
    def sign_in(person):
        client.force_login(user_of(person))
        return client

    return sign_in


def address(name, cast, *more):
    return reverse(f"members:{name}", args=[cast.sig.slug, *more])


def text_of(response):
    """Visible text of a page, blanks run together."""
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def act(client, cast, promotion, action, **data):
    return client.post(address("promotion-act", cast, promotion.pk, action), data, follow=True)


def vote(client, cast, promotion, **data):
    return client.post(address("promotion-vote", cast, promotion.pk), data, follow=True)


# ── list ──────────────────────────────────────────────────────────────────────────────────────
def test_list_shows_first_what_waits_for_the_reader(cast, enter):
    cast.promotion("nominated", role="maintainer")
    cast.promotion("voting")
    groups = enter(cast.committer).get(address("promotion-list", cast)).context["groups"]
    assert [(group.title, len(group.rows)) for group in groups] == [("等您处理", 1), ("已提名", 1)]
    assert groups[0].rows[0].awaits == "请投票"


def test_list_after_my_vote_waits_no_longer(cast, enter):
    promotion = cast.promotion("voting")
    promotions.cast(promotion_id=promotion.pk, choice=1, by=cast.committer, at=AT)
    groups = enter(cast.committer).get(address("promotion-list", cast)).context["groups"]
    assert [group.title for group in groups] == ["表决中"]


def test_list_without_any_says_what_to_do_next(cast, client):
    assert "还没有提名" in text_of(client.get(address("promotion-list", cast)))


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("part", "queries"), [(None, 8), ("committer", 15)])
def test_list_has_a_constant_number_of_queries(
    cast, client, enter, number, part, queries, django_assert_num_queries
):
    for _ in range(number):
        person = PersonFactory()
        cast.promotion("voting", person=person)
        cast.promotion("rejected", person=person)
    if part:
        enter(getattr(cast, part))
    with django_assert_num_queries(queries):
        client.get(address("promotion-list", cast))


def test_list_pages_what_is_decided(cast, client):
    for number in range(25):
        cast.promotion("rejected", nominated_at=AT + dt.timedelta(days=number))
    first = client.get(address("promotion-list", cast))
    second = client.get(address("promotion-list", cast), {"older": first.context["page"].older})
    assert [len(page.context["rows"]) for page in (first, second)] == [20, 5]


def test_list_with_a_forged_page_mark_is_not_found(cast, client):
    assert client.get(address("promotion-list", cast), {"older": "nonsense"}).status_code == 404


def test_pages_of_an_unknown_sig_are_not_found(cast, client):
    assert client.get(reverse("members:promotion-list", args=["nowhere"])).status_code == 404


# ── nominate ──────────────────────────────────────────────────────────────────────────────────
def proposal(cast, **changes):
    data = {
        "login": "Candidate",
        "kind": "promote",
        "role": "committer",
        "duty": "并行与性能",
        "repositories": [cast.repository.pk],
        "reason": "长期评审",
    }
    return data | changes


def test_create_nominates_and_leads_to_the_promotion(cast, enter):
    response = enter(cast.nominator).post(
        address("promotion-create", cast), proposal(cast), follow=True
    )
    promotion = Promotion.objects.get()
    assert response.redirect_chain[-1][0] == promotion.get_absolute_url()
    assert (promotion.person, promotion.duty) == (cast.candidate, "并行与性能")
    assert "提名已记入公开记录" in text_of(response)


def test_create_by_the_signed_out_leads_to_sign_in(cast, client):
    response = client.get(address("promotion-create", cast))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("part", ["stranger", "former"])
def test_create_by_a_stranger_is_forbidden(cast, enter, part):
    client = enter(getattr(cast, part))
    assert client.get(address("promotion-create", cast)).status_code == 403
    assert client.post(address("promotion-create", cast), proposal(cast)).status_code == 403
    assert not Promotion.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"login": "candidat"}, "login", "您要找的是 candidate 吗"),
        ({"login": "committer"}, "login", "已经是 Committer"),
        ({"login": "stranger"}, "login", "从 Contributor 中产生"),
        ({"login": ""}, "login", "必填"),
        ({"repositories": []}, "repositories", "至少选择一个"),
        ({"repositories": ["999"]}, "repositories", "999"),
        ({"repositories": ["x"]}, "repositories", "x"),
        ({"reason": " "}, "reason", "必填"),
        ({"reason": "长" * 10_001}, "reason", "10000"),
        ({"role": "king"}, "role", "king"),
        ({"kind": "coup"}, "kind", "coup"),
        ({"login": "a\x00b"}, "login", "不允许"),
    ],
)
def test_create_says_at_the_field_what_is_wrong(cast, enter, changes, field, sentence):
    response = enter(cast.nominator).post(
        address("promotion-create", cast), proposal(cast, **changes)
    )
    assert response.status_code == 200
    assert sentence in " ".join(response.context["form"].errors[field])
    assert not Promotion.objects.exists()


def test_create_of_a_removal_by_a_contributor_names_the_rule(cast, enter):
    data = proposal(cast, login="committer", kind="remove", repositories=[])
    response = enter(cast.nominator).post(address("promotion-create", cast), data)
    assert "只能由其他 Maintainer 提出" in text_of(response)


def test_create_twice_leads_to_the_first_with_a_message(cast, enter):
    client = enter(cast.nominator)
    client.post(address("promotion-create", cast), proposal(cast))
    response = client.post(address("promotion-create", cast), proposal(cast), follow=True)
    assert "已有进行中的提名" in text_of(response)
    assert Promotion.objects.count() == 1


def test_create_asks_for_the_host_when_two_people_have_the_login(cast, enter):
    AccountFactory(login="candidate", host="gitcode")
    client = enter(cast.nominator)
    response = client.post(address("promotion-create", cast), proposal(cast))
    assert "gitcode:candidate" in response.context["form"].errors["login"][0]
    client.post(address("promotion-create", cast), proposal(cast, login="gitee:candidate"))
    assert Promotion.objects.get().person == cast.candidate


def test_create_leaves_the_scope_out_where_it_has_no_place(cast, enter):
    data = proposal(cast, login="committer", role="maintainer")
    enter(cast.nominator).post(address("promotion-create", cast), data)
    assert not Promotion.objects.get().repositories.exists()


def test_create_chooses_the_only_repository(cast, enter):
    form = enter(cast.nominator).get(address("promotion-create", cast)).context["form"]
    assert form["repositories"].initial == [cast.repository]


# ── one promotion ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("state", STATES)
def test_detail_of_every_state_is_readable_by_anyone(cast, client, state):
    promotion = cast.promotion(state)
    response = client.get(promotion.get_absolute_url())
    assert response.status_code == 200
    assert promotion.get_state_display() in text_of(response)
    assert response.context["page"].buttons == []


@pytest.mark.parametrize("kind", ["remove", "step_down"])
def test_detail_of_a_leaving_has_no_checklist(cast, client, kind):
    promotion = cast.promotion(
        "approved", person=cast.committer, kind=kind, outcome={"reason": kind}
    )
    response = client.get(promotion.get_absolute_url())
    assert response.context["page"].checks == []


def test_detail_belongs_to_its_sig(cast, client):
    elsewhere = reverse("members:promotion-detail", args=[SigFactory().slug, cast.promotion().pk])
    assert client.get(elsewhere).status_code == 404


def test_detail_links_each_figure_to_its_proofs(cast, enter, client):
    ContributionFactory(
        person=cast.candidate,
        sig=cast.sig,
        kind="pull_reviewed",
        is_main=True,
        title="让并行更快",
        url="/reviews/example/one/7/",
        at=timezone.now() - dt.timedelta(days=1),
    )
    enter(cast.nominator).post(address("promotion-create", cast), proposal(cast))
    page = client.get(Promotion.objects.get().get_absolute_url()).content.decode()
    assert '<a href="/reviews/example/one/7/">让并行更快</a>' in page


def test_detail_says_what_is_still_needed(cast, client):
    promotion = cast.promotion("voting")
    promotions.cast(promotion_id=promotion.pk, choice=1, by=cast.maintainers[0], at=AT)
    assert "还需 1 位 Maintainer 赞成" in text_of(client.get(promotion.get_absolute_url()))


def test_detail_tells_of_an_objection_and_what_it_takes(cast, client):
    promotion = cast.promotion("voting")
    for by, choice in zip(cast.maintainers[:2], (1, -1), strict=True):
        promotions.cast(promotion_id=promotion.pk, choice=choice, reason="因为", by=by, at=AT)
    page = client.get(promotion.get_absolute_url()).context["page"]
    assert [line[:4] for line in page.vote.still_needed] == ["还需 1", "有写明理"]
    assert [voter.is_objection for voter in page.vote.voters] == [False, True, False, False]


def test_detail_renders_the_reason_safely(cast, client):
    promotion = cast.promotion(reason="<script>alert(1)</script> [x](javascript:alert(1))")
    page = client.get(promotion.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize(("ballots", "queries"), [(1, 20), (3, 20)])
def test_detail_has_a_constant_number_of_queries(
    cast, client, ballots, queries, django_assert_num_queries
):
    promotion = cast.promotion("voting")
    for by in cast.maintainers[:ballots]:
        promotions.cast(promotion_id=promotion.pk, choice=1, by=by, at=AT)
    with django_assert_num_queries(queries):
        client.get(promotion.get_absolute_url())


# ── the vote ──────────────────────────────────────────────────────────────────────────────────
def test_vote_is_counted_and_can_be_changed(cast, enter):
    promotion = cast.promotion("voting")
    client = enter(cast.committer)
    assert "已记入公开记录" in text_of(vote(client, cast, promotion, choice="1"))
    response = vote(client, cast, promotion, choice="-1", reason="再看看")
    assert "您已投“反对”" in text_of(response)
    first, second = promotion.ballots.order_by("pk")
    assert (first.choice, first.superseded_at is None) == (1, False)
    assert (second.choice, second.superseded_at is None) == (-1, True)


@pytest.mark.parametrize(
    "data", [{}, {"choice": "2"}, {"choice": "ja"}, {"choice": "1", "reason": "长" * 5001}]
)
def test_vote_malformed_says_so_on_the_page(cast, enter, data):
    promotion = cast.promotion("voting")
    response = vote(enter(cast.committer), cast, promotion, **data)
    assert response.status_code == 200
    assert response.context["ballot_form"].errors
    assert not promotion.ballots.exists()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("part", ["stranger", "contributor", "former", "candidate", "nominator"])
def test_vote_of_who_is_not_entitled_is_a_sentence(cast, enter, part, state):
    promotion = cast.promotion(state)
    response = vote(enter(getattr(cast, part)), cast, promotion, choice="1")
    assert response.status_code == 200
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert not promotion.ballots.exists()


def test_vote_on_a_closed_promotion_is_a_sentence(cast, enter):
    promotion = cast.promotion("voting", voting_closes_at=database_now() - dt.timedelta(minutes=1))
    response = vote(enter(cast.committer), cast, promotion, choice="1")
    assert response.status_code == 200
    assert "之后的选票不再计入" in text_of(response)
    assert not response.context["page"].can_vote


def test_vote_needs_a_token(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_of(cast.committer))
    promotion = cast.promotion("voting")
    assert (
        client.post(address("promotion-vote", cast, promotion.pk), {"choice": "1"}).status_code
        == 403
    )
    assert not promotion.ballots.exists()


@pytest.mark.parametrize("name", ["promotion-vote", "promotion-act"])
def test_posts_of_the_signed_out_lead_to_sign_in(cast, client, name):
    promotion = cast.promotion("voting")
    more = [promotion.pk] + (["close"] if name == "promotion-act" else [])
    response = client.post(address(name, cast, *more), {"choice": "1"})
    assert response.url.startswith(reverse("account_login"))


def test_post_of_a_user_without_person_is_a_sentence(cast, client):
    client.force_login(User.objects.create_superuser("root"))
    promotion = cast.promotion("voting")
    assert "没有对应的成员" in text_of(vote(client, cast, promotion, choice="1"))
    assert "没有对应的成员" in text_of(act(client, cast, promotion, "close"))


@pytest.mark.parametrize("name", ["promotion-vote", "promotion-act"])
def test_get_of_a_post_address_leads_to_the_promotion(cast, enter, name):
    promotion = cast.promotion("voting")
    more = [promotion.pk] + (["close"] if name == "promotion-act" else [])
    response = enter(cast.committer).get(address(name, cast, *more))
    assert response.url == promotion.get_absolute_url()


# ── steps ─────────────────────────────────────────────────────────────────────────────────────
def actions_offered(client, promotion):
    return [
        button.action for button in client.get(promotion.get_absolute_url()).context["page"].buttons
    ]


@pytest.mark.parametrize(
    ("part", "state", "offered"),
    [
        ("candidate", "nominated", ["accept", "decline", "withdraw"]),
        ("nominator", "nominated", ["withdraw"]),
        ("committer", "nominated", []),
        ("maintainer", "accepted", ["open", "recuse"]),
        ("candidate", "accepted", ["withdraw"]),
        # Not before nothing can change any more.
        ("maintainer", "voting", ["recuse"]),
        ("maintainer", "approved", ["effect"]),
        ("committer", "approved", []),
        ("maintainer", "in_effect", []),
    ],
)
def test_buttons_are_those_one_may_press(cast, enter, part, state, offered):
    person = cast.maintainers[0] if part == "maintainer" else getattr(cast, part)
    assert actions_offered(enter(person), cast.promotion(state)) == offered


def test_button_closes_early_when_everything_is_decided(cast, enter):
    promotion = cast.promotion("voting")
    for by in cast.maintainers:
        promotions.cast(promotion_id=promotion.pk, choice=1, by=by, at=AT)
    client = enter(cast.maintainers[0])
    assert actions_offered(client, promotion) == ["close", "recuse"]
    assert "表决已结束" in text_of(act(client, cast, promotion, "close"))


def test_close_too_early_is_a_sentence(cast, enter):
    response = act(enter(cast.maintainers[0]), cast, cast.promotion("voting"), "close")
    assert "结果仍可能改变" in text_of(response)


def test_second_click_is_a_sentence_and_changes_nothing(cast, enter):
    promotion = cast.promotion("nominated")
    client = enter(cast.candidate)
    act(client, cast, promotion, "accept")
    assert "这一步已不适用" in text_of(act(client, cast, promotion, "accept"))
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("action", ["cast", "nominate", "coronate"])
def test_act_of_no_known_name_is_not_found(cast, enter, action):
    assert act(enter(cast.candidate), cast, cast.promotion(), action).status_code == 404


def test_act_by_somebody_else_is_a_sentence(cast, enter):
    promotion = cast.promotion("nominated")
    assert "只有候选人本人" in text_of(act(enter(cast.nominator), cast, promotion, "accept"))


@pytest.mark.parametrize(
    ("day", "sentence"), [("", "必填"), ("30.2.", "日期"), ("2020-01-01", "生效日期须在")]
)
def test_effect_on_an_impossible_day_is_a_sentence(cast, enter, day, sentence):
    promotion = cast.promotion("approved")
    response = act(enter(cast.maintainers[0]), cast, promotion, "effect", effective_on=day)
    assert response.status_code == 200
    assert sentence in text_of(response)
    assert not RoleTerm.objects.filter(person=cast.candidate, role="committer").exists()


def test_the_whole_way_through_the_pages(cast, client):
    def as_(person):
        client.force_login(user_of(person))
        return client

    as_(cast.nominator).post(address("promotion-create", cast), proposal(cast))
    promotion = Promotion.objects.get()
    act(as_(cast.candidate), cast, promotion, "accept")
    act(as_(cast.maintainers[0]), cast, promotion, "open")
    for maintainer in cast.maintainers:
        vote(as_(maintainer), cast, promotion, choice="1")
    act(as_(cast.maintainers[0]), cast, promotion, "close")
    today = cast.sig.day_of(timezone.now())
    act(as_(cast.maintainers[0]), cast, promotion, "effect", effective_on=today.isoformat())
    active = RoleTerm.objects.active(today).filter(person=cast.candidate)
    assert list(active.values_list("role", "duty")) == [("committer", "并行与性能")]
    page = text_of(client.get(promotion.get_absolute_url()))
    assert "已生效" in page
    assert "赞成达到规则要求" in page


# ── my path ───────────────────────────────────────────────────────────────────────────────────
def test_path_of_the_signed_out_leads_to_sign_in(cast, client):
    assert client.get(address("my-path", cast)).url.startswith(reverse("account_login"))


def test_path_shows_figures_and_what_is_missing(cast, enter):
    response = enter(cast.candidate).get(address("my-path", cast))
    committer, maintainer = response.context["goals"]
    assert [(line.figure, line.needed, line.is_met) for line in committer.checks][1:] == [
        ("0", 6, False),
        ("1", 20, False),
        ("0", 3, False),
    ]
    assert "还差 19" in text_of(response)
    assert (committer.is_next, maintainer.is_next) == (True, False)
    assert "自荐为 Committer" in text_of(response)


def test_path_of_a_maintainer_has_nothing_left(cast, enter):
    goals = enter(cast.maintainers[0]).get(address("my-path", cast)).context["goals"]
    assert [(goal.is_held, goal.is_next) for goal in goals] == [(True, False), (True, False)]


def test_path_of_a_stranger_says_where_to_begin(cast, enter):
    assert "还没有您的贡献记录" in text_of(enter(cast.stranger).get(address("my-path", cast)))


def test_path_of_a_user_without_person_says_so(cast, client):
    client.force_login(User.objects.create_user("nobody"))
    assert "还不知道您是谁" in text_of(client.get(address("my-path", cast)))


@pytest.mark.parametrize("number", [1, 30])
def test_path_has_a_constant_number_of_queries(cast, enter, number, django_assert_num_queries):
    for _ in range(number):
        ContributionFactory(person=cast.candidate, sig=cast.sig)
    client = enter(cast.candidate)
    with django_assert_num_queries(11):
        client.get(address("my-path", cast))


def test_pages_stand_in_english(cast, client):
    promotion = cast.promotion("voting")
    assert client.get(f"/en{promotion.get_absolute_url()}").status_code == 200


def test_member_of_two_sigs_votes_where_the_role_is(cast, enter):
    elsewhere = RoleTermFactory(role="maintainer").person
    promotion = cast.promotion("voting")
    vote(enter(elsewhere), cast, promotion, choice="1")
    assert not promotion.ballots.exists()
