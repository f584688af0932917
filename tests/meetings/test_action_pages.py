"""One action item with its history, what one person took on, and who may change whose."""

import datetime as dt

import pytest

from ledger.models import Entry
from meetings import action
from tests.factories import ActionItemFactory, MeetingFactory, PersonFactory, SigFactory

from .test_rules import HOSTS, STANDINGS

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def item(sig, person):
    return action.add(
        meeting=MeetingFactory(sig=sig),
        text="写文档",
        owner=person["stranger"],
        due_on=dt.date(2026, 11, 23),
        by=person["committer"],
        at=AT,
    )


def url(item, rest=""):
    return f"/sigs/reading/actions/{item.pk}/{rest}"


def text_of(response):
    return response.content.decode()


def entries(name):
    return list(Entry.objects.filter(action=name))


# ── changing ──────────────────────────────────────────────────────────────────────────────────
def test_change_is_recorded_with_old_and_new_and_raises_the_version(item, person):
    later = dt.date(2026, 12, 31)
    for _click in range(2):
        action.change(
            item=item, owner=person["former"], due_on=later, by=person["maintainer"], at=AT
        )

    item.refresh_from_db()
    assert (item.owner, item.due_on) == (person["former"], later)
    assert (item.sequence, item.changed_at) == (1, AT)
    (entry,) = entries("action.changed")
    assert entry.data["changes"] == {
        "due_on": ["2026-11-23", "2026-12-31"],
        "owner": ["person:stranger", "person:former"],
    }


def test_name_that_was_only_written_down_stays_until_a_person_takes_its_place(sig, person):
    item = ActionItemFactory(meeting=MeetingFactory(sig=sig), owner_name="某团队")
    action.change(item=item, owner=None, due_on=dt.date(2026, 12, 1), by=None, at=AT)
    item.refresh_from_db()
    assert item.owner_name == "某团队"

    action.change(item=item, owner=person["former"], due_on=item.due_on, by=None, at=AT)

    item.refresh_from_db()
    assert (item.owner, item.owner_name) == (person["former"], "")


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_closed_item_is_not_changed(item, person, state):
    action.close(item=item, state=state, by=person["stranger"], at=AT)

    with pytest.raises(action.AlreadyClosed):
        action.change(item=item, owner=None, due_on=None, by=None, at=AT)
    assert entries("action.changed") == []


@pytest.mark.parametrize("standing", STANDINGS)
def test_only_hosts_change(sign_in, item, standing):
    client = sign_in(standing)
    assert ("change/" in text_of(client.get(url(item)))) == (standing in HOSTS)

    client.post(url(item, "change/"), {"owner": "former", "due_on": "2026-12-31"})

    assert len(entries("action.changed")) == (1 if standing in HOSTS else 0)


def test_wrong_owner_is_said_beside_the_field(sign_in, item):
    response = sign_in("committer").post(
        url(item, "change/"), {"owner": "nobody-here", "due_on": "2026-12-31"}
    )

    assert list(response.context["form"].errors) == ["owner"]
    assert entries("action.changed") == []


def test_change_of_a_closed_item_is_refused_in_words(sign_in, item, person):
    action.close(item=item, state="done", by=person["stranger"], at=AT)
    response = sign_in("committer").post(url(item, "change/"), {"owner": "former"}, follow=True)

    (message,) = response.context["messages"]
    assert "已完成" in str(message)


# ── one item ──────────────────────────────────────────────────────────────────────────────────
def test_page_tells_what_became_of_the_item(client, item, person):
    action.change(item=item, owner=person["former"], due_on=None, by=person["maintainer"], at=AT)
    action.close(item=item, state="done", by=person["former"], at=AT)

    response = client.get(url(item))

    history = [(one.what, one.actor, one.details) for one in response.context["history"]]
    assert history == [
        ("提出", "person:committer", ""),
        ("更新", "person:maintainer", "期限：2026-11-23 → 无；负责人：stranger → former"),
        ("完成", "person:former", ""),
    ]


def test_item_of_another_sig_is_not_found(client, item):
    SigFactory(slug="other")

    assert client.get(f"/sigs/other/actions/{item.pk}/").status_code == 404


# ── one person ────────────────────────────────────────────────────────────────────────────────
def test_person_page_holds_items_of_every_sig_what_is_due_first(client, item, person):
    mine = person["stranger"]
    other = MeetingFactory()
    ActionItemFactory(meeting=other, owner=mine, text="无期限")
    ActionItemFactory(meeting=other, owner=mine, text="更早", due_on="2026-01-01")
    ActionItemFactory(meeting=other, owner=mine, text="了结", state="done", closed_at=AT)
    ActionItemFactory(meeting=other, owner=person["former"], text="别人的")

    response = client.get("/people/stranger/actions/")

    rows = response.context["rows"]
    assert [row["item"].text for row in rows] == ["更早", "写文档", "无期限"]
    assert [row["is_overdue"] for row in rows] == [True, True, False]
    assert [one.text for one in response.context["page"].rows] == ["了结"]
    assert "/people/stranger/actions/" in text_of(client.get("/people/stranger/"))


def test_person_page_offers_buttons_to_the_owner_and_to_maintainers_of_that_sig(sign_in, item):
    foreign = ActionItemFactory(owner=item.owner)
    offers = {}
    for standing in STANDINGS:
        rows = sign_in(standing).get("/people/stranger/actions/").context["rows"]
        offers[standing] = {row["item"].pk for row in rows if row["may_close"]}

    assert {name: pks for name, pks in offers.items() if pks} == {
        "stranger": {item.pk, foreign.pk},
        "maintainer": {item.pk},
    }


def test_person_page_of_nobody_is_not_found(client, sig):
    assert client.get("/people/nobody-here/actions/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_person_page_takes_the_same_queries_for_one_and_three(
    client, db, count, django_assert_num_queries
):
    owner = PersonFactory(account__login="owner")
    for _number in range(count):
        ActionItemFactory(owner=owner)
        ActionItemFactory(owner=owner, state="done", closed_at=AT)

    # person and accounts, open items and accounts, closed items and accounts
    with django_assert_num_queries(6):
        client.get("/people/owner/actions/")
