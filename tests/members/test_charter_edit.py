"""One person changed in charter files: the rest stays byte for byte, and git takes the patch."""

import subprocess

import pytest

from members.charter import edit_owners, edit_readme, edit_sig_info, owners, patch, sig_info
from members.charter.facts import COMMITTER, MAINTAINER
from members.charter.target import EditRefused, Holding, Target
from tests.members.charter_texts import OWNERS, README, SIG_INFO

MAP = "stars/map"


def target(login="xin-ren", name="Xin Ren", organization="Example", **roles):
    holdings = {
        role: one if isinstance(one, Holding) else Holding(one) for role, one in roles.items()
    }
    return Target(login, name, organization, frozenset({login.lower()}), holdings)


def difference(before, after):
    """Lines taken away and lines added."""
    lines = patch.unified(before, after, "f").split("\n")[3:]
    return [line for line in lines if line[:1] in ("-", "+")]


# ── README ─────────────────────────────────────────────────────────────────────────────────────
def readme_change(one, text=README):
    return difference(text, edit_readme.edit(text, one))


def test_readme_gains_one_line_at_the_end_of_the_list():
    assert readme_change(target(committer="制图")) == ["+* Xin Ren @xin-ren (制图)"]
    assert readme_change(target(committer="")) == ["+* Xin Ren @xin-ren"]


def test_readme_loses_one_line():
    assert readme_change(target("moyan", "Mo Yan")) == ["-* Mo Yan @moyan (训练负责人)"]


def test_readme_moves_a_promoted_person_to_the_other_list():
    assert readme_change(target("MOYAN", "Mo Yan", maintainer="总负责")) == [
        "+* Mo Yan @MOYAN (总负责)",
        "-* Mo Yan @moyan (训练负责人)",
    ]


def test_readme_changes_a_duty_in_place_and_never_for_nothing():
    changed = readme_change(target("moyan", "Mo Yan", committer="数据"))
    assert changed == ["-* Mo Yan @moyan (训练负责人)", "+* Mo Yan @moyan (数据)"]
    assert readme_change(target("moyan", "Mo Yan", committer="")) == []
    bare = README.replace(" (训练负责人)", "")
    assert "+* Mo Yan @moyan (数据)" in readme_change(
        target("moyan", "Mo Yan", committer="数据"), bare
    )


def test_readme_without_a_list_of_contributors_keeps_none():
    assert readme_change(target(contributor="")) == []


def test_readme_gets_the_list_it_lacks_behind_the_one_above():
    text = "## Maintainers\n\n* Lan Xi @Lan-Xi\n\n## 目标\n"
    assert edit_readme.edit(text, target(committer="图")) == (
        "## Maintainers\n\n* Lan Xi @Lan-Xi\n\n## Committers\n\n* Xin Ren @xin-ren (图)\n\n## 目标\n"
    )


@pytest.mark.parametrize(
    ("last", "added"),
    [
        ("- Qiu Shui @qiu", "- Xin Ren @xin-ren (图)"),
        ("2. Qiu Shui @qiu", "3. Xin Ren @xin-ren (图)"),
        ("*  Qiu Shui（推理）", "*  Xin Ren @xin-ren（图）"),
        ("* [Qiu Shui](https://gitee.com/qiu)", "* Xin Ren @xin-ren (图)"),
    ],
)
def test_readme_line_is_written_in_the_hand_of_its_list(last, added):
    text = f"## Committers\n\n{last}\n"
    assert readme_change(target(committer="图"), text) == [f"+{added}"]


def test_readme_person_without_a_login_is_found_by_name():
    text = "## Committers\n\n* Mo  Yan (训练)\n* Qiu Shui\n"
    assert readme_change(target("moyan", "Mo Yan"), text) == ["-* Mo  Yan (训练)"]


def test_readme_name_that_would_read_as_something_else_is_refused():
    with pytest.raises(EditRefused, match="unreadable"):
        edit_readme.edit(README, target(name="Xin: (Ren) @moyan", committer="图"))


def test_duty_with_line_breaks_stays_on_its_line():
    assert readme_change(target(committer="制\n图\n## Maintainers")) == [
        "+* Xin Ren @xin-ren (制 图 ## Maintainers)"
    ]


# ── sig-info.yaml ──────────────────────────────────────────────────────────────────────────────
def sig_info_change(one, text=SIG_INFO):
    return difference(text, edit_sig_info.edit(text, one))


SCOPE = Holding("", (MAP,))


def test_sig_info_gains_an_entry_without_an_address():
    assert sig_info_change(target(committer=SCOPE)) == [
        "+  - gitee_id: xin-ren",
        "+    name: Xin Ren",
    ]
    assert sig_info_change(target(maintainer="")) == [
        "+- gitee_id: xin-ren",
        "+  name: Xin Ren",
        "+  organization: Example",
    ]


def test_sig_info_entry_moves_with_the_address_the_file_has():
    changed = edit_sig_info.edit(SIG_INFO, target("moyan", "Mo Yan", maintainer=""))
    moved = sig_info.parse(changed, "f").facts
    entry = next(one for one in moved.with_role(MAINTAINER) if one.login == "moyan")
    assert (entry.name, entry.email) == ("mo Yan", "mo@example.com")
    assert [one.login for one in moved.with_role(COMMITTER)] == ["qiu_shui"]


def test_sig_info_admin_goes_only_with_the_last_role():
    stays = sig_info_change(target("lan-xi", "Lan Xi", committer=SCOPE))
    assert not [line for line in stays if line.startswith("-  - gitee_id")]
    leaves = sig_info_change(target("lan-xi", "Lan Xi"))
    assert leaves.count("-  - gitee_id: Lan-Xi") == 1
    assert "+maintainers: []" in leaves


def test_sig_info_scope_decides_on_the_groups():
    text = SIG_INFO.replace("branches:", "- repo:\n  - stars/tools\nbranches:")
    one = target(committer=Holding("", ("Stars/Tools",)))
    assert sig_info_change(one, text) == [
        "+  committers:",
        "+  - gitee_id: xin-ren",
        "+    name: Xin Ren",
        "+    organization: Example",
    ]
    assert sig_info_change(
        target("moyan", "Mo Yan", committer=Holding("", ("stars/tools",))), text
    ) == [
        "-  - gitee_id: moyan",
        "-    name: mo Yan",
        "-    email: mo@example.com",
        "+  committers:",
        "+  - gitee_id: moyan",
        "+    name: mo Yan",
        "+    email: mo@example.com",
    ]


def test_sig_info_group_of_two_repositories_is_not_split_silently():
    text = SIG_INFO.replace(
        "  - stars/map\n  repo-admin", "  - stars/map\n  - stars/two\n  repo-admin"
    )
    with pytest.raises(EditRefused, match="shared_group"):
        edit_sig_info.edit(text, target(committer=SCOPE))


def test_sig_info_that_does_not_know_a_repository_of_the_scope_is_refused():
    with pytest.raises(EditRefused, match="unknown_repository"):
        edit_sig_info.edit(SIG_INFO, target(committer=Holding("", (MAP, "stars/new"))))


def test_sig_info_values_are_quoted_where_yaml_needs_it():
    edited = edit_sig_info.edit(SIG_INFO, target("007", "Null: #1\n- x", committer=SCOPE))
    entry = next(one for one in sig_info.parse(edited, "f").facts.people if one.login == "007")
    assert entry.name == "Null: #1 - x"


# ── OWNERS ─────────────────────────────────────────────────────────────────────────────────────
def owners_change(one, text=OWNERS, file="OWNERS"):
    return difference(text, edit_owners.edit(text, one, repository=MAP, file=file))


def test_owners_gain_an_approver_and_keep_the_reviewers():
    assert owners_change(target(committer=SCOPE)) == ["+- xin-ren"]
    assert owners_change(target("qiu_shui", "Qiu Shui", committer=SCOPE)) == ["+- qiu_shui"]
    assert owners_change(target(maintainer="")) == ["+- xin-ren"]


def test_owners_of_another_repository_stay():
    assert owners_change(target(committer=Holding("", ("stars/tools",)))) == []


def test_owners_lose_who_answers_no_more():
    assert owners_change(target("moyan", "Mo Yan", contributor="")) == ["-- moyan"]
    both = OWNERS + "- moyan # 老成员\n"
    assert owners_change(target("MoYan", "Mo Yan"), both) == ["-- moyan", "-- moyan # 老成员"]
    assert owners_change(target("moyan", "Mo Yan", contributor=""), both) == ["-- moyan"]


def test_owners_rights_below_files_go_too():
    text = OWNERS + "files:\n  docs/.*:\n    approvers:\n    - moyan\n    - guest\n"
    assert owners_change(target("moyan", "Mo Yan"), text) == ["-- moyan", "-    - moyan"]


def test_owners_of_a_folder_only_lose():
    assert owners_change(target(committer=SCOPE), file="docs/OWNERS") == []
    assert owners_change(target("moyan", "Mo Yan"), file="docs/OWNERS") == ["-- moyan"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("approvers: [a, 'b']\n", "approvers: [a, 'b', xin-ren]\n"),
        ("approvers: []  # nobody\n", "approvers:  # nobody\n- xin-ren\n"),
        ("approvers:\nreviewers:\n- a\n", "approvers:\n- xin-ren\nreviewers:\n- a\n"),
        ("reviewers:\n  - a", "reviewers:\n  - a\napprovers:\n  - xin-ren"),
        ("approvers:\r\n- a\r\n# end\r\n", "approvers:\r\n- a\r\n- xin-ren\r\n# end\r\n"),
        ("\ufeffapprovers:\n- a # x\n\n\n", "\ufeffapprovers:\n- a # x\n- xin-ren\n\n\n"),
    ],
)
def test_owners_are_changed_in_their_own_layout(text, expected):
    edited = edit_owners.edit(text, target(maintainer=""), repository=MAP)
    assert edited == expected
    owners.parse(edited.lstrip("\ufeff"), "f")


def test_last_approver_leaves_an_empty_list():
    edited = edit_owners.edit("approvers:\n- moyan\n", target("moyan"), repository=MAP)
    assert edited == "approvers: []\n"


@pytest.mark.parametrize("text", ["approvers: [a,\n  b]\n", "approvers:\n-\n  a\n"])
def test_layout_that_lines_cannot_change_is_refused(text):
    with pytest.raises(EditRefused, match="layout"):
        edit_owners.edit(text, target(maintainer=""), repository=MAP)


# ── what holds for all ─────────────────────────────────────────────────────────────────────────
EDITS = [
    (README, edit_readme.edit),
    (SIG_INFO, edit_sig_info.edit),
    (OWNERS, lambda text, one: edit_owners.edit(text, one, repository=MAP)),
]
CHANGES = [
    target(committer=Holding("图", (MAP,))),
    target(maintainer="图"),
    target("moyan", "Mo Yan"),
    target("moyan", "Mo Yan", maintainer="图"),
    target("Lan-Xi", "Lan Xi", contributor=""),
]


@pytest.mark.parametrize(("text", "edit"), EDITS)
@pytest.mark.parametrize("one", CHANGES)
def test_second_edit_changes_nothing(text, edit, one):
    once = edit(text, one)
    assert edit(once, one) == once


@pytest.mark.parametrize("shape", [lambda t: t, lambda t: t.replace("\n", "\r\n"), str.rstrip])
@pytest.mark.parametrize(("text", "edit"), EDITS)
@pytest.mark.parametrize("one", CHANGES)
def test_git_applies_the_patch_to_the_byte(tmp_path, shape, text, edit, one):
    before = shape(text)
    after = edit(before, one)
    file = tmp_path / "sigs" / "star map" / "FILE"
    file.parent.mkdir(parents=True)
    file.write_bytes(before.encode())
    text = patch.unified(before, after, "sigs/star map/FILE")
    if not text:
        assert before == after
        return
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    apply = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(apply, cwd=tmp_path, input=text.encode(), check=True)
    assert file.read_bytes() == after.encode()


def test_patch_of_nothing_is_empty():
    assert patch.unified("a\n", "a\n", "f") == ""
