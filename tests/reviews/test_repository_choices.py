"""A repository's choices: who may, what is written and recorded, and that no open page overwrites another."""

import dataclasses
import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from ledger.models import Entry
from members.models import Repository, ReviewRule
from reviews.models import RepositorySync
from reviews.repository_choices import (
    PRESETS,
    RULE_CHANGED,
    SETTINGS_CHANGED,
    ChoiceRefused,
    Rule,
    Stale,
    choices_of,
    choose,
)
from reviews.rules import can_configure
from tests.factories import PersonFactory, RepositoryFactory, RoleTermFactory

pytestmark = pytest.mark.django_db
PAST = dt.date(2020, 1, 1)
AT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


@pytest.fixture
def repository():
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


@pytest.fixture
def by():
    return PersonFactory(account__login="lin")


def someone(who, repository):
    """A user who is `who` to the repository's SIG."""
    user = User.objects.create_user(f"user-{who}", is_superuser=who == "superuser")
    person = PersonFactory(user=user)
    if who in {"contributor", "committer", "maintainer"}:
        RoleTermFactory(person=person, sig=repository.sig, role=who, started_on=PAST)
    if who == "maintainer elsewhere":
        RoleTermFactory(person=person, role="maintainer", started_on=PAST)
    return user


def changed(choices, *, rule=(), **settings):
    return dataclasses.replace(
        choices,
        settings=dataclasses.replace(choices.settings, **settings),
        rule=dataclasses.replace(choices.rule, **dict(rule)),
    )


def change(repository, by, *, rule=(), at=AT, **settings):
    current = choices_of(repository, at)
    new = changed(current, rule=rule, **settings)
    return choose(repository, new, revision=current.revision, by=by, at=at)


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def test_choose_writes_the_settings_and_their_entry(repository, by):
    home = RepositoryFactory(sig=repository.sig, owner="elsewhere", name="one")
    done = change(
        repository,
        by,
        reads_issues=False,
        details="all",
        interval_s=120,
        moved_to=home.pk,
    )
    row, entry = RepositorySync.objects.get(), Entry.objects.get()
    repository.refresh_from_db()
    assert done == [SETTINGS_CHANGED]
    assert (row.reads_issues, row.reads_comments, row.details, row.interval_s) == (
        False,
        True,
        "all",
        120,
    )
    assert repository.moved_to == home
    assert (entry.actor, entry.action, entry.subject, entry.at) == (
        "person:lin",
        SETTINGS_CHANGED,
        "repository:gitee:example/one",
        AT,
    )
    assert entry.data == {
        "sig": "example",
        "repository": "gitee:example/one",
        "before": {
            "reads_issues": True,
            "details": "recent",
            "interval_s": None,
            "moved_to": None,
        },
        "after": {
            "reads_issues": False,
            "details": "all",
            "interval_s": 120,
            "moved_to": "gitee:elsewhere/one",
        },
    }


def test_choose_adopts_the_rule_from_now_on(repository, by):
    done = change(repository, by, rule={"lgtm_required": 1, "required_labels": ("cla/yes",)})
    assert done == [RULE_CHANGED]
    rules = ReviewRule.objects.order_by("valid_from").values_list("lgtm_required", flat=True)
    assert list(rules) == [2, 1]
    assert choices_of(repository, AT).rule == Rule(1, 1, ("cla/yes",))
    assert choices_of(repository, AT - dt.timedelta(days=1)).rule == Rule(2, 1)
    assert [entry.action for entry in Entry.objects.all()] == [RULE_CHANGED]


def test_choose_writes_nothing_when_nothing_differs(repository, by):
    assert change(repository, by) == []
    assert not Entry.objects.exists()
    assert not ReviewRule.objects.exists()


@pytest.mark.parametrize("first", [{"interval_s": 300}, {"rule": {"lgtm_required": 1}}])
def test_choose_refuses_a_page_opened_before_another_change(repository, by, first):
    seen = choices_of(repository, AT)
    change(repository, by, **first)
    later = AT + dt.timedelta(minutes=1)
    with pytest.raises(Stale) as refusal:
        choose(
            repository, changed(seen, reads_issues=False), revision=seen.revision, by=by, at=later
        )
    assert refusal.value.current == choices_of(repository, later)
    assert choices_of(repository, later).settings.reads_issues
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("interval_s", [59, 0, 604_801])
def test_choose_bounds_the_interval(repository, by, interval_s):
    with pytest.raises(ChoiceRefused) as refusal:
        change(repository, by, interval_s=interval_s, rule={"lgtm_required": 1})
    assert refusal.value.field == "interval_s"
    assert not Entry.objects.exists()


@pytest.mark.parametrize("interval_s", [60, 604_800])
def test_choose_takes_the_bounds_themselves(repository, by, interval_s):
    assert change(repository, by, interval_s=interval_s) == [SETTINGS_CHANGED]


def test_choose_refuses_a_home_in_another_sig(repository, by):
    with pytest.raises(ChoiceRefused):
        change(repository, by, moved_to=RepositoryFactory().pk)


def test_choose_refuses_a_home_that_leads_back(repository, by):
    middle = RepositoryFactory(sig=repository.sig, moved_to=repository)
    last = RepositoryFactory(sig=repository.sig, moved_to=middle)
    for home in (repository, middle, last):
        with pytest.raises(ChoiceRefused):
            change(repository, by, moved_to=home.pk)


def test_choose_refuses_details_unknown(repository, by):
    with pytest.raises(ChoiceRefused):
        change(repository, by, details="everything")


def test_presets_ask_what_the_policies_say():
    figures = {
        key: (preset.rule.lgtm_required, preset.rule.approve_required)
        for key, preset in PRESETS.items()
    }
    assert figures == {"mindspore": (2, 1), "docs": (1, 1)}


# ── the page ──────────────────────────────────────────────────────────────────────────────────
def address(repository):
    return f"/sigs/example/repositories/{repository.pk}/"


def posted(repository, **more):
    return {
        "revision": choices_of(repository, timezone.now()).revision,
        "reads_issues": "on",
        "reads_comments": "on",
        "details": "recent",
        "interval_s": "",
        "moved_to": "",
        "lgtm_required": "2",
        "approve_required": "1",
        "required_labels": "",
        "blocking_labels": "",
        **more,
    }


WHO_MAY = [
    ("stranger", False),
    ("contributor", False),
    ("committer", False),
    ("maintainer elsewhere", False),
    ("superuser", False),
    ("maintainer", True),
]


@pytest.mark.parametrize(("who", "may"), WHO_MAY)
def test_repository_page_lets_maintainers_change_and_everyone_read(client, repository, who, may):
    user = someone(who, repository)
    client.force_login(user)
    page = client.get(address(repository))
    response = client.post(address(repository), posted(repository, interval_s="90"))
    assert can_configure(user, repository) is may
    assert page.status_code == 200
    assert ('name="interval_s"' in page.content.decode()) is may
    assert response.status_code == (302 if may else 403)
    assert RepositorySync.objects.filter(interval_s=90).exists() is may


def test_repository_page_sends_whoever_is_not_signed_in_to_sign_in(client, repository):
    assert client.get(address(repository)).status_code == 200
    response = client.post(address(repository), posted(repository, interval_s="90"))
    assert response.status_code == 302
    assert response["Location"].endswith(f"?next={address(repository)}")
    assert not RepositorySync.objects.exists()


def test_repository_page_says_what_was_saved_and_when(client, repository):
    client.force_login(someone("maintainer", repository))
    data = posted(
        repository, interval_s="90", lgtm_required="1", required_labels="cla/yes\r\n\r\n b "
    )
    page = client.post(address(repository), data, follow=True).content.decode()
    assert "已保存 example/one 的设置" in page
    assert "同步间隔（秒）：90" in page
    assert "评审规则改为 lgtm 1 个、approve 1 个" in page
    assert "自始" in page
    assert choices_of(repository, timezone.now()).rule.required_labels == ("cla/yes", "b")


def test_repository_page_unchanged_says_so(client, repository):
    client.force_login(someone("maintainer", repository))
    page = client.post(address(repository), posted(repository), follow=True).content.decode()
    assert "没有改动，未写入任何内容" in page
    assert not Entry.objects.exists()


def test_repository_page_of_a_second_tab_is_refused_and_keeps_what_was_typed(client, repository):
    client.force_login(someone("maintainer", repository))
    first, second = posted(repository, interval_s="90"), posted(repository, interval_s="7200")
    client.post(address(repository), first)
    refused = client.post(address(repository), second)
    assert refused.status_code == 409
    assert "设置已被他人更改" in refused.content.decode()
    assert 'value="7200"' in refused.content.decode()
    assert RepositorySync.objects.get().interval_s == 90
    again = posted(repository, interval_s="7200")
    assert again["revision"] in refused.content.decode()
    assert client.post(address(repository), again).status_code == 302
    assert RepositorySync.objects.get().interval_s == 7200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("interval_s", "59"),
        ("interval_s", "soon"),
        ("interval_s", "9" * 30),
        ("lgtm_required", "-1"),
        ("lgtm_required", "21"),
        ("approve_required", ""),
        ("details", "everything"),
        ("moved_to", "999999"),
        ("moved_to", "x"),
        ("required_labels", "a\x00b"),
        ("required_labels", "x" * 201),
        ("revision", ""),
    ],
)
def test_repository_page_names_the_field_that_is_wrong(client, repository, field, value):
    client.force_login(someone("maintainer", repository))
    response = client.post(address(repository), posted(repository, **{field: value}))
    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert not Entry.objects.exists()


def test_repository_page_refuses_a_label_both_required_and_blocking(client, repository):
    client.force_login(someone("maintainer", repository))
    data = posted(repository, required_labels="Ready", blocking_labels="ready")
    response = client.post(address(repository), data)
    assert response.status_code == 400
    assert "blocking_labels" in response.context["form"].errors


@pytest.mark.parametrize("preset", PRESETS)
def test_repository_page_fills_in_a_preset_without_saving_it(client, repository, preset):
    client.force_login(someone("maintainer", repository))
    page = client.get(address(repository), {"preset": preset}).content.decode()
    for label in PRESETS[preset].rule.required_labels:
        assert label in page
    assert not ReviewRule.objects.exists()


def test_repository_page_is_found_below_its_own_sig_only(client, repository):
    other = RepositoryFactory()
    assert client.get(f"/sigs/{other.sig.slug}/repositories/{repository.pk}/").status_code == 404
    assert client.get("/sigs/example/repositories/999999/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_repository_page_takes_a_fixed_number_of_queries(
    client, repository, by, count, django_assert_num_queries
):
    for number in range(count):
        RepositoryFactory(sig=repository.sig)
        at = AT + dt.timedelta(days=number)
        change(repository, by, rule={"lgtm_required": number}, interval_s=100 + number, at=at)
    with django_assert_num_queries(6):
        assert client.get(address(repository)).status_code == 200
    assert Repository.objects.count() == count + 1
