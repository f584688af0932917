"""Who runs an older release keeps all they have: its rows migrate forward, are found and go on.

In a database of its own, so that the other tests' one stays as they expect it.
"""

import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ledger import register
from ledger.actions import DECIDING
from ledger.models import Entry, RegisterRow
from meetings import agenda
from meetings.models import Meeting, MinutesPassage, MinutesRevision
from members import promotion as promotions
from members.models import Person, Promotion
from reviews.models import Issue, PullRequest

from . import rows

# The rows of the first release (commit 1761241): its sample SIG under invented names, as in March 2026.
PORTAL = json.loads((Path(__file__).parent / "first_release.json").read_text("utf-8"))
MOVED = {"meetings.DayOverride": "members.DayOverride"}
AT = dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC)
SLUG = "lanhai-models"


@pytest.fixture(scope="module", autouse=True)
def _upgraded(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    with django_db_blocker.unblock():
        usual = connection.settings_dict["NAME"]
        own = _create(f"{usual}_upgrade", tmp_path_factory)
        _lead_to(own)
        try:
            rows.load(PORTAL)
            call_command("migrate", verbosity=0)
            yield
        finally:
            _lead_to(usual)
            _remove(own)


def _create(name: str, folders: pytest.TempPathFactory) -> str:
    if connection.vendor == "sqlite":
        return str(folders.mktemp("upgrade") / "portal.sqlite3")
    _remove(name)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
    return name


def _remove(name: str) -> None:
    if connection.vendor == "sqlite":
        Path(name).unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


def _lead_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def counts() -> dict[str, int]:
    every = apps.get_models(include_auto_created=True)
    return {model._meta.label: model._base_manager.count() for model in every}


# ── nothing is lost ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("label", sorted(PORTAL["tables"]))
def test_rows_are_what_they_were(label):
    """Every column of the old table; a column that a later release drops is to be named here."""
    table = PORTAL["tables"][label]
    model = apps.get_model(MOVED.get(label, label))
    stored = model._base_manager.order_by("pk").values_list(*table["columns"])
    assert [[rows.plain(value) for value in row] for row in stored] == table["rows"]


def test_record_is_whole():
    out = io.StringIO()
    call_command("verify_ledger", stdout=out)
    assert f"{len(PORTAL['tables']['ledger.Entry']['rows'])} entries" in out.getvalue()


def test_record_still_refuses_changes():
    with pytest.raises(Exception, match="append-only"):
        Entry.objects.filter(seq=1).update(actor="system")


# ── what came later holds for what was before ─────────────────────────────────────────────────
def test_register_has_every_decision():
    deciding = Entry.objects.filter(action__in=DECIDING).order_by("seq")
    numbered = RegisterRow.objects.order_by("number").values_list("number", "entry_id")
    assert list(numbered) == list(enumerate(deciding.values_list("seq", flat=True), start=1))
    assert numbered
    assert list(register.faults()) == []
    assert not RegisterRow.objects.filter(search_tokens="").exists()


@pytest.mark.parametrize("model", [PullRequest, Issue])
def test_mirrored_rows_can_be_searched(model):
    assert not model.objects.filter(search_text="").exists()
    assert not model.objects.filter(search_tokens="").exists()


def test_answered_issues_know_when():
    assert Issue.objects.filter(answered_at=None).count() < Issue.objects.count()


def test_public_minutes_can_be_searched():
    public = MinutesRevision.objects.filter(state__in=("published", "amended"))
    found = MinutesPassage.objects.exclude(search_tokens="")
    of = public.values_list("meeting_id", flat=True)
    assert set(found.values_list("meeting_id", flat=True)) == set(of) != set()


# ── pages ─────────────────────────────────────────────────────────────────────────────────────
LISTS = (
    *("sig-home", "members:roster", "members:roster-former", "members:charter-list"),
    *("members:drift", "members:policy-list", "members:promotion-list"),
    *("reviews:record-list", "reviews:pulse", "reviews:exceptions", "reviews:issue-list"),
    *("reviews:resolution-list", "reviews:rfc-list"),
    *("meetings:meeting-list", "meetings:series-list", "meetings:decision-list"),
    "meetings:action-list",
)


def pages() -> list[str]:
    """An address for each kind of page, and the page of each meeting and each promotion."""
    pull, issue = PullRequest.objects.latest("number"), Issue.objects.latest("number")
    home = pull.repository
    of = {"owner": home.owner, "name": home.name}
    return [
        *(reverse("home"), f"{reverse('search')}?q=示例", reverse("ledger:decisions")),
        reverse("ledger:decision", kwargs={"number": 1}),
        *(reverse(name, kwargs={"slug": SLUG}) for name in LISTS),
        reverse("members:person-detail", kwargs={"login": "boheng"}),
        reverse("reviews:record-detail", kwargs={**of, "number": pull.number}),
        reverse("reviews:issue-detail", kwargs={**of, "number": issue.number}),
        *(row.get_absolute_url() for row in [*Meeting.objects.all(), *Promotion.objects.all()]),
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_show_the_old_rows(language):
    client = Client()
    with translation.override(language):
        addresses = pages()
    for path in addresses:
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert f'<html lang="{language}"' in answer.content.decode(), path


def test_search_finds_what_the_old_release_mirrored():
    pull = PullRequest.objects.latest("number")
    address = reverse("reviews:record-list", kwargs={"slug": SLUG})
    listed = Client().get(address, {"q": f"{pull.title} {pull.author_login}"})
    assert f'/{pull.number}/"' in listed.content.decode()
    assert f'/{pull.number}/"' not in Client().get(address, {"q": "没有的词"}).content.decode()


def test_everybody_can_still_sign_in():
    """Their users, persons and accounts on the host are still tied together."""
    client = Client()
    client.force_login(Person.objects.get(accounts__login="boheng").user)
    assert client.get(reverse("waiting")).status_code == 200


# ── and it goes on ────────────────────────────────────────────────────────────────────────────
def test_second_migrate_changes_nothing():
    before = counts()
    out = io.StringIO()
    call_command("migrate", stdout=out)
    assert "No migrations to apply" in out.getvalue()
    assert counts() == before
    call_command("migrate", "--check", verbosity=0)


def test_what_was_begun_goes_on():
    """Last: a topic for the planned meeting and an answer to a nomination, both on the record."""
    nominated = Promotion.objects.get(state="nominated")
    before = Entry.objects.count()
    promotions.accept(promotion_id=nominated.pk, by=nominated.person, at=AT)
    planned = Meeting.objects.filter(starts_at__gt=AT).earliest("starts_at")
    agenda.propose(meeting=planned, title="升级之后", by=nominated.person, at=AT)
    assert Entry.objects.count() == before + 2
    assert list(register.faults()) == []
    try:
        call_command("verify_ledger", stdout=io.StringIO())
    except CommandError as fault:
        pytest.fail(str(fault))
