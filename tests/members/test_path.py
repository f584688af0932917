"""Paths to every role: one's own and anyone's, with the lists behind the figures."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from tests.factories import ContributionFactory

from .cast import make_cast, user_of
from .test_promotion_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def contribute(cast, count, person=None):
    for number in range(count):
        ContributionFactory(
            person=person or cast.candidate,
            sig=cast.sig,
            at=timezone.now() - dt.timedelta(days=1),
            source=f"gitee:example/two!{number}:pull_merged",
            title=f"改动 {number}",
            url=f"/reviews/example/one/{number}/",
        )


def path_of(cast, login="candidate"):
    return reverse("members:person-path", args=[login, cast.sig.slug])


@pytest.mark.parametrize("login", ["candidate", "CANDIDATE", "stranger", "maintainer-0"])
def test_path_of_anyone_is_public(cast, client, login):
    response = client.get(path_of(cast, login))
    assert response.status_code == 200
    assert [goal.role for goal in response.context["goals"]] == ["committer", "maintainer"]
    assert "自荐" not in text_of(response)


def test_path_is_found_from_the_page_of_the_person(cast, client):
    page = client.get(reverse("members:person-detail", args=["committer"])).content.decode()
    assert f'href="{path_of(cast, "committer")}"' in page


def test_path_of_nobody_is_not_found(cast, client):
    assert client.get(path_of(cast, "nobody-here")).status_code == 404
    elsewhere = reverse("members:person-path", args=["candidate", "nowhere"])
    assert client.get(elsewhere).status_code == 404


def test_path_says_how_many_are_missing_and_what_to_do(cast, client):
    client.force_login(user_of(cast.candidate))
    text = text_of(client.get(reverse("members:my-path", args=[cast.sig.slug])))
    assert "还差 6 次主要评审" in text
    assert "给他人的拉取请求写 approve" in text


def test_path_of_a_stranger_tells_how_to_begin(cast, client):
    client.force_login(user_of(cast.stranger))
    text = text_of(client.get(reverse("members:my-path", args=[cast.sig.slug])))
    assert "第一个合入的拉取请求或计入的评审，使您成为 Contributor。" in text


def test_path_shows_the_last_months_as_a_picture_with_its_table(cast, client):
    contribute(cast, 3)
    page = client.get(path_of(cast)).content.decode()
    assert '<svg class="chart"' in page
    assert "同样的数字列成表" in page


@pytest.mark.parametrize("mine", [True, False])
def test_path_leads_to_the_list_behind_each_figure(cast, client, mine):
    contribute(cast, 60)
    client.force_login(user_of(cast.candidate))
    where = reverse("members:my-path", args=[cast.sig.slug]) if mine else path_of(cast)
    assert f'href="{where}evidence/merged_or_reviewed/?role=committer"' in (
        client.get(where).content.decode()
    )
    pages = [
        client.get(f"{where}evidence/merged/", {"role": "committer", "page": page}).context["page"]
        for page in (1, 2)
    ]
    # One more is the cast's.
    assert [(page.total, len(page.proofs)) for page in pages] == [(61, 50), (61, 11)]


@pytest.mark.parametrize(
    ("figure", "asked"), [("beauty", {}), ("merged", {"role": "king"}), ("merged", {"page": "9"})]
)
def test_list_of_nothing_known_is_not_found(cast, client, figure, asked):
    where = reverse("members:person-evidence", args=["candidate", cast.sig.slug, figure])
    assert client.get(where, asked).status_code == 404


def test_own_list_of_the_signed_out_leads_to_sign_in(cast, client):
    where = reverse("members:my-evidence", args=[cast.sig.slug, "merged"])
    assert client.get(where).url.startswith(reverse("account_login"))


def test_own_list_of_a_user_without_person_is_not_found(cast, client):
    client.force_login(User.objects.create_user("nobody"))
    where = reverse("members:my-evidence", args=[cast.sig.slug, "merged"])
    assert client.get(where).status_code == 404


@pytest.mark.parametrize("number", [1, 120])
@pytest.mark.parametrize(("name", "queries"), [("person-path", 9), ("person-evidence", 7)])
def test_pages_have_a_constant_number_of_queries(
    cast, client, number, name, queries, django_assert_num_queries
):
    contribute(cast, number)
    more = ["merged"] if name == "person-evidence" else []
    where = reverse(f"members:{name}", args=["candidate", cast.sig.slug, *more])
    with django_assert_num_queries(queries):
        client.get(where)
