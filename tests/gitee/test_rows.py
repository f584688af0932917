from copy import deepcopy
from datetime import UTC, datetime

import pytest

from gitee import rows
from gitee.errors import MalformedRow
from gitee.rows import UserRow

ANN = {"id": 11, "login": "ann", "name": "安", "type": "User"}
PULL = {
    "id": 4001,
    "number": 7,
    "state": "merged",
    "title": "「示例」修复",
    "body": "第一行\r\n第二行",
    "user": ANN,
    "assignees": [{"id": 12, "login": "bo", "name": "Bo", "accept": True}],
    "labels": [{"id": 1, "name": "approved"}, {"id": 2, "name": "kind/bug"}],
    "milestone": {"number": 3, "title": "v1"},
    "created_at": "2026-01-31T23:30:00+08:00",
    "updated_at": "2026-02-01T08:00:00+00:00",
    "closed_at": "2026-02-01T16:00:01+08:00",
    "merged_at": "2026-02-01T16:00:01+08:00",
    "html_url": "https://host.example/o/r/pulls/7",
    "head": {"label": "fix", "ref": "fix", "sha": "a" * 40, "repo": {"full_name": "ann/r"}},
    "base": {"label": "master", "ref": "master", "sha": "b" * 40, "repo": {"full_name": "o/r"}},
}
ISSUE = {
    "id": 7001,
    "number": "I4CE7W",
    "state": "progressing",
    "title": "「示例」问题",
    "body": None,
    "user": ANN,
    "assignee": None,
    "labels": [],
    "security_hole": True,
    "created_at": "2026-01-01T00:00:00+08:00",
    "updated_at": "2026-01-02T00:00:00+08:00",
    "finished_at": None,
    "html_url": "https://host.example/o/r/issues/I4CE7W",
    "scheduled_time": 0.0,
}
PULL_COMMENT = {
    "id": 6001,
    "body": "/lgtm\r\n",
    "user": ANN,
    "path": None,
    "created_at": "2026-01-01T00:00:00+08:00",
    "updated_at": "2026-01-01T00:00:00+08:00",
    "html_url": "https://host.example/o/r/pulls/7#note_6001",
    "pull_request_url": "https://host.example/api/v5/repos/o/r/pulls/7",
}
NOTE = {
    "id": 6002,
    "body": "收到",
    "user": ANN,
    "source": None,
    "target": {"issue": {"id": 7001, "number": "I4CE7W", "title": "t"}, "pull_request": None},
    "created_at": "2026-01-01T00:00:00+08:00",
    "updated_at": "2026-01-01T00:00:00+08:00",
}
LOG = {
    "id": 9,
    "action_type": "merged_pr",
    "content": "合并了 Pull Request",
    "user": ANN,
    "created_at": "2026-01-01T00:00:00+08:00",
}
REPOSITORY = {
    "id": 5,
    "full_name": "o/r",
    "html_url": "https://host.example/o/r.git",
    "description": None,
    "private": False,
    "default_branch": "master",
    "created_at": "2026-01-01T00:00:00+08:00",
    "updated_at": None,
}


def changed(data, path, value):
    """A copy with one field, named `a.b`, set; `...` removes it."""
    copy = deepcopy(data)
    *parents, last = path.split(".")
    place = copy
    for name in parents:
        place = place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return copy


def test_pull_is_read_whole():
    assert rows.parse_pull(PULL) == rows.PullRow(
        remote_id=4001,
        number=7,
        state="merged",
        title="「示例」修复",
        body="第一行\r\n第二行",
        author=UserRow(11, "ann", "安"),
        labels=("approved", "kind/bug"),
        head_ref="fix",
        head_repo="ann/r",
        head_sha="a" * 40,
        base_ref="master",
        draft=False,
        created_at=datetime(2026, 1, 31, 15, 30, tzinfo=UTC),
        updated_at=datetime(2026, 2, 1, 8, tzinfo=UTC),
        closed_at=datetime(2026, 2, 1, 8, 0, 1, tzinfo=UTC),
        merged_at=datetime(2026, 2, 1, 8, 0, 1, tzinfo=UTC),
        html_url="https://host.example/o/r/pulls/7",
        assignees=(UserRow(12, "bo", "Bo"),),
        milestone="v1",
    )


def test_issue_is_read_whole():
    assert rows.parse_issue(ISSUE) == rows.IssueRow(
        remote_id=7001,
        number="I4CE7W",
        state="progressing",
        title="「示例」问题",
        body="",
        author=UserRow(11, "ann", "安"),
        assignee=None,
        labels=(),
        private=True,
        created_at=datetime(2025, 12, 31, 16, tzinfo=UTC),
        updated_at=datetime(2026, 1, 1, 16, tzinfo=UTC),
        closed_at=None,
        html_url="https://host.example/o/r/issues/I4CE7W",
    )


def test_pull_comment_takes_its_number_from_the_address():
    row = rows.parse_pull_comment(PULL_COMMENT)
    assert (row.kind, row.number, row.body, row.path) == ("pull", "7", "/lgtm\r\n", None)
    assert row.html_url == "https://host.example/o/r/pulls/7#note_6001"


def test_line_comment_keeps_its_path():
    assert rows.parse_pull_comment({**PULL_COMMENT, "path": "a.py"}).path == "a.py"


def test_issue_comment_gets_an_address_when_the_repository_is_known():
    row = rows.parse_issue_comment(NOTE, repository_url="https://host.example/o/r")
    assert (row.kind, row.number) == ("issue", "I4CE7W")
    assert row.html_url == "https://host.example/o/r/issues/I4CE7W#note_6002"
    assert rows.parse_issue_comment(NOTE).html_url == ""


def test_operate_log_is_read():
    row = rows.parse_operate_log(LOG)
    assert (row.remote_id, row.action, row.author) == (9, "merged_pr", UserRow(11, "ann", "安"))


def test_repository_page_has_no_git_suffix():
    row = rows.parse_repository(REPOSITORY)
    assert (row.html_url, row.description, row.updated_at) == ("https://host.example/o/r", "", None)


def test_file_is_decoded():
    data = {"path": "OWNERS", "sha": "ab", "content": "YXBwcm92\nZXJz\n"}
    assert rows.parse_file(data) == rows.FileRow("OWNERS", "ab", b"approvers")


@pytest.mark.parametrize(
    ("parse", "data"),
    [
        (rows.parse_pull, PULL),
        (rows.parse_issue, ISSUE),
        (rows.parse_pull_comment, PULL_COMMENT),
        (rows.parse_issue_comment, NOTE),
        (rows.parse_operate_log, LOG),
    ],
)
def test_deleted_author_reads_as_none(parse, data):
    assert parse({**data, "user": None}).author is None
    assert parse(changed(data, "user", ...)).author is None


@pytest.mark.parametrize("field", ["assignees", "labels", "milestone", "head", "base", "body"])
def test_pull_tolerates_null(field):
    assert rows.parse_pull({**PULL, field: None}).number == 7


def test_pull_of_a_removed_fork_has_no_head_repo():
    assert rows.parse_pull(changed(PULL, "head.repo", None)).head_repo is None


def test_null_among_assignees_is_left_out():
    assert rows.parse_pull({**PULL, "assignees": [None, ANN]}).assignees == (
        UserRow(11, "ann", "安"),
    )


def test_user_without_a_name_is_called_by_login():
    assert rows.parse_user({"id": None, "login": "ann", "name": None}) == UserRow(
        None, "ann", "ann"
    )


@pytest.mark.parametrize(
    ("parse", "data", "field", "value", "named"),
    [
        (rows.parse_pull, PULL, "id", ..., "pull.id"),
        (rows.parse_pull, PULL, "id", "seven", "pull.id"),
        (rows.parse_pull, PULL, "id", 2**63, "pull.id"),
        (rows.parse_pull, PULL, "id", True, "pull.id"),
        (rows.parse_pull, PULL, "number", None, "pull.number"),
        (rows.parse_pull, PULL, "state", "locked", "pull.state"),
        (rows.parse_pull, PULL, "title", 5, "pull.title"),
        (rows.parse_pull, PULL, "created_at", "yesterday", "pull.created_at"),
        (rows.parse_pull, PULL, "updated_at", ..., "pull.updated_at"),
        (rows.parse_pull, PULL, "merged_at", "2026-01-01T00:00:00", "pull.merged_at"),
        (rows.parse_pull, PULL, "closed_at", "0001-01-01T00:00:00+08:00", "pull.closed_at"),
        (rows.parse_pull, PULL, "head", "fix", "pull.head"),
        (rows.parse_pull, PULL, "head.sha", 1, "pull.head.sha"),
        (rows.parse_pull, PULL, "head.repo", [], "pull.head.repo"),
        (rows.parse_pull, PULL, "labels", {}, "pull.labels"),
        (rows.parse_pull, PULL, "labels", ["bug"], "pull.labels"),
        (rows.parse_pull, PULL, "labels", [{"id": 1}], "pull.labels.name"),
        (rows.parse_pull, PULL, "user", "ann", "pull.user"),
        (rows.parse_pull, PULL, "user", {"id": 1}, "pull.user.login"),
        (rows.parse_pull, PULL, "draft", "no", "pull.draft"),
        (rows.parse_issue, ISSUE, "number", "", "issue.number"),
        (rows.parse_issue, ISSUE, "number", 5, "issue.number"),
        (rows.parse_issue, ISSUE, "security_hole", "false", "issue.security_hole"),
        (
            rows.parse_pull_comment,
            PULL_COMMENT,
            "pull_request_url",
            ...,
            "comment.pull_request_url",
        ),
        (
            rows.parse_pull_comment,
            PULL_COMMENT,
            "pull_request_url",
            "x/y",
            "comment.pull_request_url",
        ),
        (rows.parse_issue_comment, NOTE, "target", None, "comment.target.issue.number"),
        (rows.parse_issue_comment, NOTE, "target.issue", None, "comment.target.issue.number"),
        (rows.parse_operate_log, LOG, "created_at", "", "operate_log.created_at"),
        (rows.parse_repository, REPOSITORY, "full_name", None, "repository.full_name"),
    ],
)
def test_malformed_row_names_the_field(parse, data, field, value, named):
    with pytest.raises(MalformedRow) as caught:
        parse(changed(data, field, value))
    assert caught.value.field == named
    assert caught.value.permanent


@pytest.mark.parametrize("data", [None, [], "text", 4])
def test_row_that_is_no_object_is_refused(data):
    with pytest.raises(MalformedRow, match="pull: an object was expected"):
        rows.parse_pull(data)


def test_text_no_database_can_store_is_made_storable():
    body = rows.parse_pull({**PULL, "body": "a\0b\ud800c"}).body
    assert body == "ab?c"


def test_file_that_is_not_base64_is_refused():
    with pytest.raises(MalformedRow, match=r"file\.content"):
        rows.parse_file({"path": "OWNERS", "content": "a"})
