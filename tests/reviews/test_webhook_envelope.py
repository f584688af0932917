"""What a delivery is about: every recorded shape and oddity, with invented people."""

import datetime as dt
import json

import pytest

from reviews.webhook.envelope import (
    KEPT_BYTES,
    BadBody,
    instant_of,
    kept,
    parse,
    pushed_head,
    read,
    touches_owners,
)

REPOSITORY = {
    "id": 9_000_001,
    "full_name": "Example Team/One",
    "path_with_namespace": "example/one",
    "namespace": "example",
    "default_branch": "master",
}
HEAD = {"sha": "ab" * 20, "label": "hua:topic", "ref": "topic"}


def body(hook_name, **more):
    return {
        "hook_id": 788_005,
        "hook_name": hook_name,
        "password": "",
        "push_data": None,
        "enterprise": None,
        "repository": REPOSITORY,
        "project": REPOSITORY,
        **more,
    }


def merge_request(action, desc, state="open", **more):
    pull = {"id": 4_744_094, "number": 8, "state": state, "head": HEAD, "labels": []}
    return body(
        "merge_request_hooks",
        action=action,
        action_desc=desc,
        number=8,
        iid=8,
        state=state,
        pull_request=pull,
        **more,
    )


def issue(action, state="open"):
    inner = {"id": 7_338_480, "number": "I4CYEO", "state": state}
    return body("issue_hooks", action=action, iid="I4CYEO", issue=inner, state=state)


def note(kind, **more):
    return body("note_hooks", action="comment", noteable_type=kind, **more)


PULL_NOTE = {"per_iid": "!7", "issue": None, "pull_request": {"id": 4_731_382, "number": 7}}
ISSUE_NOTE = {"per_iid": "#I4CF12", "pull_request": None, "issue": {"number": "I4CF12"}}


# Recorded: pr_open, pr_labeled, pr_unlabeled, pr_update, pr_close, pr_merge; issue_hook_open, _assign,
# _state_change, _delete; note_hook_pr_comment, _issue_comment; push, push_branch_create (commits null),
# push_branch_delete, tag_create, tag_delete.
SUBJECTS = [
    (merge_request("open", "open"), ("pull", "8")),
    (merge_request("update", "update_label"), ("pull", "8")),
    (merge_request("update", "source_branch_changed"), ("pull", "8")),
    (merge_request("close", "open", "closed"), ("pull", "8")),
    (merge_request("merge", "open", "merged"), ("pull", "8")),
    (merge_request("something_new", "whatever"), ("pull", "8")),
    (issue("open"), ("issue", "I4CYEO")),
    (issue("assign", "progressing"), ("issue", "I4CYEO")),
    (issue("state_change", "progressing"), ("issue", "I4CYEO")),
    (issue("delete", "progressing"), ("issue", "I4CYEO")),
    (note("PullRequest", **PULL_NOTE), ("pull", "7")),
    (note("PullRequest", per_iid="!7", pull_request=None), ("pull", "7")),
    (note("Issue", **ISSUE_NOTE), ("issue", "I4CF12")),
    (note("Issue", per_iid="#I4CF12", issue=None), ("issue", "I4CF12")),
    (note("Commit", short_commit_id="abcdef0"), ("", "")),
    (note("Comment"), ("", "")),
    (body("push_hooks", ref="refs/heads/feat", commits=[{"modified": ["OWNERS"]}]), ("", "")),
    (body("push_hooks", ref="refs/heads/feat", commits=None, created=True), ("", "")),
    (body("push_hooks", ref="refs/heads/feat", commits=[], deleted=True), ("", "")),
    (body("tag_push_hooks", ref="refs/tags/1.3", commits=None, created=True), ("", "")),
    (body("tag_push_hooks", ref="refs/tags/1.3", commits=[], deleted=True), ("", "")),
]


@pytest.mark.parametrize(("given", "subject"), SUBJECTS)
def test_read_tells_which_object_to_fetch(given, subject):
    event = read(given, timestamp="1633684782533")
    assert (event.kind, event.number) == subject
    assert (event.path, event.hook_name) == ("example/one", given["hook_name"])


NO_OBJECT = [
    merge_request("open", "open") | {"number": number, "iid": None, "pull_request": None}
    for number in (0, -1, 2**31, 2**70, "7; drop", "٧", True, None, [7], {"a": 1}, "", 7.0)
] + [
    issue("open") | {"iid": number, "issue": None}
    for number in ("", "../../users", "I4 C", "I" * 41, "问题", None, True, ["I4"])
]


@pytest.mark.parametrize("given", NO_OBJECT)
def test_read_takes_no_number_that_no_object_has(given):
    event = read(given)
    assert (event.kind, event.number) == ("", "")


def test_read_takes_numbers_written_as_text_and_the_other_dialect():
    assert read(merge_request("open", "open") | {"number": "008"}).number == "8"
    assert read(issue("open") | {"iid": 2399}).number == "2399"


@pytest.mark.parametrize(
    ("commits", "more", "touches"),
    [
        ([{"added": ["OWNERS"], "removed": None, "modified": None}], {}, True),
        ([{"added": None, "removed": ["docs/OWNERS"], "modified": []}], {}, True),
        ([{"modified": ["a.py"]}, {"modified": ["tools/OWNERS"]}], {}, True),
        ([{"modified": ["OWNERS.md", "a/NOTOWNERS", 5, None]}], {}, False),
        ([{"modified": ["a.py"]}], {"commits_more_than_ten": True}, True),
        (None, {"commits_more_than_ten": None}, True),
        ([], {}, True),
        ([{"modified": ["OWNERS"]}], {"ref": "refs/heads/topic"}, False),
        ([{"modified": ["OWNERS"]}], {"ref": "refs/tags/master"}, False),
        ([], {"deleted": True}, False),
        ([{"modified": ["OWNERS"]}], {"repository": {"path_with_namespace": "example/one"}}, False),
        (["nonsense", None], {}, False),
        ({"nonsense": 1}, {}, True),
    ],
)
def test_push_to_the_default_branch_that_may_change_owners_is_of_interest(commits, more, touches):
    given = body("push_hooks", ref="refs/heads/master", commits=commits) | more
    assert touches_owners(given) is touches
    assert read(given).kind == ("owners" if touches else "")


@pytest.mark.parametrize(
    ("given", "head"),
    [
        (merge_request("update", "source_branch_changed"), HEAD["sha"]),
        (merge_request("update", "update_label"), ""),
        (merge_request("merge", "source_branch_changed"), ""),
        (merge_request("update", "source_branch_changed") | {"pull_request": None}, ""),
        (note("PullRequest", **PULL_NOTE) | {"action": "update"}, ""),
    ],
)
def test_pushed_head_is_read_from_an_update_of_the_source_only(given, head):
    assert pushed_head(given["hook_name"], given) == head


@pytest.mark.parametrize(
    ("header", "hook_name"),
    [
        ("Note Hook", "note_hooks"),
        ("note_hooks", "note_hooks"),
        ("Push Hook", "push_hooks"),
        ("Something New", "Something New"),
    ],
)
def test_header_tells_the_event_in_either_spelling(header, hook_name):
    assert read({"repository": REPOSITORY}, event=header).hook_name == hook_name


@pytest.mark.parametrize(
    "changed",
    [
        {"hook_id": 2},
        {"hook_name": "issue_hooks"},
        {"action": "close"},
        {"action_desc": "open"},
        {"number": 9},
        {"pull_request": {"id": 5}},
        {"comment": {"id": 6}},
        {"repository": {"path_with_namespace": "example/two"}},
        {"after": "cd" * 20},
    ],
)
def test_fingerprint_differs_with_every_part_of_what_happened(changed):
    given = merge_request("update", "update_label")
    one = read(given, timestamp="1").fingerprint
    assert read(given | changed, timestamp="1").fingerprint != one
    assert read(given, timestamp="2").fingerprint != one
    assert read(given, timestamp="1", ping=True).fingerprint != one
    assert read(given | {"title": "别的", "sign": "x"}, timestamp="1").fingerprint == one


def test_kept_leaves_out_secrets_and_addresses_at_any_depth():
    given = {"password": "p", "a": [{"email": "e", "sign": "s", "login": "hua"}]}
    assert kept(given) == {"a": [{"login": "hua"}]}


def test_kept_is_bounded_and_still_names_the_head():
    given = merge_request("update", "source_branch_changed")
    given |= {f"field{n}": ["x" * 1999] * 50 for n in range(20)} | {"title": "题" * 3000}
    short = kept(given)
    assert len(json.dumps(short, ensure_ascii=False).encode()) <= KEPT_BYTES
    assert pushed_head("merge_request_hooks", short) == HEAD["sha"]
    assert short["title"] == "题" * 200


@pytest.mark.parametrize("raw", [b"", b"[]", b"7", b"{", b'{"a": Infinity}', b"\xff"])
def test_parse_refuses_what_is_no_object(raw):
    with pytest.raises(BadBody):
        parse(raw)


def test_instant_of_a_timestamp():
    moment = dt.datetime(2021, 10, 8, 9, 19, 42, 533_000, dt.UTC)
    assert instant_of("1633684782533") == moment
    assert [instant_of(text) for text in ("", "soon", "-1", "9" * 15, "１")] == [None] * 5
