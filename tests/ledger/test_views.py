"""The register and the export, and the verifier that the documentation gives away."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from ledger import actions
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


@pytest.mark.parametrize("name", ["ledger:jsonl", "ledger:decisions", "ledger:decisions-csv"])
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


# ── words and addresses ───────────────────────────────────────────────────────────────────────
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
