"""The administration of the members' tables: what the ledger must record cannot be changed past it."""

import pytest
from django.urls import reverse

from tests.factories import PersonFactory, RoleTermFactory

pytestmark = pytest.mark.django_db
TABLES = ["sig", "repository", "person", "charterpage", "chartersource", "roleterm", "contribution",
          "policy", "promotion", "ballot", "leave", "inquiry", "dayoverride"]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_admin_lists_every_table(admin_client, table):
    assert admin_client.get(reverse(f"admin:members_{table}_changelist")).status_code == 200


@pytest.mark.parametrize(
    "table",
    [
        "roleterm",
        "contribution",
        "policy",
        "promotion",
        "ballot",
        "chartersource",
        "leave",
        "inquiry",
    ],
)
def test_admin_adds_no_row_that_the_ledger_would_miss(admin_client, table):
    assert admin_client.get(reverse(f"admin:members_{table}_add")).status_code == 403


def test_admin_changes_and_deletes_no_term(admin_client):
    term = RoleTermFactory()
    for action in ("change", "delete"):
        address = reverse(f"admin:members_roleterm_{action}", args=[term.pk])
        assert admin_client.post(address, {"post": "yes", "role": "maintainer"}).status_code == 403
    term.refresh_from_db()
    assert term.role == "committer"


def test_admin_edits_people_with_their_accounts(admin_client):
    person = PersonFactory()
    page = admin_client.get(reverse("admin:members_person_change", args=[person.pk]))
    assert person.login in page.content.decode()
