"""The buttons and forms of a promotion's page: what they send is done once, or answered in words."""

import datetime as dt

import pytest
from django.urls import reverse

from ledger.models import Entry
from members import promotion as promotions
from members.ballot_box import database_now
from members.models import Ballot, Promotion, Statement

from .cast import AT, default_policy, make_cast, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def send(client):
    """POST as somebody, follow the redirect; the text of the page one ends on."""

    def post(person, promotion, action, **data):
        client.force_login(user_of(person))
        answer = client.post(f"{promotion.get_absolute_url()}{action}/", data, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    return post


def page(client, person, promotion):
    client.force_login(user_of(person))
    return client.get(promotion.get_absolute_url()).content.decode()


def test_endorse_is_offered_where_the_rules_ask_for_several_until_one_has(cast, client, send):
    promotion = cast.promotion("nominated")
    assert "附议" not in page(client, cast.committer, promotion)
    promotion.policy.rules |= {"nominators": {"needed": 2}}
    promotion.policy.save()
    assert "/endorse/" in page(client, cast.committer, promotion)
    assert "您的附议已记入公开记录" in send(cast.committer, promotion, "endorse")
    assert "/endorse/" not in page(client, cast.committer, promotion)
    assert promotion.endorsements.get().person == cast.committer


def test_open_is_not_offered_while_the_rules_ask_for_more(cast, client):
    default_policy(cast.sig, nominators={"needed": 2})
    promotion = cast.promotion("accepted")
    assert "/open/" not in page(client, cast.maintainers[0], promotion)


def test_recuse_and_rejoin_by_their_buttons(cast, client, send):
    promotion = cast.promotion("voting")
    shown = page(client, cast.committer, promotion)
    assert "已投的票留在记录里" in shown
    assert "您已回避" in send(cast.committer, promotion, "recuse", reason="同组")
    recusal = promotion.recusals.get()
    assert (recusal.person, recusal.reason) == (cast.committer, "同组")
    assert "/recuse/" not in page(client, cast.committer, promotion)
    # A ballot from a tab of before is refused in words.
    assert "请先收回回避" in send(cast.committer, promotion, "vote", choice="1")
    assert "您已收回回避" in send(cast.committer, promotion, "rejoin")
    assert not promotion.recusals.filter(withdrawn_at=None).exists()


def test_say_and_retract_by_their_forms(cast, client, send):
    promotion = cast.promotion("accepted")
    assert "立即公开" in page(client, cast.committer, promotion)
    assert "发言已保存" in send(cast.committer, promotion, "say", body="评审很细")
    statement = Statement.objects.get()
    path = f"statements/{statement.pk}/retract"
    assert f"{path}/" in page(client, cast.committer, promotion)
    assert f"{path}/" not in page(client, cast.maintainers[0], promotion)
    assert "只有发言人本人" in send(cast.maintainers[0], promotion, path)
    assert "发言已撤回" in send(cast.committer, promotion, path)
    assert f"{path}/" not in page(client, cast.committer, promotion)


def test_say_nothing_is_told_at_the_field(cast, send):
    promotion = cast.promotion("accepted")
    assert "请写下您想说的话" in send(cast.committer, promotion, "say", body=" ")
    assert not Statement.objects.exists()


def test_say_is_not_offered_to_strangers_nor_in_a_sealed_discussion_to_the_candidate(cast, client):
    default_policy(cast.sig, discussion={"mode": "sealed"})
    promotion = cast.promotion("accepted")
    offered = {
        person.name: "/say/" in page(client, person, promotion)
        for person in (cast.stranger, cast.candidate, cast.contributor, cast.committer)
    }
    assert offered == {
        "Stranger": False,
        "Candidate": False,
        "Contributor": False,
        "Committer": True,
    }
    assert "候选人看不到" in page(client, cast.committer, promotion)


def test_retract_of_another_promotions_statement_is_not_found(cast, client):
    promotion, other = cast.promotion("accepted"), cast.promotion("accepted", role="maintainer")
    said = promotions.say(
        promotion_id=promotion.pk, body="评审很细", by=cast.committer, at=AT, clock=lambda: AT
    )
    client.force_login(user_of(cast.committer))
    url = reverse("members:promotion-retract", args=[cast.sig.slug, other.pk, said.pk])
    assert client.post(url).status_code == 404


def test_effect_asks_for_the_meeting_where_the_rules_want_one(cast, client, send):
    default_policy(cast.sig, effect="meeting")
    today = cast.sig.day_of(database_now())
    promotion = cast.promotion("approved", decided_at=database_now())
    assert "批准的会议" in page(client, cast.maintainers[0], promotion)
    answer = send(cast.maintainers[0], promotion, "effect", effective_on=today.isoformat())
    assert "这个字段是必填项" in answer
    data = {"effective_on": today.isoformat(), "ratified_in": "例会第 4 项"}
    assert "已生效" in send(cast.maintainers[0], promotion, "effect", **data)
    promotion.refresh_from_db()
    assert (promotion.state, promotion.ratified_in) == ("in_effect", "例会第 4 项")


def test_effect_on_a_day_that_cannot_be_is_told_at_the_field(cast, send):
    promotion = cast.promotion("approved", decided_at=database_now())
    answer = send(cast.maintainers[0], promotion, "effect", effective_on="2020-01-01")
    assert "生效日期须在" in answer
    promotion.refresh_from_db()
    assert promotion.state == "approved"


def test_effect_is_not_offered_where_the_files_decide(cast, client, send):
    default_policy(cast.sig, effect="merged")
    promotion = cast.promotion("approved")
    assert "/effect/" not in page(client, cast.maintainers[0], promotion)
    answer = send(cast.maintainers[0], promotion, "effect", effective_on="2026-03-02")
    assert "文件改动合入后自动生效" in answer


def test_the_clocks_own_step_has_no_address(cast, client):
    promotion = cast.promotion("nominated", answer_due_at=AT)
    client.force_login(user_of(cast.maintainers[0]))
    assert client.post(f"{promotion.get_absolute_url()}expire/").status_code == 404


def test_answer_after_its_time_is_refused_in_words(cast, client, send):
    promotion = cast.promotion("nominated", answer_due_at=database_now() - dt.timedelta(hours=1))
    assert "/accept/" not in page(client, cast.candidate, promotion)
    assert "期限" in send(cast.candidate, promotion, "accept")
    promotion.refresh_from_db()
    assert promotion.state == "nominated"


@pytest.mark.parametrize("kind", ["reinstate", "emeritus"])
def test_nomination_form_takes_every_kind(cast, client, kind):
    person = {"reinstate": cast.former, "emeritus": cast.maintainers[1]}[kind]
    client.force_login(user_of(cast.maintainers[0]))
    data = {"login": person.login, "kind": kind, "role": "maintainer", "reason": "多年贡献"}
    client.post(reverse("members:promotion-create", args=[cast.sig.slug]), data)
    promotion = Promotion.objects.get()
    assert (promotion.kind, promotion.person) == (kind, person)


def test_withdrawn_objection_is_told_in_the_course_of_events(cast, client):
    promotion = cast.promotion("voting")
    for choice, reason in ((-1, "太早"), (1, "")):
        promotions.cast(
            promotion_id=promotion.pk,
            choice=choice,
            reason=reason,
            by=cast.maintainers[0],
            at=AT,
            clock=lambda: AT,
        )
    assert "此前附理由的反对随之撤回" in page(client, cast.committer, promotion)
    said = [entry.data.get("withdraws_objection") for entry in Entry.objects.order_by("seq")]
    assert said == [None, True]


def test_double_click_on_vote_is_one_ballot(cast, send):
    promotion = cast.promotion("voting")
    for _click in range(2):
        send(cast.committer, promotion, "vote", choice="1", reason="稳定")
    assert Ballot.objects.count() == 1
