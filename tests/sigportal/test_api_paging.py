"""Reading a list to its end by cursor, forwards and back, while rows come and change."""

import datetime as dt
from itertools import pairwise

import pytest

from reviews.models import PullRequest
from tests import factories as make

pytestmark = pytest.mark.django_db
SIG = "/api/v1/sigs/one"
PLACE = "/api/v1/repositories/gitee/example/place"
AT = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)


@pytest.fixture
def place():
    return make.RepositoryFactory(sig=make.SigFactory(slug="one"), name="place")


def pull(place, number, **values) -> PullRequest:
    return make.PullRequestFactory(repository=place, number=number, **values)


def pages_of(client, address, between=lambda: None):
    """Every page of a list, following `next` as a script does."""
    while address:
        told = client.get(address).json()
        yield told
        address = told["next"]
        between()


def numbers(page):
    return [one["number"] for one in page["items"]]


# ── to the end ────────────────────────────────────────────────────────────────────────────────
def test_script_gets_each_pull_request_once_while_rows_come_and_change(client, place):
    """The journey of somebody who copies a repository: what was there at the start is there once."""
    for number in range(1, 24):
        pull(place, number)
    came = iter(range(100, 200))

    def meanwhile():
        pull(place, next(came))
        # An update of the oldest, and one that was found late, as a backfill does.
        PullRequest.objects.filter(number=1).update(updated_at=AT + dt.timedelta(next(came)))
        if not PullRequest.objects.filter(number=50).exists():
            pull(place, 50)

    seen = [
        number
        for page in pages_of(client, f"{PLACE}/pulls?limit=5", meanwhile)
        for number in numbers(page)
    ]

    assert seen == sorted(seen, reverse=True)
    assert seen == list(range(23, 0, -1))


def test_rows_of_one_moment_are_read_once_each(client, place):
    for _row in range(7):
        make.ContributionFactory(
            person=place.sig and _lin(), sig=place.sig, at=AT, source=f"{_row}"
        )

    address = "/api/v1/people/lin/contributions?limit=2"
    seen = [one["id"] for page in pages_of(client, address) for one in page["items"]]

    assert len(seen) == len(set(seen)) == 7


def _lin():
    from members.models import Account

    known = Account.objects.filter(login="lin").first()
    return known.person if known else make.PersonFactory(account__login="lin")


def test_pages_lead_back_the_way_they_came(client, place):
    for number in range(1, 8):
        pull(place, number, updated_at=AT + dt.timedelta(minutes=number))

    for address in (f"{PLACE}/pulls?limit=3&state=open", f"{SIG}/pulls?limit=3&state=open"):
        pages = list(pages_of(client, address))
        assert [numbers(page) for page in pages] == [[7, 6, 5], [4, 3, 2], [1]]
        for before, page in pairwise(pages):
            assert numbers(client.get(page["previous"]).json()) == numbers(before)
        assert pages[0]["previous"] is None


def test_longest_waiting_first_is_read_to_its_end_too(client, place):
    for day in range(5):
        make.IssueFactory(
            repository=place, number=f"I{day}", created_at=AT + dt.timedelta(days=day)
        )

    pages = list(pages_of(client, f"{SIG}/issues?order=waiting&limit=2"))

    assert [numbers(page) for page in pages] == [["I0", "I1"], ["I2", "I3"], ["I4"]]
    assert numbers(client.get(pages[1]["previous"]).json()) == ["I0", "I1"]


# ── addresses ─────────────────────────────────────────────────────────────────────────────────
def test_addresses_keep_the_filter_and_stand_in_the_link_header(client, place):
    for number in range(1, 6):
        pull(place, number)

    first = client.get(f"{PLACE}/pulls?limit=2&state=open")
    second = client.get(first.json()["next"])

    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    told = second.json()
    assert second.headers["Link"] == (
        f'<{told["next"]}>; rel="next", <{told["previous"]}>; rel="prev"'
    )
    assert told["next"].startswith(f"http://testserver{PLACE}/pulls?limit=2&state=open&cursor=")


def test_last_page_names_no_next(client, place):
    pull(place, 1)
    only = client.get(f"{PLACE}/pulls")

    assert (only.json()["next"], only.json()["previous"]) == (None, None)
    assert "Link" not in only.headers


def test_page_holds_fifty_rows_unless_asked(client, place):
    for number in range(1, 53):
        pull(place, number)

    assert len(client.get(f"{PLACE}/pulls").json()["items"]) == 50
    assert len(client.get(f"{PLACE}/pulls?limit=100").json()["items"]) == 52


def test_cursor_of_another_list_is_refused(client, place):
    for number in range(1, 4):
        pull(place, number)
    cursor = client.get(f"{PLACE}/pulls?limit=1").json()["next"].partition("cursor=")[2]

    said = client.get(f"{SIG}/pulls?limit=1&cursor={cursor}")

    assert said.status_code == 422
    assert [fault["parameter"] for fault in said.json()["errors"]] == ["cursor"]
