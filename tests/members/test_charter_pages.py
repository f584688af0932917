"""Charter pages in both languages, and the drift of files and roster in words."""

import datetime as dt

import pytest
from django.urls import reverse

from members.charter.importing import import_charter, read_files
from members.models import CharterPage, RoleTerm
from tests.factories import RoleTermFactory, SigFactory
from tests.members.charter_texts import OWNERS, README, SIG_INFO

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 5, 4, 0, tzinfo=dt.UTC)
ENGLISH = "# Star Map\n\nHello.\n\n## Maintainers\n\n* Lan Xi @Lan-Xi\n\n## Goals\n\n**Bold**\n\n<script>x</script>\n"


@pytest.fixture
def sig(tmp_path):
    """The invented SIG, imported with all four files."""
    texts = {
        "README.md": README,
        "README_en.md": ENGLISH,
        "sig-info.yaml": SIG_INFO,
        "OWNERS": OWNERS,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    reading = read_files([tmp_path / name for name in texts], kind=None, max_bytes=10_000)
    import_charter(reading, at=AT)
    from members.models import Sig

    return Sig.objects.get()


def page_of(client, name, *args, prefix=""):
    return client.get(prefix + reverse(f"members:{name}", args=args))


# ── sections ──────────────────────────────────────────────────────────────────────────────────
def test_charter_list_shows_the_sections_of_the_language(client, sig):
    chinese = page_of(client, "charter-list", sig.slug)
    assert [p.title for p in chinese.context["pages"]] == ["SIG 简介", "目标", "SIG 组织管理"]
    english = page_of(client, "charter-list", sig.slug, prefix="/en")
    assert [p.title for p in english.context["pages"]] == ["Star Map", "Goals"]


def test_charter_list_shows_the_other_language_rather_than_nothing(client, sig):
    CharterPage.objects.filter(language="en").delete()
    english = page_of(client, "charter-list", sig.slug, prefix="/en")
    assert [p.title for p in english.context["pages"]] == ["SIG 简介", "目标", "SIG 组织管理"]


def test_charter_detail_renders_markdown_safely(client, sig):
    page = page_of(client, "charter-detail", sig.slug, "goals", prefix="/en").content.decode()
    assert "<strong>Bold</strong>" in page
    assert "<script>x" not in page


def test_charter_detail_of_the_other_language_says_so(client, sig):
    page = page_of(client, "charter-detail", sig.slug, "goals")
    assert page.status_code == 200
    assert "没有当前语言的版本" in page.content.decode()


def test_charter_detail_takes_the_language_of_the_page_where_both_have_the_address(client, sig):
    CharterPage.objects.filter(title="目标").update(slug="goals")
    assert page_of(client, "charter-detail", sig.slug, "goals").context["page"].title == "目标"
    english = page_of(client, "charter-detail", sig.slug, "goals", prefix="/en")
    assert english.context["page"].title == "Goals"


def test_unknown_section_is_not_found(client, sig):
    assert page_of(client, "charter-detail", sig.slug, "nothing").status_code == 404


def test_charter_of_a_new_sig_says_what_to_do(client):
    bare = SigFactory()
    assert "import_charter" in page_of(client, "charter-list", bare.slug).content.decode()
    assert "import_charter" in page_of(client, "drift", bare.slug).content.decode()


# ── drift ─────────────────────────────────────────────────────────────────────────────────────
def drift(client, sig):
    return page_of(client, "drift", sig.slug).context["drift"]


def row(client, sig, login):
    found = next(row for row in drift(client, sig).rows if row.login == login)
    return {cell.title: cell.text for cell in found.cells}, found.agrees


def test_drift_sets_files_and_roster_side_by_side(client, sig):
    cells, agrees = row(client, sig, "moyan")
    assert cells == {
        "sig-info.yaml": "Committer",
        "README.md": "Committer",
        "README_en.md": "",
        "OWNERS (stars/map)": "approver",
        "今天的名册": "Committer",
    }
    assert agrees


def test_drift_expects_no_role_of_a_mentor_but_one_of_an_approver(client, sig):
    assert row(client, sig, "gu-feng")[1]
    assert not row(client, sig, "stranger")[1]


def test_drift_says_in_words_what_differs(client, sig):
    sentences = drift(client, sig).sentences
    assert (
        "qiu_shui 是 Committer，但在 stars/map 的 OWNERS 中只是 reviewer，不是 approver。"
        in sentences
    )
    assert (
        "stranger 是 stars/map 的 OWNERS 中的 approver，README 和 sig-info.yaml 都没有列出。"
        in sentences
    )
    assert not [s for s in sentences if "名册" in s]


def test_drift_tells_who_left_the_roster_since(client, sig):
    RoleTerm.objects.filter(person__accounts__login="moyan").update(ended_on=dt.date(2026, 3, 6))
    assert "moyan 在章程文件中是 Committer，在今天的名册中不是。" in drift(client, sig).sentences
    assert not row(client, sig, "moyan")[1]


def test_drift_tells_who_came_to_the_roster_since(client, sig):
    term = RoleTermFactory(sig=sig, role="committer")
    login = term.person.login
    assert f"{login} 在今天的名册中是 Committer，在章程文件中不是。" in drift(client, sig).sentences
    assert not row(client, sig, login)[1]


def test_drift_is_silent_about_a_role_of_which_the_files_say_nothing(client, sig):
    term = RoleTermFactory(sig=sig, role="contributor")
    assert not [s for s in drift(client, sig).sentences if "名册" in s]
    assert row(client, sig, term.person.login)[1]


def test_drift_shows_no_address(client, sig):
    assert "@example.com" not in page_of(client, "drift", sig.slug).content.decode()


def test_drift_asks_as_much_for_four_people_as_for_one_more(client, sig, django_assert_num_queries):
    # SIG, sources, OWNERS, terms, scopes, accounts, whose logins these are (two), reviews (two)
    for _ in range(2):
        with django_assert_num_queries(10):
            page_of(client, "drift", sig.slug)
        RoleTermFactory(sig=sig)


@pytest.mark.parametrize("name", ["charter-list", "drift"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_charter_pages_answer_in_english_too(client, sig, name, method):
    address = "/en" + reverse(f"members:{name}", args=[sig.slug])
    assert getattr(client, method)(address).status_code == 200
