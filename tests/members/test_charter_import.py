"""Importing: the difference in one transaction, nothing on the second run, nothing half-written."""

import datetime as dt
import io
import re

import pytest
from django.core.management import CommandError, call_command

from ledger import chain, reading
from ledger.models import Entry
from members import file_change
from members.charter import owners
from members.charter.files import SourceFile
from members.charter.importing import Reading, import_charter
from members.charter.merge import Source
from members.charter.plan import Given
from members.models import (
    Account,
    CharterPage,
    CharterSource,
    OwnersFile,
    Person,
    Repository,
    RoleTerm,
    Sig,
)
from tests.factories import AccountFactory, RepositoryFactory, RoleTermFactory, SigFactory
from tests.members.charter_cast import AT, approved, charter_cast
from tests.members.charter_texts import OWNERS, README, SIG_INFO

pytestmark = pytest.mark.django_db
TABLES = (Account, CharterPage, CharterSource, Entry, Person, Repository, RoleTerm, Sig)


@pytest.fixture
def files(tmp_path):
    """The three files of the invented SIG; `files.write(name, text)` changes one."""
    return Files(tmp_path)


class Files:
    def __init__(self, folder):
        self.folder = folder
        for name, text in (("README.md", README), ("sig-info.yaml", SIG_INFO), ("OWNERS", OWNERS)):
            self.write(name, text)

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def paths(self, *names):
        return [self.folder / name for name in names or ("README.md", "sig-info.yaml", "OWNERS")]


def run(paths, *options):
    out = io.StringIO()
    call_command("import_charter", *paths, "--on", "2026-03-05", *options, stdout=out)
    return out.getvalue()


def refused(paths, *options):
    before = rows()
    with pytest.raises(CommandError) as error:
        run(paths, *options)
    assert rows() == before
    assert str(error.value).endswith("Nothing was written.")
    return str(error.value)


def rows():
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


def terms():
    found = RoleTerm.objects.prefetch_related("repositories", "person__accounts").order_by("pk")
    return [(t.role, t.person.login, t.duty, [r.path for r in t.repositories.all()]) for t in found]


# ── what an import brings ─────────────────────────────────────────────────────────────────────
def test_import_brings_the_sig_its_people_roles_and_scope(files):
    run(files.paths())
    sig = Sig.objects.get()
    assert (sig.slug, sig.name, sig.mailing_list) == ("star-map", "Star Map", "")
    assert sig.created_on == dt.date(2024, 5, 6)
    assert terms() == [
        ("maintainer", "Lan-Xi", "星图 SIG 负责人", []),
        ("committer", "moyan", "训练负责人", ["stars/map"]),
        ("committer", "qiu_shui", "推理负责人", ["stars/map"]),
    ]
    assert set(RoleTerm.objects.values_list("started_on", flat=True)) == {dt.date(2026, 3, 5)}
    person = Person.objects.get(accounts__login="Lan-Xi")
    assert (person.name, person.organization, person.email) == (
        "Lan Xi",
        "Example",
        "lan@example.com",
    )


def test_import_makes_charter_pages_by_language(files):
    files.write(
        "README_en.md", "# Star Map\n\nHello.\n\n## SIG Leads\n\n* Lan Xi\n\n## Goals\n\nx\n"
    )
    run(files.paths("README.md", "README_en.md", "sig-info.yaml"))
    pages = CharterPage.objects.order_by("language", "position").values_list(
        "language", "title", "slug"
    )
    assert list(pages) == [
        ("en", "Star Map", "readme"),
        ("en", "Goals", "goals"),
        ("zh-hans", "SIG 简介", "sig-简介"),
        ("zh-hans", "目标", "目标"),
        ("zh-hans", "SIG 组织管理", "sig-组织管理"),
    ]


def test_import_prints_changes_differences_and_problems(files):
    out = run(files.paths())
    assert "+ Committer moyan (mo Yan) from 2026-03-05, scope stars/map, 训练负责人" in out
    assert "qiu_shui: committer, but only reviewer in OWNERS of stars/map" in out
    assert "OWNERS is taken as that of stars/map, the only repository known of the SIG" in out
    assert re.search(r"OWNERS:8: reviewers: 'Ye Ming' is a display name", out)


def test_import_twice_changes_nothing(files):
    run(files.paths())
    before = rows()
    assert "Nothing to change." in run(files.paths())
    assert rows() == before


def test_import_of_one_file_after_the_other_ends_the_same(files):
    run(files.paths("sig-info.yaml"))
    run(files.paths("README.md"), "--sig", "star-map")
    run(files.paths("OWNERS"))
    assert terms()[1] == ("committer", "moyan", "训练负责人", ["stars/map"])
    assert "Nothing to change." in run(files.paths())


def test_import_records_each_term_and_the_whole_in_the_ledger(files):
    run(files.paths())
    assert list(Entry.objects.values_list("action", flat=True)) == [
        "role.started", "role.started", "role.started", "sig.imported",
    ]  # fmt: skip
    assert chain.verify(map(reading.as_dict, reading.entries())).fault is None
    assert RoleTerm.objects.first().entry_seq == 1


def test_import_tells_no_address_to_terminal_ledger_or_source(files):
    out = run(files.paths())
    files.write("sig-info.yaml", SIG_INFO.replace("mo@example.com", "mo2@example.com"))
    out += run(files.paths())
    assert Person.objects.get(accounts__login="moyan").email == "mo2@example.com"
    # The text is the file itself, which no page shows: see CharterSource.text.
    sources = CharterSource.objects.values("path", "facts", "sha256")
    public = [out, *map(str, Entry.objects.values()), *map(str, sources)]
    assert not [text for text in public if "@example.com" in text]


def test_dry_run_prints_the_same_and_writes_nothing(files):
    before = rows()
    out = run(files.paths(), "--dry-run")
    assert rows() == before
    assert "Would change:" in out
    assert "+ Committer moyan" in out


def test_import_finds_known_accounts_whatever_the_case(files):
    account = AccountFactory(login="MOYAN", uid="7")
    run(files.paths())
    assert Account.objects.filter(login__iexact="moyan").count() == 1
    assert RoleTerm.objects.filter(person=account.person, role="committer").exists()


# ── a second time, with changes ───────────────────────────────────────────────────────────────
def test_import_changes_duty_and_scope_of_an_open_term(files):
    run(files.paths())
    files.write("README.md", README.replace("训练负责人", "训练与数据负责人"))
    files.write(
        "sig-info.yaml",
        SIG_INFO.replace(
            "  - stars/map\n  repo-admin", "  - stars/map\n  - stars/atlas\n  repo-admin"
        ),
    )
    run(files.paths("README.md", "sig-info.yaml"))
    assert terms()[1] == ("committer", "moyan", "训练与数据负责人", ["stars/atlas", "stars/map"])
    changed = Entry.objects.filter(action="role.changed").first()
    assert (changed.data["duty_before"], changed.data["duty"]) == ("训练负责人", "训练与数据负责人")
    assert changed.data["repositories_before"] == ["gitee:stars/map"]


def test_import_keeps_a_duty_that_the_files_do_not_say(files):
    run(files.paths())
    RoleTerm.objects.filter(person__accounts__login="moyan").update(duty="别的职责")
    files.write("README.md", README.replace(" (训练负责人)", ""))
    run(files.paths())
    assert RoleTerm.objects.get(person__accounts__login="moyan").duty == "别的职责"


def without_qiu_shui(files):
    files.write("README.md", README.replace("* Qiu Shui @qiu_shui (推理负责人)\n", ""))
    cut = "  - gitee_id: qiu_shui\n    name: Qiu Shui\n    email: qiu@example.com\n"
    files.write("sig-info.yaml", SIG_INFO.replace(cut, ""))


def test_import_reports_who_is_no_longer_listed_and_keeps_them(files):
    run(files.paths())
    without_qiu_shui(files)
    out = run(files.paths())
    assert "qiu_shui is Committer here since 2026-03-05, but the files no longer list them" in out
    assert RoleTerm.objects.get(person__accounts__login="qiu_shui").ended_on is None


def test_end_missing_ends_the_term_on_the_day(files):
    run(files.paths())
    without_qiu_shui(files)
    run(files.paths(), "--end-missing", "--on", "2026-04-02")
    assert RoleTerm.objects.get(person__accounts__login="qiu_shui").ended_on == dt.date(2026, 4, 2)
    entry = Entry.objects.get(action="role.ended")
    assert (entry.subject, entry.data["on"]) == ("person:qiu_shui", "2026-04-02")


def test_end_missing_does_not_end_before_the_start(files):
    run(files.paths())
    without_qiu_shui(files)
    out = run(files.paths(), "--end-missing", "--on", "2026-01-01")
    assert "choose a later --on" in out
    assert RoleTerm.objects.get(person__accounts__login="qiu_shui").ended_on is None


def test_end_missing_spares_a_role_of_which_the_files_say_nothing(files):
    run(files.paths())
    sig = Sig.objects.get()
    term = RoleTermFactory(sig=sig, role="contributor", started_on=dt.date(2026, 1, 1))
    run(files.paths(), "--end-missing")
    term.refresh_from_db()
    assert term.ended_on is None


def test_import_does_not_restart_what_ended_here_unless_asked(files):
    run(files.paths())
    RoleTerm.objects.filter(person__accounts__login="moyan").update(ended_on="2026-03-20")
    out = run(files.paths(), "--on", "2026-04-02")
    assert "moyan is listed as Committer, but that term ended on 2026-03-20" in out
    assert RoleTerm.objects.filter(person__accounts__login="moyan").count() == 1
    run(files.paths(), "--on", "2026-04-02", "--restart-ended")
    assert RoleTerm.objects.filter(person__accounts__login="moyan", ended_on=None).count() == 1


def test_import_replaces_and_removes_pages(files):
    run(files.paths())
    files.write(
        "README.md",
        README.replace("1. 稳定", "1. 快速").replace("## SIG 组织管理", "### 从前的一节"),
    )
    run(files.paths("README.md", "sig-info.yaml"))
    assert [p.title for p in CharterPage.objects.all()] == ["SIG 简介", "目标"]
    assert "快速" in CharterPage.objects.get(title="目标").body


def test_repository_of_another_sig_stays_there_and_is_said(files):
    other = RepositoryFactory(owner="stars", name="map", sig=SigFactory(slug="other"))
    out = run(files.paths("README.md", "sig-info.yaml"))
    assert "gitee:stars/map belongs to the SIG other and stays there" in out
    other.refresh_from_db()
    assert other.sig.slug == "other"
    assert terms()[1][3] == ["stars/map"]


# ── which SIG, which repository ───────────────────────────────────────────────────────────────
def test_owners_asks_for_the_repository_when_several_are_known(files):
    files.write(
        "sig-info.yaml",
        SIG_INFO.replace(
            "  - stars/map\n  repo-admin", "  - stars/map\n  - stars/atlas\n  repo-admin"
        ),
    )
    told = refused(files.paths())
    assert (
        "which repository is it of? --repo HOST:OWNER/NAME (known: stars/atlas, stars/map)" in told
    )
    run(files.paths(), "--repo", "gitee:Stars/Map")
    assert CharterSource.objects.get(kind="owners").repository == "stars/map"


def test_unknown_repository_is_refused(files):
    assert "no repository of this SIG (known: stars/map)" in refused(
        files.paths(), "--repo", "gitee:a/b"
    )


def test_misspelt_repository_is_refused(files):
    with pytest.raises(CommandError, match="HOST:OWNER/NAME was expected"):
        run(files.paths(), "--repo", "stars")


def test_readme_alone_asks_for_the_sig(files):
    assert "name it with --sig SLUG" in refused(files.paths("README.md"))
    run(files.paths("README.md"), "--sig", "star-map")
    assert Sig.objects.get().slug == "star-map"
    assert len(terms()) == 3


def test_name_without_letters_for_an_address_asks_for_one(files):
    files.write("sig-info.yaml", SIG_INFO.replace("name: Star Map", "name: 星图"))
    assert "choose one with --sig SLUG" in refused(files.paths("sig-info.yaml"))
    run(files.paths("sig-info.yaml"), "--sig", "xing-tu")
    assert "Nothing to change." in run(files.paths("sig-info.yaml"))


def test_malformed_slug_is_refused(files):
    assert "small letters" in refused(files.paths(), "--sig", "Star Map")


def test_two_files_of_a_kind_are_refused(files):
    other = files.write("README_zh.md", README)
    assert "a second readme beside" in refused([*files.paths(), other])
    assert "a second owners beside" in refused(files.paths("OWNERS", "OWNERS"))


def test_as_says_what_a_file_of_another_name_is(files):
    path = files.write("people.txt", SIG_INFO)
    assert "--as KIND" in refused([path])
    run([path], "--as", "sig-info")
    assert len(terms()) == 3


# ── what cannot be used ───────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("sig-info.yaml", "name: [", r"sig-info\.yaml:1: broken YAML"),
        ("README.md", "# Hello\n", r"README\.md: no list of people"),
        ("OWNERS", b"x" * 5_000_000, r"OWNERS: larger than 1,048,576 bytes"),
        ("README.md", README.encode("gbk"), r"README\.md:1: not UTF-8 at byte 7 .*reads as GBK"),
        ("OWNERS", b"approvers:\n- a\0\n", r"OWNERS:2: a NUL character"),
    ],
)
def test_bad_file_is_named_and_nothing_written(files, name, content, told):
    files.write(name, content)
    assert re.search(told, refused(files.paths()))


def test_failure_half_way_leaves_nothing(files, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("members.charter.importing._apply_pages", fail)
    before = rows()
    with pytest.raises(RuntimeError):
        run(files.paths())
    assert rows() == before


# ── and out again ─────────────────────────────────────────────────────────────────────────────
def export(*args):
    out = io.StringIO()
    call_command("export_charter", *args, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["sig-info", "readme"])
def test_export_of_an_import_says_the_same(files, kind):
    from members.charter.importing import PARSERS

    run(files.paths())
    given = {"sig-info": SIG_INFO, "readme": README.replace("Mo Yan", "mo Yan")}[kind]
    exported = PARSERS[kind](export("star-map", "--format", kind), "export").facts
    assert exported.normalised() == PARSERS[kind](given, "given").facts.normalised()


@pytest.mark.parametrize("kind", ["sig-info", "readme", "owners"])
def test_export_is_the_same_bytes_every_time_and_imports_without_change(files, kind):
    run(files.paths("README.md", "sig-info.yaml"))
    first = export("star-map", "--format", kind)
    assert export("star-map", "--format", kind) == first
    path = files.write(
        {"sig-info": "sig-info.yaml", "readme": "README.md", "owners": "OWNERS"}[kind], first
    )
    out = run([path], "--sig", "star-map")
    assert [line for line in out.split("\n") if line.startswith(("  +", "  ~", "  -"))] == [
        f"  {'+' if kind == 'owners' else '~'} record of {path.name}"
    ]


def test_export_without_email_leaves_addresses_of_members_out(files):
    run(files.paths("sig-info.yaml"))
    assert "mo@example.com" in export("star-map", "--format", "sig-info")
    assert "mo@example.com" not in export("star-map", "--format", "sig-info", "--without-email")


def test_export_of_owners_lists_who_may_approve(files):
    run(files.paths("README.md", "sig-info.yaml"))
    assert export("star-map", "--format", "owners") == (
        "approvers:\n- Lan-Xi\n- moyan\n- qiu_shui\nreviewers:\n- Lan-Xi\n- moyan\n- qiu_shui\n"
    )


def test_export_refuses_what_it_does_not_know(files):
    with pytest.raises(CommandError, match="no SIG nothing here; known: none"):
        export("nothing", "--format", "readme")
    SigFactory(slug="bare")
    with pytest.raises(CommandError, match="which repository"):
        export("bare", "--format", "owners")


# ── the files themselves, and where they live ─────────────────────────────────────────────────
def test_import_keeps_the_files_as_they_are(files):
    text = b"\xef\xbb\xbf" + SIG_INFO.replace("\n", "\r\n").encode()
    files.write("sig-info.yaml", text)
    run(files.paths())
    assert CharterSource.objects.get(kind="sig-info").text.encode() == text
    assert "Nothing to change." in run(files.paths())


def test_home_of_the_files_is_kept_and_stays_until_another_is_told(files):
    run(files.paths(), "--home", "gitee:stars/community:sigs/map/")
    run(files.paths())
    sig = Sig.objects.get()
    assert (sig.charter_repository, sig.charter_folder) == ("gitee:stars/community", "sigs/map")


@pytest.mark.parametrize("home", ["stars/community", "gitee:stars", "gitee:stars/community:../x"])
def test_home_that_is_none_is_refused(files, home):
    with pytest.raises(CommandError):
        run(files.paths(), "--home", home)
    assert not Sig.objects.exists()


def test_owners_of_a_folder_stand_beside_those_of_the_root(files):
    run(files.paths())
    files.write("OWNERS", "approvers:\n- writer\n")
    run(files.paths("OWNERS"), "--sig", "star-map", "--path", "docs/OWNERS")
    kept = CharterSource.objects.filter(kind="owners").values_list("path", flat=True)
    assert list(kept) == ["OWNERS", "docs/OWNERS"]
    root, folder = (OwnersFile.objects.get(path=path) for path in ("OWNERS", "docs/OWNERS"))
    assert folder.approvers == ["writer"]
    assert "moyan" in root.approvers


def test_rights_for_some_paths_are_rights_for_no_other(files):
    files.write("OWNERS", OWNERS + "files:\n  docs/.*:\n    approvers:\n    - writer\n")
    run(files.paths())
    assert "writer" not in OwnersFile.objects.get().approvers


def test_import_holds_open_changes_against_the_new_files():
    cast = charter_cast()
    promotion = approved(cast)
    file_change.make(promotion_id=promotion.pk, at=AT)
    reading = Reading((given(OWNERS.replace("approvers:\n", "approvers:\n- candidate\n")),), ())
    import_charter(reading, slug=cast.sig.slug, repository="stars/map", at=AT)
    assert promotion.file_changes.get(path="OWNERS").state == "merged"


def given(text):
    file = SourceFile("OWNERS", "owners", text, "0" * 64, text)
    return Given(file, Source("owners", "OWNERS", owners.parse(text, "OWNERS").facts))


def test_export_tells_no_address_the_files_do_not_have(files):
    run(files.paths("README.md", "sig-info.yaml"))
    Person.objects.filter(accounts__login="qiu_shui").update(email="private@example.com")
    told = export("star-map", "--format", "sig-info")
    assert "mo@example.com" in told
    assert "private@example.com" not in told
