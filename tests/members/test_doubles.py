"""Who may be one: pure hints, pair by pair, and the page that shows them to Maintainers."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from members import doubles_page, likeness, merging
from members.doubles import (
    Known,
    Reason,
    is_one_letter_off,
    least_rotation,
    likely_pairs,
    resemblance,
    squash,
    swaps_in,
)
from members.models import Likeness, OwnersFile, Person
from tests.factories import (
    AccountFactory,
    ContributionFactory,
    PersonFactory,
    RepositoryFactory,
    RoleTermFactory,
    SigFactory,
)

AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


# ── spellings ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("lan-xi", "lan_xi", (Reason.SPELLED_ALIKE, 60)),
        ("Lan.Xi", "lanxi", (Reason.SPELLED_ALIKE, 60)),
        ("Lan-Xi", "lan-xi", None),
        ("xulanxi", "lanxixu", None),
        ("baolanxi", "lanxibao", (Reason.TURNED_ROUND, 50)),
        ("lanxishan", "lanxishan1", (Reason.ONE_LETTER, 30)),
        ("lanxishan", "lanxshan", (Reason.ONE_LETTER, 30)),
        ("lanxishan", "lanxihsan", (Reason.ONE_LETTER, 30)),
        ("lanxishan", "lanxisham", (Reason.ONE_LETTER, 30)),
        ("lanxishan1", "lanxishan2", None),
        ("lan", "lam", None),
        ("lanxishan", "heyuanhe", None),
        ("-", "_", None),
    ],
)
def test_resemblance(one, other, expected):
    assert resemblance(one, other) == resemblance(other, one) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("abc", "abc", False), ("abc", "abcd", True), ("abc", "bc", True), ("abc", "abcde", False),
     ("abc", "acb", True), ("abcd", "abdd", True), ("abcd", "badc", False), ("", "a", True)],
)  # fmt: skip
def test_one_letter_off(one, other, expected):
    assert is_one_letter_off(one, other) is is_one_letter_off(other, one) is expected


def test_squash_and_rotation():
    assert squash("Lan - Xi.·_") == "lanxi"
    assert least_rotation("bca") == least_rotation("cab") == "abc"
    assert least_rotation("") == ""


# ── pairs ─────────────────────────────────────────────────────────────────────────────────────
def gitee(key, login, name="", organization="", former=()):
    return Known(key, name or login, organization, (("gitee", login),), tuple(former))


def found(*people, swaps=()):
    """Reasons by pair, with their weight."""
    pairs = likely_pairs(people, swaps)
    assert pairs == likely_pairs(people[::-1], swaps)
    return {
        (pair.first, pair.second): {str(one.reason): one.weight for one in pair.hints.values()}
        for pair in pairs
    }


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (gitee(1, "aa", "蓝溪"), gitee(2, "bb", "蓝溪"), {"same_name": 40}),
        (gitee(1, "aa", "蓝溪", "甲大学"), gitee(2, "bb", "蓝溪", "甲大学"), {"same_name": 70}),
        (gitee(1, "aa", "蓝溪", "甲大学"), gitee(2, "bb", "蓝溪", "乙大学"), {"same_name": 40}),
        (gitee(1, "aa", "Xi Lan"), gitee(2, "bb", "Lan Xi"), {"same_name": 40}),
        (gitee(1, "aa", "蓝溪"), gitee(2, "bb", "何源"), None),
        (gitee(1, "lan"), Known(2, "lan", "", (("github", "Lan"),)), {"same_login": 70}),
        (gitee(1, "lan"), gitee(2, "new", former=["lan"]), {"same_login": 70}),
        (gitee(1, "aa", "蓝溪"), Known(2, "蓝溪", "", (("git", "蓝溪"),)), {"commit_name": 70}),
        (gitee(1, "lan-xi"), Known(2, "Lan Xi", "", (("git", "lan xi"),)), {"commit_name": 70}),
        (gitee(1, "lanxibao"), Known(2, "Bao Lanxi", "", (("git", "bao lanxi"),)), {"commit_name": 70}),
        (gitee(1, "lan~7"), gitee(2, "LAN~8"), None),
        (gitee(1, "lan-xi"), gitee(2, "lan_xi"), {"spelled_alike": 60}),
        (gitee(1, "lanxishan"), gitee(2, "lanxishan1"), {"one_letter": 30}),
        (gitee(1, "baolanxi"), gitee(2, "lanxibao"), {"turned_round": 50}),
        (Known(1, "x", "", (("git", "lan_xi"),)), Known(2, "y", "", (("git", "lan-xi"),)), {"spelled_alike": 60}),
    ],
)  # fmt: skip
def test_hints(one, other, expected):
    assert found(one, other) == ({(1, 2): expected} if expected else {})


def test_likelier_pairs_come_first_and_further_hints_add():
    people = [gitee(1, "lan-xi", "蓝溪"), gitee(2, "lan_xi", "蓝溪"), gitee(3, "aa", "蓝溪")]
    pairs = likely_pairs(people)
    assert [(pair.first, pair.second, pair.score) for pair in pairs] == [
        (1, 2, 70),
        (1, 3, 40),
        (2, 3, 40),
    ]


def test_a_name_that_many_share_tells_nobody_apart():
    assert not found(*(gitee(key, f"a{key}", "蓝溪") for key in range(1, 14)))


# ── OWNERS ────────────────────────────────────────────────────────────────────────────────────
def versions(*texts):
    return [
        (AT + dt.timedelta(days=day), frozenset(text.split())) for day, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["boss lan", "boss xi"], [("lan", "xi", True)]),
        (["boss lan he", "boss xi"], []),
        (["boss lanxi he", "boss lan-xi yuan"], [("lanxi", "lan-xi", False)]),
        (["lan", "lan xi"], []),
        (["lan xi", "lan"], []),
        # Both were in the file together, before or after: two people.
        (["lan", "xi", "lan xi"], []),
        (["lan xi", "lan", "xi"], []),
        ([], []),
    ],
)
def test_swaps(texts, expected):
    swaps = swaps_in(versions(*texts), "gitee:example/one OWNERS")
    assert [(swap.left, swap.entered, swap.alone) for swap in swaps] == expected


@pytest.mark.parametrize(
    ("left", "entered", "weight"),
    [("lan", "heyuan", 40), ("lanxi", "lan-xi", 80)],
)
def test_a_swap_hints_at_a_rename(left, entered, weight):
    swaps = swaps_in(versions(f"boss {left}", f"boss {entered}"))
    hints = found(gitee(1, left.upper()), gitee(2, entered), swaps=swaps)[1, 2]
    assert hints["renamed"] == weight


def test_a_swap_with_a_stranger_hints_at_nobody():
    assert not found(gitee(1, "lan"), swaps=swaps_in(versions("lan", "heyuan")))


# ── the page ──────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def sig(db):
    return SigFactory()


@pytest.fixture
def boss(sig):
    person = RoleTermFactory(sig=sig, role="maintainer", person__account__login="boss").person
    person.user = User.objects.create_user("boss")
    person.save()
    return person


def pairs_of(sig):
    return [(row.kept.login, row.gone.login) for row in doubles_page.page_of(sig).rows]


def owners(sig, *texts):
    repository = RepositoryFactory(sig=sig)
    for at, logins in versions(*texts):
        OwnersFile.objects.create(repository=repository, valid_from=at, approvers=sorted(logins))


def test_page_pairs_people_of_the_sig_and_keeps_who_has_more(sig, boss):
    shadow = PersonFactory(account__login="lan_xi", account__host="gitcode")
    ContributionFactory(person=shadow, sig=sig)
    RoleTermFactory(sig=sig, person__account__login="lan-xi")
    PersonFactory(account__login="lan.xi")
    assert pairs_of(sig) == [("lan-xi", "lan_xi")]


def test_page_reads_renames_from_owners(sig, boss):
    for login in ("heyuan", "lan"):
        AccountFactory(login=login.title())
    owners(sig, "boss heyuan", "boss lan")
    (row,) = doubles_page.page_of(sig).rows
    assert "2026-03-03 的同一次改动中移除 heyuan、加入 lan" in row.reasons[0]


def test_page_offers_a_login_that_nobody_has(sig, boss):
    RoleTermFactory(sig=sig, person__account__login="lan")
    owners(sig, "boss heyuan", "boss lan")
    (stray,) = doubles_page.page_of(sig).strays
    assert (stray.person.login, stray.login, stray.host) == ("lan", "heyuan", "gitee")


def test_page_forgets_who_was_found_different_or_merged(sig, boss):
    one = RoleTermFactory(sig=sig, person__account__login="lan-xi").person
    other, third = (
        RoleTermFactory(sig=sig, role="contributor", person__account__login=login).person
        for login in ("lan_xi", "lan.xi")
    )
    Person.objects.filter(pk__in=[one.pk, third.pk]).update(name="蓝溪")
    assert len(pairs_of(sig)) == 3
    likeness.set_apart(first=one, second=other, note="同学", by=boss, at=AT)
    merging.merge(kept_id=one.pk, gone_id=third.pk, reason="", by=boss, at=AT)
    # Written by a worker meanwhile: brought along later, no reason to show the merged one again.
    ContributionFactory(person=third, sig=sig)
    page = doubles_page.page_of(sig)
    assert page.rows == []
    assert [row.note for row in page.apart] == ["同学"]


def test_page_shows_who_asked_first(sig, boss):
    one = RoleTermFactory(sig=sig, person__account__login="aa").person
    other = PersonFactory(account__login="zz")
    likeness.ask(first=one, second=other, note="换了平台", by=one, at=AT)
    (row,) = doubles_page.page_of(sig).rows
    assert (row.kept, row.gone, row.asked.note, row.reasons) == (one, other, "换了平台", [])


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_as_much_for_one_pair_as_for_three(
    client, sig, boss, django_assert_num_queries, rows
):
    for number in range(rows):
        for login in (f"lan-xi-{number}abc", f"lan_xi_{number}abc"):
            RoleTermFactory(sig=sig, person__account__login=login)
    owners(sig, "boss heyuan", "boss lan")
    client.force_login(boss.user)
    with django_assert_num_queries(14):
        page = client.get(reverse("members:doubles", args=[sig.slug]))
    assert len(page.context["rows"]) == rows


def test_page_is_for_maintainers_and_administrators(client, sig, boss):
    address = reverse("members:doubles", args=[sig.slug])
    assert client.get(address).status_code == 302
    other = RoleTermFactory(role="maintainer").person
    other.user = User.objects.create_user("other")
    other.save()
    client.force_login(other.user)
    assert client.get(address).status_code == 403
    client.force_login(User.objects.create_superuser("root"))
    assert client.get(address).status_code == 200


def test_empty_page_says_what_to_do(client, sig, boss):
    client.force_login(boss.user)
    assert "没有发现疑似重复的成员" in show(client, sig)


def show(client, sig):
    return client.get(reverse("members:doubles", args=[sig.slug])).content.decode()


def test_set_apart_by_the_button(client, sig, boss):
    people = [
        RoleTermFactory(sig=sig, person__account__login=login).person
        for login in ("lan-xi", "lan_xi")
    ]
    client.force_login(boss.user)
    assert "预览：把" in show(client, sig)
    address = reverse("members:doubles-apart", args=[sig.slug])
    values = {"first": people[1].pk, "second": people[0].pk, "note": "同名"}
    for _ in range(2):
        assert client.post(address, values, follow=True).status_code == 200
    assert Likeness.objects.get().answer == "different"
    assert "已确认不是同一人" in show(client, sig)
    assert client.post(address, {"first": "x"}).status_code == 404
    assert client.get(address).status_code == 405
