"""The register as people read it: list, filters, one decision, feed and file."""

import csv
import datetime as dt
import io
import re
from hashlib import sha256
from xml.etree import ElementTree as ET

import pytest
from django.core.exceptions import BadRequest
from django.urls import reverse

from ledger import decisions, triggers
from ledger.models import Entry, RegisterRow
from ledger.record import append
from tests.factories import PersonFactory, SigFactory

AT = dt.datetime(2026, 3, 5, 8, tzinfo=dt.UTC)
LIST = "/decisions/"
# SIGs, years, rows, logins of deciders, head.
LIST_QUERIES = 5
pytestmark = pytest.mark.django_db


def write(action="role.started", subject="person:lan-xi", at=AT, actor="system", **data):
    return append(actor=actor, action=action, subject=subject, data=data, at=at)


def shown(client, **filters):
    """Numbers of the decisions on a page."""
    html = client.get(LIST, filters).content.decode()
    return [int(number) for number in re.findall(r'id="decision-(\d+)"', html)]


def text(response):
    return response.content.decode()


@pytest.fixture
def register(db):
    """Seven decisions of all groups, two SIGs and two years."""
    for slug, name in (("one", "甲小组"), ("two", "乙小组")):
        SigFactory(slug=slug, name=name)
    PersonFactory(name="海工", account__login="Hai")
    last_year = AT.replace(year=2025)
    role = {"sig": "one", "name": "蓝溪", "role": "committer", "on": "2025-03-05"}
    write(at=last_year, actor="person:hai", **role, reason="持续评审，见 promotion")
    write("resolution.adopted", "resolution:one/1", last_year, "person:hai", sig="one", number=1,
          title="采用新格式", outcome="accepted")  # fmt: skip
    write("resolution.adopted", "resolution:one/2", AT, "person:hai", sig="one", number=2,
          title="改回旧格式", outcome="accepted", supersedes=1)  # fmt: skip
    write("meeting.decided", "decision:1", sig="two", number=1, text="下月发布候选版本")
    write("policy.adopted", "sig:two", role="committer", version=1, preset="own", note="首次采用")
    write("minutes.published", "meeting:1", sig="one", title="三月例会", title_en="March meeting")
    write("person.merged", "person:hai", name="海工", merged="person:hai2", merged_name="海")


# ── the list ──────────────────────────────────────────────────────────────────────────────────
def test_list_shows_what_decides_with_number_name_and_reason(client, register):
    write("agenda.proposed", "meeting:1", sig="one", title="只是一个议题")
    html = text(client.get(LIST))
    assert shown(client) == [7, 6, 5, 4, 3, 2, 1]
    assert "只是一个议题" not in html
    assert "蓝溪 自 2025-03-05 起担任 Committer。" in html
    assert "持续评审" in html
    assert "海工" in html
    assert 'href="/people/Hai/"' in html
    assert "person:hai" not in re.sub(r"<details>.*?</details>", "", html, flags=re.DOTALL)
    assert 'href="/decisions/7/"' in html


def test_list_links_supersession_both_ways(client, register):
    html = text(client.get(LIST))
    old = html[html.index('id="decision-2"') : html.index('id="decision-1"')]
    new = html[html.index('id="decision-3"') : html.index('id="decision-2"')]
    assert "已被取代" in old
    assert 'href="/decisions/3/"' in old
    assert 'href="/decisions/2/"' in new
    assert "已被取代" not in new


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"group": "roles"}, [1]),
        ({"group": "resolutions"}, [3, 2]),
        ({"group": "meetings"}, [4]),
        ({"group": "rules"}, [5]),
        ({"group": "minutes"}, [6]),
        ({"group": "people"}, [7]),
        ({"sig": "two"}, [5, 4]),
        ({"year": "2025"}, [2, 1]),
        ({"year": "2025", "group": "resolutions"}, [2]),
        ({"standing": "superseded"}, [2]),
        ({"standing": "standing"}, [7, 6, 5, 4, 3, 1]),
        ({"person": "lan-xi"}, [6, 5, 4, 1][3:]),
        ({"person": "@HAI"}, [7, 3, 2, 1]),
        ({"person": "hai2"}, [7]),
        ({"q": "格式"}, [3, 2]),
        ({"q": "持续"}, [1]),
        ({"q": "march MEETING"}, [6]),
        ({"q": "蓝溪 committer"}, [1]),
        ({"q": "committer"}, [5, 1]),
        ({"q": "首次"}, [5]),
        ({"q": "#4"}, [4]),
        ({"q": "6"}, [6]),
        ({"q": "2025"}, [1]),
        ({"q": "格式 3"}, [3]),
        ({"q": "没有的词"}, []),
        ({"group": "roles", "year": "2026"}, []),
        ({"action": "role.started"}, [7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_list_is_narrowed(client, register, asked, numbers):
    assert shown(client, **asked) == numbers


@pytest.mark.parametrize("name", ["group", "sig", "year", "standing"])
def test_bad_value_is_told_at_its_field_and_lists_nothing(client, register, name):
    html = text(client.get(LIST, {name: "x"}))
    assert shown(client, **{name: "x"}) == []
    assert "errorlist" in html
    assert "有条件填写有误" in html
    assert client.get("/decisions/feed.atom", {name: "x"}).status_code == 400
    assert client.get("/decisions.csv", {name: "x"}).status_code == 400


@pytest.mark.parametrize("name", ["q", "person"])
@pytest.mark.parametrize("value", ["x" * 500, "\0", "a\0b", "'\"<", "%", "\ud800", " ", "@"])
def test_strange_words_never_break_the_list(client, register, name, value):
    for address in (LIST, "/decisions/feed.atom", "/decisions.csv"):
        query = f"{name}=" + "".join(f"%{byte:02x}" for byte in value.encode(errors="replace"))
        assert client.get(f"{address}?{query}").status_code in (200, 400)


def test_no_match_names_the_condition_to_drop(client, register):
    html = text(client.get(LIST, {"group": "roles", "year": "2026", "sig": "one"}))
    assert "没有同时符合这些条件的登记" in html
    assert "去掉“年份：2026”" in html
    assert "去掉“类别：提名与角色”" in html
    assert "去掉“SIG：" not in html
    assert 'href="/decisions/?group=roles&amp;sig=one"' in html


def test_no_match_of_one_condition_leads_to_all(client, register):
    html = text(client.get(LIST, {"q": "没有的词"}))
    assert "去掉“登记号、姓名、标题或理由：没有的词”" in html
    assert 'href="/decisions/"' in html


def test_person_is_found_by_logins_they_had(client, register):
    person = PersonFactory(name="新名", account__login="new-name")
    person.accounts.get().former_logins.create(login="lan-xi")
    assert shown(client, person="new-name") == [1]


def test_decider_is_named_by_a_former_login_too(client, register):
    person = PersonFactory(name="改名的人", account__login="renamed")
    person.accounts.get().former_logins.create(login="before")
    write(actor="person:before")
    assert "改名的人" in text(client.get(LIST))


def test_decider_of_whom_nothing_is_known_is_shown_by_the_login(client):
    write(actor="person:long-gone")
    assert "long-gone" in text(client.get(LIST))


def test_list_escapes_what_people_wrote(client):
    write(name="<script>x</script>", role="committer", reason="<script>y</script>")
    assert "<script>x" not in text(client.get(LIST)) + text(client.get("/decisions/1/"))
    assert "<script>y" not in text(client.get(LIST)) + text(client.get("/decisions/1/"))


def test_list_says_what_to_do_when_there_are_none(client):
    assert "还没有登记" in text(client.get(LIST))


# ── pages ─────────────────────────────────────────────────────────────────────────────────────
def test_pages_go_both_ways_and_keep_the_filter(client, register, monkeypatch):
    monkeypatch.setattr("ledger.decisions.SIZE", 2)
    seen, address = [], f"{LIST}?q=e&sig=one"
    write("minutes.published", "meeting:2", sig="one", title="四月例会")
    write("minutes.published", "meeting:3", sig="two", title="四月例会")
    everything = [8, 6, 3, 2, 1]
    pages = []
    while address:
        html = text(client.get(address))
        pages.append([int(number) for number in re.findall(r'id="decision-(\d+)"', html)])
        seen += pages[-1]
        link = re.search(r'rel="next" href="([^"]+)"', html)
        address = LIST + link[1].replace("&amp;", "&") if link else ""
        back = re.search(r'rel="prev" href="([^"]+)"', html)
    assert seen == everything
    html = text(client.get(LIST + back[1].replace("&amp;", "&")))
    assert [int(number) for number in re.findall(r'id="decision-(\d+)"', html)] == pages[-2]


@pytest.mark.parametrize("mark", ["x", "-1", "1.5", "9" * 30, "²"])
@pytest.mark.parametrize("side", ["older", "newer"])
def test_bad_mark_is_a_bad_request(client, mark, side):
    assert client.get(LIST, {side: mark}).status_code == 400
    with pytest.raises(BadRequest):
        decisions.page_of(RegisterRow.objects.all(), {side: mark}, [])


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_as_much_for_one_row_as_for_three(client, django_assert_num_queries, rows):
    for number in range(rows):
        PersonFactory(account__login=f"p{number}")
        SigFactory(slug=f"s{number}")
        write("resolution.adopted", f"resolution:s{number}/1", sig=f"s{number}", number=1,
              actor=f"person:p{number}", title="x")  # fmt: skip
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


# ── one decision ──────────────────────────────────────────────────────────────────────────────
def test_decision_has_a_page_with_everything_and_its_neighbours(client, register):
    html = text(client.get("/decisions/2/"))
    entry = Entry.objects.get(seq=2)
    assert "第 1 号决议（接受）：采用新格式" in html
    assert "甲小组" in html
    assert "海工" in html
    assert entry.hash in html
    assert 'rel="prev" href="/decisions/1/"' in html
    assert 'rel="next" href="/decisions/3/"' in html
    assert "这一条已被后来的决定取代" in html
    assert 'href="/sigs/one/resolutions/1/"' in html
    assert "哈希不符" not in html


def test_decision_page_gives_the_text_that_is_hashed(client, register):
    decision = client.get("/decisions/3/").context["decision"]
    assert sha256(decision.hashed.encode()).hexdigest() == decision.entry.hash


def test_decision_page_says_when_the_hash_does_not_fit(client, register):
    from django.db import connection

    triggers.drop(connection)
    Entry.objects.filter(seq=3).update(actor="person:mallory")
    triggers.create(connection)
    assert "与它的哈希不符" in text(client.get("/decisions/3/"))


def test_decision_names_all_whose_place_it_takes(client):
    write("meeting.decided", "decision:1", sig="one", number=1, text="甲")
    write("meeting.decided", "decision:2", sig="one", number=2, text="乙")
    write("meeting.decision_amended", "decision:2", sig="one", number=2, text="丙")
    write("meeting.decision_superseded", "decision:1", sig="one", number=1, superseded_by=2)
    assert client.get("/decisions/3/").context["supersedes"] == [1, 2]


def test_first_and_last_decision_have_one_neighbour(client, register):
    assert 'rel="prev"' not in text(client.get("/decisions/1/"))
    assert 'rel="next"' not in text(client.get("/decisions/7/"))


@pytest.mark.parametrize("number", ["0", "8", "9" * 25])
def test_decision_that_is_not_there_is_a_404(client, register, number):
    assert client.get(f"/decisions/{number}/").status_code == 404


def test_reason_that_names_a_promotion_leads_to_it(client):
    write(sig="one", name="蓝溪", reason="promotion:12")
    html = text(client.get("/decisions/1/"))
    assert 'href="/sigs/one/promotions/12/"' in html
    assert "提名第 12 号" in html


def test_superseded_rfc_leads_to_its_successor(client):
    write("rfc.superseded", "rfc:a/b#I1", owner="a", name="b", number="I1", successor="a/b#I2")
    assert 'href="/sigs/' not in text(client.get("/decisions/1/"))
    for address in (LIST, "/decisions/1/"):
        html = text(client.get(address))
        assert f'href="{reverse("reviews:issue-detail", args=["a", "b", "I2"])}"' in html


@pytest.mark.parametrize("name", ["ledger:decision", "ledger:decisions-feed"])
def test_register_answers_reading_only(client, register, name):
    address = reverse(name, args=[1] if name == "ledger:decision" else [])
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


# ── feed and file ─────────────────────────────────────────────────────────────────────────────
def test_feed_is_narrowed_as_the_list(client, register):
    atom = "{http://www.w3.org/2005/Atom}"
    root = ET.fromstring(text(client.get("/decisions/feed.atom", {"group": "resolutions"})))
    entries = root.findall(f"{atom}entry")
    assert [entry.find(f"{atom}title").text for entry in entries] == [
        "3 第 2 号决议（接受）：改回旧格式",
        "2 第 1 号决议（接受）：采用新格式",
    ]
    assert entries[0].find(f"{atom}author/{atom}name").text == "海工"
    assert entries[0].find(f"{atom}link").get("href").endswith("/decisions/3/")
    assert "group=resolutions" in text(client.get(LIST, {"group": "resolutions"}))


def test_feed_survives_control_characters(client):
    write(name="甲\x0b乙", role="committer", reason="\x01")
    ET.fromstring(text(client.get("/decisions/feed.atom")))


def test_csv_is_narrowed_and_guards_against_formulas(client, register):
    write(sig="one", name="=1+1", reason="=HYPERLINK(1)")
    body = b"".join(client.get("/decisions.csv", {"group": "roles"}).streaming_content)
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert [row["number"] for row in rows] == ["8", "1"]
    assert rows[0]["reason"] == "'=HYPERLINK(1)"
    assert rows[1]["actor"] == "person:hai"
    assert rows[1]["url"].endswith("/decisions/1/")
    assert "蓝溪" in rows[1]["sentence"]


def test_csv_and_feed_ask_as_much_for_one_row_as_for_three(client, django_assert_num_queries):
    for number in range(3):
        PersonFactory(account__login=f"p{number}")
        write(actor=f"person:p{number}")
        with django_assert_num_queries(4):
            client.get("/decisions/feed.atom")
        with django_assert_num_queries(3):
            list(client.get("/decisions.csv").streaming_content)
