"""The register and the export, and the verifier that the documentation gives away."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from ledger import actions, decisions
from ledger.models import Entry
from ledger.record import append
from tests.ledger.conftest import AT

pytestmark = pytest.mark.django_db
DOC = Path(__file__).parents[2] / "docs" / "ledger.md"


def export(client):
    return b"".join(client.get(reverse("ledger:jsonl")).streaming_content)


def test_jsonl_gives_every_entry_on_a_line(client, ledger):
    lines = export(client).splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3, 4]
    assert "蓝溪" in lines[0].decode()


def test_jsonl_spans_chunks(client, ledger, monkeypatch):
    monkeypatch.setattr("ledger.reading.CHUNK", 2)
    assert len(export(client).splitlines()) == 4


def test_jsonl_of_an_empty_ledger_is_empty(client, db):
    assert export(client) == b""


def test_jsonl_is_not_sent_again_unchanged(client, ledger):
    etag = client.get(reverse("ledger:jsonl"))["ETag"]
    assert client.get(reverse("ledger:jsonl"), HTTP_IF_NONE_MATCH=etag).status_code == 304
    append(actor="system", action="a.b", subject="c:1", data={}, at=AT)
    assert client.get(reverse("ledger:jsonl"), HTTP_IF_NONE_MATCH=etag).status_code == 200


@pytest.mark.parametrize("name", ["ledger:jsonl", "ledger:decisions"])
def test_record_answers_reading_only(client, db, name):
    assert client.post(reverse(name)).status_code == 405


def verifier():
    code = re.search(r"```python\n(.*?)```", DOC.read_text(), re.DOTALL)[1]
    assert len(code.splitlines()) <= 20
    return code


def check(data):
    return subprocess.run(
        [sys.executable, "-I", "-c", verifier()], input=data, capture_output=True, check=False
    )


def test_documented_verifier_accepts_the_export(client, ledger):
    result = check(export(client))
    assert (result.returncode, result.stdout[:13]) == (0, b"4 entries fit")


def test_documented_verifier_names_a_tampered_entry(client, ledger):
    result = check(export(client).replace("三月".encode(), "四月".encode()))
    assert (result.returncode, result.stderr) == (1, b"entry 3 does not fit\n")


# ── the register ──────────────────────────────────────────────────────────────────────────────
def test_decisions_lists_what_decides_and_nothing_else(client, ledger):
    page = client.get(reverse("ledger:decisions")).content.decode()
    assert "蓝溪 自 2026-03-05 起担任 Committer。" in page
    assert 'id="entry-4"' in page
    assert 'id="entry-2"' not in page


def test_decisions_can_be_filtered(client, ledger):
    shown = decisions.page(action="minutes.published").rows
    assert [row.entry.seq for row in shown] == [3]


def test_decisions_page_both_ways(ledger, monkeypatch):
    monkeypatch.setattr("ledger.decisions.SIZE", 1)
    seen, mark = [], ""
    while mark is not None:
        page = decisions.page(older=mark)
        seen += [row.entry.seq for row in page.rows]
        mark = page.older
    assert seen == [4, 3, 1]
    assert page.newer == "1"
    back = decisions.page(newer="1")
    assert ([row.entry.seq for row in back.rows], back.newer, back.older) == ([3], "3", "3")
    assert decisions.page(newer="3").newer is None


@pytest.mark.parametrize("mark", ["x", "-1", "1.5", "9" * 30, "²"])
def test_decisions_answers_a_bad_mark_with_not_found(client, db, mark):
    assert client.get(reverse("ledger:decisions"), {"older": mark}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_decisions_asks_as_much_for_one_row_as_for_three(
    client, db, django_assert_num_queries, rows
):
    for number in range(rows):
        append(actor="system", action="role.started", subject=f"person:p{number}", data={}, at=AT)
    with django_assert_num_queries(2):
        client.get(reverse("ledger:decisions"))


def test_decisions_says_what_to_do_when_there_are_none(client, db):
    assert "还没有登记" in client.get(reverse("ledger:decisions")).content.decode()


def test_decisions_escapes_what_people_wrote(client, db):
    data = {"name": "<script>x</script>", "role": "committer"}
    append(actor="system", action="role.started", subject="person:p", data=data, at=AT)
    assert "<script>x" not in client.get(reverse("ledger:decisions")).content.decode()


@pytest.mark.parametrize("action", sorted(actions.DECIDING))
def test_sentence_stands_also_without_data(action):
    assert "—" in actions.sentence(Entry(action=action, data={}))


@pytest.mark.parametrize(
    ("subject", "data", "url"),
    [
        ("promotion:12", {"sig": "one"}, "/sigs/one/promotions/12/"),
        ("person:lan-xi", {}, "/people/lan-xi/"),
        ("promotion:12", {}, ""),
        ("promotion:x", {"sig": "one"}, ""),
        ("something:1", {}, ""),
        ("nothing", {}, ""),
    ],
)
def test_url_of_leads_to_the_subject(subject, data, url):
    assert actions.url_of(Entry(subject=subject, data=data)) == url


# ── the administration ────────────────────────────────────────────────────────────────────────
def test_admin_shows_entries_and_changes_none(admin_client, ledger):
    assert admin_client.get(reverse("admin:ledger_entry_changelist")).status_code == 200
    assert admin_client.get(reverse("admin:ledger_entry_change", args=[1])).status_code == 200
    assert admin_client.get(reverse("admin:ledger_entry_add")).status_code == 403
    assert admin_client.post(reverse("admin:ledger_entry_delete", args=[1])).status_code == 403
