"""OWNERS of a clone's past: each version from the day it came in; faults are told, never fatal."""

import datetime as dt

import pytest
from django.core.management import call_command

from members.models import OwnersFile
from reviews.backfill.clone import Clone
from reviews.backfill.owners import owners_history
from reviews.outcome import settle_pulls
from tests.factories import CommentFactory, PullRequestFactory
from tests.reviews.clones import History, git
from tests.reviews.conftest import NAME, at

ONE = "approvers:\n- hua\nreviewers:\n- liu\n"
TWO = "approvers:\n- hua\n- wang\nreviewers:\n- liu\n"


@pytest.fixture
def history():
    return History()


def listed(folder):
    clone = Clone(folder)
    return owners_history(clone, clone.resolve("HEAD"))


def stored():
    return list(OwnersFile.objects.values_list("path", "valid_from", "approvers", "reviewers"))


def backfill(folder, **more):
    call_command("backfill", NAME, git=folder, **more)


def test_every_version_holds_from_the_day_it_came_in(repository, history, tmp_path):
    history.commit("a", at(0), files={"OWNERS": ONE})
    history.commit("b", at(10), files={"docs/OWNERS": TWO, "src/MYOWNERS": TWO})
    history.commit("c", at(20), files={"OWNERS": TWO})
    history.commit("d", at(30), files={"OWNERS": None})
    backfill(history.write(tmp_path / "clone"))
    assert stored() == [
        ("OWNERS", at(0), ["hua"], ["liu"]),
        ("OWNERS", at(20), ["hua", "wang"], ["liu"]),
        ("OWNERS", at(30), [], []),
        ("docs/OWNERS", at(10), ["hua", "wang"], ["liu"]),
    ]
    shas = OwnersFile.objects.values_list("sha", flat=True)
    assert {len(sha) for sha in shas} == {40}


def test_run_again_stores_nothing(repository, history, tmp_path, capsys):
    for minute, text in enumerate((ONE, TWO, ONE, TWO)):
        # Two of one second: only the last was ever in force.
        history.commit("a", at(minute // 2), files={"OWNERS": text})
    folder = history.write(tmp_path / "clone")
    backfill(folder)
    before = list(OwnersFile.objects.values())
    assert [row["valid_from"] for row in before] == [at(0)]
    capsys.readouterr()
    backfill(folder)
    assert "0 of 2 OWNERS versions stored" in capsys.readouterr().out
    assert list(OwnersFile.objects.values()) == before


def test_dry_run_stores_nothing(repository, history, tmp_path, capsys):
    history.commit("a", at(0), files={"OWNERS": ONE})
    backfill(history.write(tmp_path / "clone"), dry_run=True)
    assert "1 of 1 OWNERS versions stored" in capsys.readouterr().out
    assert not stored()


def test_what_was_judged_before_is_judged_again_by_the_owners_of_its_day(
    repository, history, tmp_path
):
    """An approve by someone who stood in no OWNERS file on that day does not count any more."""
    early, late = (
        PullRequestFactory(repository=repository, state="merged", merged_at=at(minute))
        for minute in (-10, 100)
    )
    for pull in (early, late):
        said_at = pull.merged_at - dt.timedelta(minutes=1)
        who = {"author__login": f"chen-{pull.number}", "created_at": said_at}
        CommentFactory(on=pull, body="/approve", **who)
    settle_pulls(repository, [early.number, late.number])
    history.commit("a", at(0), files={"OWNERS": ONE})
    backfill(history.write(tmp_path / "clone"))
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.approve_count, late.approve_count) == (1, 0)


def test_a_change_counts_from_its_merge_not_from_its_writing(history, tmp_path):
    history.commit("a", at(0), files={"OWNERS": ONE})
    side = history.commit("b", at(5), parents=[1], files={"OWNERS": TWO}, branch="side")
    history.commit("c", at(10), files={"x": "x"})
    history.commit("!1 b", at(50), parents=[history.head, side], files={"OWNERS": TWO})
    found, remarks = listed(history.write(tmp_path / "clone"))
    assert [one.version.at for one in found] == [at(0), at(50)]
    assert not remarks


def test_a_clock_that_goes_back_does_not_turn_the_order(history, tmp_path):
    history.commit("a", at(10), files={"OWNERS": ONE})
    history.commit("b", at(5), files={"OWNERS": TWO})
    history.commit("c", at(20), files={"OWNERS": ONE})
    found, _remarks = listed(history.write(tmp_path / "clone"))
    assert [(one.version.at, len(one.approvers)) for one in found] == [(at(10), 2), (at(20), 1)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("approvers: [hua\n", "broken YAML"),
        ("- hua\n", "not a mapping"),
        ("", "empty"),
        ("approvers: &a [hua]\nreviewers: *a\n", "anchors"),
        (b"approvers:\n- \xff\xfe\x00", "control character"),
        ("approvers:\n- hua\n" + "# x\n" * 300_000, "too large"),
    ],
)
def test_a_version_that_cannot_be_read_is_told_and_the_one_before_goes_on(
    text, words, history, tmp_path
):
    history.commit("a", at(0), files={"OWNERS": ONE})
    history.commit("b", at(10), files={"OWNERS": text})
    history.commit("c", at(20), files={"OWNERS": TWO})
    found, remarks = listed(history.write(tmp_path / "clone"))
    assert [one.version.at for one in found] == [at(0), at(20)]
    [remark] = remarks
    assert words in remark.text
    assert len(remark.sha) == 40
    assert "OWNERS" in remark.text


def test_a_display_name_is_told_with_its_line_and_has_no_rights(history, tmp_path):
    history.commit("a", at(0), files={"OWNERS": "approvers:\n- hua\n- Li Hua\n"})
    [one], [remark] = listed(history.write(tmp_path / "clone"))
    assert one.approvers == ("hua",)
    assert "OWNERS:3" in remark.text


def test_odd_paths_are_read_as_they_are(history, tmp_path):
    history.commit("a", at(0), files={"文 档/OWNERS": ONE})
    [one], _remarks = listed(history.write(tmp_path / "clone"))
    assert one.version.path == "文 档/OWNERS"


def test_a_link_is_not_followed(two_links):
    found, [remark] = listed(two_links)
    assert not found
    assert "a link" in remark.text


@pytest.fixture
def two_links(history, tmp_path):
    history.commit("a", at(0), files={"x": "x"})
    folder = history.write(tmp_path / "clone")
    git(tmp_path, "clone", "-q", str(folder), "files")
    (tmp_path / "files" / "OWNERS").symlink_to("/etc/passwd")
    git(tmp_path / "files", "add", "OWNERS")
    who = ("-c", "user.name=hua", "-c", "user.email=hua@example.test")
    git(tmp_path / "files", *who, "commit", "-qm", "link")
    return tmp_path / "files"
