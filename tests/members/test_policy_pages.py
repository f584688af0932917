import dataclasses
import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from ledger.models import Entry
from members import promotion as promotions
from members.adoption import policy_in_force
from members.ballot_box import database_now
from members.models import Policy
from members.policy_json import rules_from_json, rules_to_json
from members.presets import PRESETS
from tests.factories import ContributionFactory, PersonFactory, PolicyFactory, SigFactory

from .cast import make_cast, user_of
from .test_policy_form import typed

pytestmark = pytest.mark.django_db

DEFAULT = PRESETS["mindspore-transformers"]["committer"]
LONGER = dataclasses.replace(DEFAULT, vote_working_days=7)


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def enter(client):
    def sign_in(person):
        client.force_login(user_of(person))
        return client

    return sign_in


def address(cast, name, *args):
    return reverse(f"members:policy-{name}", args=[cast.sig.slug, *args])


def today(cast):
    return cast.sig.day_of(database_now())


def sent(cast, rules=LONGER, **changes):
    fields = {"effective_from": today(cast).isoformat(), "adopt": "1", **changes}
    return typed(rules, **fields)


def post(client, cast, role="committer", **values):
    return client.post(address(cast, "edit", role), sent(cast, **values))


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def test_list_says_the_rules_of_both_roles_to_everybody(client, cast):
    text = client.get(address(cast, "list")).content.decode()
    assert "成为 Committer" in text
    assert "成为 Maintainer" in text
    assert "还没有采用过自己的规则" in text
    assert "担任主要评审人的拉取请求" in text
    assert "修改 Committer 的规则" not in text


def test_list_says_who_adopted_what_and_what_is_to_come(client, cast):
    by = cast.maintainers[0]
    PolicyFactory(sig=cast.sig, adopted_by=by, note="评审太少", rules=rules_to_json(LONGER))
    later = today(cast) + dt.timedelta(days=9)
    PolicyFactory(sig=cast.sig, version=2, effective_from=later)
    text = client.get(address(cast, "list")).content.decode()
    assert "评审太少" in text
    assert by.name in text
    assert "7 个工作日" in text
    assert f'第 2 版将自 <time datetime="{later}">' in text


def test_list_offers_the_form_to_maintainers(cast, enter):
    text = enter(cast.maintainers[0]).get(address(cast, "list")).content.decode()
    assert "修改 Committer 的规则" in text


def test_history_shows_each_version_with_what_it_changed(client, cast):
    first = PolicyFactory(sig=cast.sig, rules=rules_to_json(DEFAULT))
    PolicyFactory(sig=cast.sig, version=2, rules=rules_to_json(LONGER))
    cast.promotion(policy=first)
    text = client.get(address(cast, "history", "committer")).content.decode()
    assert "5 个工作日" in text
    assert "7 个工作日" in text
    assert "1 份提名按这一版决定" in text
    assert "现行" in text
    assert "曾适用" in text


def test_history_pages_without_losing_a_difference(client, cast):
    for version in range(1, 23):
        rules = dataclasses.replace(DEFAULT, vote_working_days=version)
        PolicyFactory(sig=cast.sig, version=version, rules=rules_to_json(rules))
    page = client.get(address(cast, "history", "committer"))
    assert len(page.context["rows"]) == 20
    assert all(row.changes for row in page.context["rows"])
    older = page.context["page"].older
    rest = client.get(address(cast, "history", "committer"), {"older": older})
    assert [row.policy.version for row in rest.context["rows"]] == [2, 1]


def test_history_without_versions_says_what_holds(client, cast):
    text = client.get(address(cast, "history", "committer")).content.decode()
    assert "还没有采用过规则" in text


def test_detail_shows_what_was_decided_under_a_version(client, cast):
    first = PolicyFactory(sig=cast.sig, rules=rules_to_json(DEFAULT))
    PolicyFactory(sig=cast.sig, version=2, rules=rules_to_json(LONGER))
    promotion = cast.promotion("approved", policy=first)
    old = client.get(address(cast, "detail", "committer", 1)).content.decode()
    new = client.get(address(cast, "detail", "committer", 2)).content.decode()
    assert promotion.get_absolute_url() in old
    assert promotion.get_absolute_url() not in new
    assert "与上一版的差异" in new


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("history", ["king"]),
        ("history", ["contributor"]),
        ("detail", ["committer", 9]),
        ("qualifying", ["contributor"]),
        ("edit", ["contributor"]),
    ],
)
def test_pages_of_unknown_rules_do_not_exist(cast, enter, name, args):
    client = enter(cast.maintainers[0])
    assert client.get(address(cast, name, *args)).status_code == 404


def test_edit_of_an_unknown_preset_does_not_exist(cast, enter):
    page = enter(cast.maintainers[0]).get(address(cast, "edit", "committer"), {"preset": "king"})
    assert page.status_code == 404


def test_pages_refuse_marks_that_are_none(client, cast):
    PolicyFactory(sig=cast.sig)
    for name, args in (("history", ["committer"]), ("detail", ["committer", 1])):
        assert client.get(address(cast, name, *args), {"older": "x"}).status_code == 404


def test_qualifying_names_who_qualifies_and_who_is_near(client, cast):
    rules = rules_to_json(
        dataclasses.replace(DEFAULT, prerequisite_months=0, evidence={"merged": 1})
    )
    PolicyFactory(sig=cast.sig, rules=rules)
    near = PersonFactory(name="钱近")
    ContributionFactory(person=near, sig=cast.sig, kind="issue_opened")
    text = client.get(address(cast, "qualifying", "committer")).content.decode()
    assert "其中 1 人满足全部规则" in text
    assert cast.candidate.name in text
    assert "钱近" in text
    assert "提交并合入的拉取请求还差 1" in text


# ── who may ───────────────────────────────────────────────────────────────────────────────────
WHO = {
    "maintainers": 200,
    "committer": 403,
    "contributor": 403,
    "candidate": 403,
    "former": 403,
    "stranger": 403,
}


@pytest.mark.parametrize(("who", "status"), WHO.items())
def test_edit_is_the_maintainers(cast, enter, who, status):
    person = getattr(cast, who)
    client = enter(person[0] if isinstance(person, list) else person)
    assert client.get(address(cast, "edit", "committer")).status_code == status
    answer = post(client, cast)
    assert answer.status_code == (302 if status == 200 else status)
    assert Policy.objects.count() == (1 if status == 200 else 0)


def test_edit_of_another_sig_is_not_the_maintainers(cast, enter):
    other = reverse("members:policy-edit", args=[SigFactory().slug, "committer"])
    assert enter(cast.maintainers[0]).get(other).status_code == 403


def test_edit_asks_strangers_to_sign_in(client, cast):
    answer = client.get(address(cast, "edit", "committer"))
    assert answer.status_code == 302
    assert "login" in answer.url
    assert post(client, cast).status_code == 302
    assert not Policy.objects.exists()


def test_edit_is_not_the_administrators(client, cast):
    client.force_login(User.objects.create_superuser("root"))
    assert client.get(address(cast, "edit", "committer")).status_code == 403


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def test_edit_adopts_a_version(cast, enter):
    client = enter(cast.maintainers[0])
    answer = post(client, cast, note="给更多时间")
    policy = Policy.objects.get()
    assert answer.url == address(cast, "detail", "committer", 1)
    assert rules_from_json(policy.rules) == LONGER
    assert (policy.adopted_by, policy.note) == (cast.maintainers[0], "给更多时间")
    assert Entry.objects.filter(action="policy.adopted").count() == 1
    text = client.get(answer.url).content.decode()
    assert "已采用第 1 版" in text
    assert "给更多时间" in text


def test_edit_starts_from_the_rules_in_force_or_a_preset(cast, enter):
    PolicyFactory(sig=cast.sig, rules=rules_to_json(LONGER), version=4)
    client = enter(cast.maintainers[0])
    form = client.get(address(cast, "edit", "committer")).context["form"]
    assert (form["vote_working_days"].value(), form["seen"].value()) == (7, 4)
    preset = client.get(address(cast, "edit", "committer"), {"preset": "apache"})
    assert preset.context["form"]["min_in_favour"].value() == 3
    assert "已填入范本“Apache”" in preset.content.decode()


def test_edit_the_same_again_writes_nothing(cast, enter):
    client = enter(cast.maintainers[0])
    post(client, cast)
    answer = client.post(address(cast, "edit", "committer"), sent(cast, seen="1"), follow=True)
    assert "未写入任何内容" in answer.content.decode()
    assert Policy.objects.count() == 1


def test_edit_refuses_a_stale_tab_and_keeps_what_was_typed(cast, enter):
    client = enter(cast.maintainers[0])
    post(client, cast)
    rules = dataclasses.replace(DEFAULT, vote_working_days=9)
    answer = post(client, cast, rules=rules)
    assert answer.status_code == 409
    assert "已有人采用了第 1 版" in answer.content.decode()
    assert answer.context["form"]["vote_working_days"].value() == "9"
    assert Policy.objects.count() == 1
    again = answer.context["form"]
    assert post(client, cast, rules=rules, seen=again["seen"].value()).status_code == 302
    assert Policy.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("threshold", "3/2"), ("seats_max", "x"), ("effective_from", "2020-01-01"), ("note", "")],
)
def test_edit_says_at_the_field_what_is_wrong(cast, enter, field, value):
    answer = post(enter(cast.maintainers[0]), cast, **{field: value})
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Policy.objects.exists()


def test_preview_shows_who_would_gain_and_lose_and_writes_nothing(cast, enter):
    gains, loses = PersonFactory(name="钱新"), PersonFactory(name="孙旧")
    ContributionFactory(person=gains, sig=cast.sig, kind="issue_opened")
    ContributionFactory(person=loses, sig=cast.sig, kind="pull_reviewed")
    figures = {"prerequisite_months": 0, "evidence": {"reviewed": 1}}
    now = dataclasses.replace(DEFAULT, **figures)
    PolicyFactory(sig=cast.sig, rules=rules_to_json(now))
    draft = dataclasses.replace(now, evidence={"issues_opened": 1})
    data = sent(cast, draft, seen="1", preview="1")
    del data["adopt"]
    answer = enter(cast.maintainers[0]).post(address(cast, "edit", "committer"), data)
    shown = {row.person: row.state for row in answer.context["preview"].rows}
    assert shown == {gains: "将新符合", loses: "将不再符合"}
    text = answer.content.decode()
    assert "1 人将新符合，1 人将不再符合" in text
    assert "这是试算，还没有保存" in text
    assert answer.context["form"]["evidence_issues_opened"].value() == "1"
    assert Policy.objects.count() == 1
    assert not Entry.objects.exists()


def test_a_decision_under_way_keeps_its_version(cast, enter):
    PolicyFactory(sig=cast.sig, rules=rules_to_json(DEFAULT))
    promotion = promotions.nominate(
        sig=cast.sig,
        person=cast.candidate,
        role="committer",
        reason="长期评审",
        repositories=[cast.repository],
        by=cast.nominator,
        at=database_now(),
    )
    post(enter(cast.maintainers[0]), cast, seen="1")
    promotion.refresh_from_db()
    assert promotion.policy.version == 1
    assert policy_in_force(cast.sig, "committer", today(cast)).version == 2


# ── queries ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("versions", [1, 3])
@pytest.mark.parametrize(("name", "number"), [("list", 8), ("history", 8)])
def test_pages_ask_the_same_however_many_versions(
    client, cast, django_assert_num_queries, versions, name, number
):
    for version in range(1, versions + 1):
        rules = dataclasses.replace(DEFAULT, vote_working_days=version)
        policy = PolicyFactory(
            sig=cast.sig,
            version=version,
            rules=rules_to_json(rules),
            adopted_by=cast.maintainers[version - 1],
        )
        cast.promotion(policy=policy, person=PersonFactory())
    args = [] if name == "list" else ["committer"]
    with django_assert_num_queries(number):
        client.get(address(cast, name, *args))


@pytest.mark.parametrize("number", [1, 3])
def test_detail_asks_the_same_however_many_promotions(
    client, cast, django_assert_num_queries, number
):
    policy = PolicyFactory(sig=cast.sig, rules=rules_to_json(DEFAULT))
    for _number in range(number):
        cast.promotion(policy=policy, person=PersonFactory())
    with django_assert_num_queries(7):
        client.get(address(cast, "detail", "committer", 1))


@pytest.mark.parametrize("people", [1, 30])
def test_qualifying_asks_the_same_however_many_people(
    client, cast, django_assert_num_queries, people
):
    for _number in range(people):
        ContributionFactory(person=PersonFactory(), sig=cast.sig)
    with django_assert_num_queries(7):
        client.get(address(cast, "qualifying", "committer"))
