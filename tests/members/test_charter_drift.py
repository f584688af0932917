"""Who is where since when: the matrix of files, OWNERS, roster and reviews, and what can be done."""

import datetime as dt
import subprocess

import pytest
from django.urls import reverse

from members.charter.drift import drift
from members.charter.facts import OWNERS
from members.models import Contribution, FormerLogin, RoleTerm
from members.owners import note_owners
from tests.factories import AccountFactory, ContributionFactory, PersonFactory, RoleTermFactory
from tests.members import charter_texts
from tests.members.cast import user_of
from tests.members.charter_cast import FOLDER, TEXTS, charter_cast, keep_source

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 10)


@pytest.fixture
def cast():
    return charter_cast()


def row(cast, login):
    return next(one for one in drift(cast.sig, ON).rows if one.login.lower() == login.lower())


def cell(cast, login, title):
    return next(one for one in row(cast, login).cells if one.title.startswith(title))


def owners(cast, day, approvers=(), reviewers=(), path="OWNERS"):
    at = dt.datetime.combine(day, dt.time(4), dt.UTC)
    note_owners(cast.repository, path, approvers=approvers, reviewers=reviewers, valid_from=at)


def labels(row):
    return [label for label, _url in row.actions]


# ── since when ─────────────────────────────────────────────────────────────────────────────────
def test_right_counts_from_the_version_that_gave_it(cast):
    owners(cast, dt.date(2024, 1, 1), ["Lan-Xi"])
    owners(cast, dt.date(2025, 1, 1), ["Lan-Xi", "moyan"])
    owners(cast, dt.date(2026, 1, 1), ["lan-xi", "moyan", "new"])
    since = {login: cell(cast, login, "OWNERS").since for login in ("lan-xi", "moyan", "new")}
    assert since == {
        "lan-xi": dt.date(2024, 1, 1),
        "moyan": dt.date(2025, 1, 1),
        "new": dt.date(2026, 1, 1),
    }


def test_right_that_was_away_counts_from_its_return(cast):
    for day, names in ((1, ["moyan"]), (2, ["other"]), (3, ["moyan"])):
        owners(cast, dt.date(2025, day, 1), names)
    assert cell(cast, "moyan", "OWNERS").since == dt.date(2025, 3, 1)


def test_role_counts_from_its_term_and_a_file_from_its_import(cast):
    term = RoleTermFactory(sig=cast.sig, role="committer", started_on=dt.date(2025, 5, 6))
    term.person.accounts.update(login="moyan")
    assert cell(cast, "moyan", "今天的名册").since == dt.date(2025, 5, 6)
    of_file = cell(cast, "moyan", "README.md")
    assert (of_file.since, of_file.is_import) == (dt.date(2026, 3, 9), True)


# ── where ──────────────────────────────────────────────────────────────────────────────────────
def test_history_of_owners_goes_before_an_older_import(cast):
    owners(cast, dt.date(2026, 3, 1), ["Lan-Xi"])
    assert cell(cast, "moyan", "OWNERS").text == ""


def test_owners_of_a_folder_are_a_column_of_their_own(cast):
    owners(cast, dt.date(2026, 3, 1), ["writer"], path="docs/OWNERS")
    assert cell(cast, "writer", "docs/OWNERS").text == "approver"
    found = row(cast, "writer")
    assert not found.agrees
    assert "stars/map/docs 的 OWNERS" in found.sentences[0]
    of_moyan = row(cast, "moyan").sentences
    assert not [one for one in of_moyan if "docs" in one], "nobody has to be in a folder's file"


def test_rights_for_some_paths_say_for_which(cast):
    text = charter_texts.OWNERS + "files:\n  docs/.*:\n    approvers:\n    - writer\n    - moyan\n"
    keep_source(cast.sig, OWNERS, "OWNERS", text, "stars/map")
    assert cell(cast, "writer", "OWNERS").text == "approver（仅 docs/.*）"
    assert cell(cast, "moyan", "OWNERS").text == "approver、approver（仅 docs/.*）"
    assert not row(cast, "writer").agrees


def test_former_login_of_a_file_is_the_person_of_the_roster(cast):
    term = RoleTermFactory(sig=cast.sig, role="committer")
    account = term.person.accounts.get()
    FormerLogin.objects.create(account=account, login="moyan")
    found = row(cast, account.login)
    assert found.cells[0].text == "Committer"
    assert found.cells[-1].text == "Committer"


def test_second_account_of_a_person_is_no_second_row(cast):
    term = RoleTermFactory(sig=cast.sig, role="committer")
    term.person.accounts.update(login="moyan-new")
    AccountFactory(person=term.person, login="moyan")
    assert len([one for one in drift(cast.sig, ON).rows if "moyan" in one.login]) == 1


# ── reviews ────────────────────────────────────────────────────────────────────────────────────
def reviewed(cast, person, count, *, first=0, at=dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)):
    for number in range(first, first + count):
        ContributionFactory(
            person=person,
            sig=cast.sig,
            kind=Contribution.Kind.PULL_REVIEWED,
            at=at,
            url=f"/pulls/{number}/",
        )


def test_who_reviews_much_and_is_listed_nowhere_has_a_row(cast):
    unknown, known = PersonFactory(account__login="unknown"), PersonFactory(account__login="moyan")
    reviewed(cast, unknown, 6)
    reviewed(cast, known, 12)
    found = row(cast, "unknown")
    assert (found.reviews.count, found.reviews.total, found.agrees) == (6, 12, False)
    assert "评审了 6 个拉取请求（占已评审的 50%）" in found.sentences[0]
    assert labels(found) == ["提名"]
    assert row(cast, "moyan").reviews.count == 12
    assert found.sentences[0] in drift(cast.sig, ON).sentences


@pytest.mark.parametrize(
    ("own", "all_", "at"),
    [
        (4, 10, dt.datetime(2026, 3, 2, tzinfo=dt.UTC)),
        (6, 61, dt.datetime(2026, 3, 2, tzinfo=dt.UTC)),
        (6, 6, dt.datetime(2025, 3, 2, tzinfo=dt.UTC)),
        (6, 6, dt.datetime(2026, 3, 11, tzinfo=dt.UTC)),
    ],
)
def test_few_small_share_or_long_ago_is_no_reason(cast, own, all_, at):
    reviewed(cast, PersonFactory(account__login="unknown"), own, at=at)
    reviewed(cast, PersonFactory(account__login="moyan"), all_, at=at)
    assert not [one for one in drift(cast.sig, ON).rows if one.login == "unknown"]


# ── what to do ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("login", "wanted"),
    [
        ("stranger", ["提名", "按名册改文件的补丁"]),
        ("guest", ["提名", "按名册改文件的补丁"]),
        ("moyan", ["按名册改文件的补丁", "核对是否同一人"]),
        ("", ["核对是否同一人"]),
    ],
)
def test_each_kind_of_difference_says_what_helps(cast, login, wanted):
    assert labels(row(cast, login)) == wanted


def test_committer_who_may_not_approve_does_not_agree(cast):
    term = RoleTermFactory(sig=cast.sig, role="committer")
    term.person.accounts.update(login="qiu_shui")
    assert not row(cast, "qiu_shui").agrees


# ── the patch of the roster ────────────────────────────────────────────────────────────────────
def url(cast, login, *more):
    name = "drift-patch" if more else "drift-person"
    return reverse(f"members:{name}", args=[cast.sig.slug, login, *more])


def test_roster_is_carried_into_the_files(client, cast, tmp_path):
    term = RoleTerm.objects.get(person=cast.committer)
    term.repositories.add(cast.repository)
    client.force_login(user_of(cast.maintainers[0]))
    shown = client.get(url(cast, "committer")).content.decode()
    assert "+* Committer @committer" in shown
    assert "+- committer" in shown
    for path, text in TEXTS.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    patch = client.get(url(cast, "committer", 0)).content
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True)
    assert "@committer" in (tmp_path / FOLDER / "README.md").read_text()


def test_login_nobody_knows_loses_its_rights(client, cast):
    shown = client.get(url(cast, "stranger-to-all")).content.decode()
    assert "没有需要改动的文件" in shown
    cast.stranger.accounts.all().delete()
    shown = client.get(url(cast, "stranger"))
    assert "-- stranger" in shown.content.decode()
    assert "门户不认识这个账号" in shown.content.decode()


def test_addresses_are_for_maintainers(client, cast):
    term = RoleTerm.objects.get(person=cast.committer)
    term.repositories.add(cast.repository)
    assert "@example.com" not in client.get(url(cast, "committer")).content.decode()
    assert client.get(url(cast, "committer", 0)).status_code == 403
    assert client.get(url(cast, "committer", cast.repository.pk)).status_code == 200
    assert client.get(url(cast, "committer", 999)).status_code == 404


def test_patch_page_answers_in_english_too(client, cast):
    assert client.get("/en" + url(cast, "committer")).status_code == 200
