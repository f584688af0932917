"""Writes on the code host: sent once, found again, with a token of their own."""

import json

import pytest
from django.test import override_settings

from gitee.errors import Forbidden, MalformedAnswer, Refused, Unavailable
from gitee.writing import WritingClient, can_write, writing_client_for
from tests.fakes.faults import Fault, error
from tests.gitee.conftest import REPO

OWNER, NAME = REPO.split("/")
BRANCH = "sig-portal-promotion-1"


@pytest.fixture
def writer(server, waits):
    server.state.add_token("secret-token", "bot")
    server.state.repo(REPO).files["OWNERS"] = b"approvers:\n- ann\n"
    with WritingClient(server.url, "secret-token", clock=waits.clock()) as client:
        yield client


def write(client, owner, content=b"approvers:\n- bob\n", sha=None):
    file = client.file_content(owner, NAME, "OWNERS", ref=BRANCH)
    sha = sha or file.sha
    client.write_file(owner, NAME, "OWNERS", content, message="m", branch=BRANCH, sha=sha)


def writes(server):
    return [(one.method, one.path) for one in server.requests if one.method != "GET"]


def proposed(client, title="t"):
    place = {"head_repo": f"bot/{NAME}", "head_ref": BRANCH, "base": "master"}
    return client.propose(OWNER, NAME, title=title, body="b", **place)


# ── forks and branches ─────────────────────────────────────────────────────────────────────────
def test_own_fork_is_made_once(server, writer):
    first, second = (writer.own_fork("bot", OWNER, NAME) for _ in range(2))
    assert (first.full_name, first.fork_of) == (f"bot/{NAME}", REPO)
    assert second.full_name == first.full_name
    assert len(writes(server)) == 1


def test_fork_that_hides_at_first_is_found_after_the_refusal(server, writer):
    writer.own_fork("bot", OWNER, NAME)
    server.faults.next(error(404), path=f"/api/v5/repos/bot/{NAME}", times=1)
    assert writer.own_fork("bot", OWNER, NAME).full_name == f"bot/{NAME}"


def test_repository_tells_who_may_push(server, writer):
    assert not writer.repository(OWNER, NAME).can_push
    server.state.set_collaborator(REPO, "bot")
    assert writer.repository(OWNER, NAME).can_push


def test_branch_is_there_after_it_was_made(writer):
    writer.own_fork("bot", OWNER, NAME)
    assert not writer.has_branch("bot", NAME, BRANCH)
    writer.create_branch("bot", NAME, BRANCH, start="master")
    assert writer.has_branch("bot", NAME, BRANCH)
    with pytest.raises(Refused):
        writer.create_branch("bot", NAME, BRANCH, start="master")


# ── files ──────────────────────────────────────────────────────────────────────────────────────
def test_file_is_written_on_the_branch_alone(server, writer):
    writer.own_fork("bot", OWNER, NAME)
    writer.create_branch("bot", NAME, BRANCH, start="master")
    write(writer, "bot")
    assert writer.file_content("bot", NAME, "OWNERS", ref=BRANCH).content == b"approvers:\n- bob\n"
    assert writer.file_content("bot", NAME, "OWNERS").content == b"approvers:\n- ann\n"


def test_file_that_somebody_changed_meanwhile_is_refused(writer):
    writer.own_fork("bot", OWNER, NAME)
    writer.create_branch("bot", NAME, BRANCH, start="master")
    with pytest.raises(Refused, match="sha"):
        write(writer, "bot", sha="0" * 40)


def test_write_without_the_right_is_forbidden(server, writer):
    server.state.repo(REPO).branches[BRANCH] = "a" * 40
    with pytest.raises(Forbidden):
        write(writer, OWNER)


# ── pull requests ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("new", [True, False])
def test_pull_request_is_made_with_either_way_of_naming_the_head(server, writer, new):
    server.switches.head_form_new = new
    writer.own_fork("bot", OWNER, NAME)
    writer.create_branch("bot", NAME, BRANCH, start="master")
    pull = proposed(writer)
    assert (pull.head_repo, pull.head_ref, pull.base_ref) == (f"bot/{NAME}", BRANCH, "master")
    assert proposed(writer).number == pull.number
    assert len(list(server.state.repo(REPO).pulls)) == 1


def test_duplicate_that_was_overlooked_is_found_after_the_refusal(server, writer, monkeypatch):
    writer.own_fork("bot", OWNER, NAME)
    writer.create_branch("bot", NAME, BRANCH, start="master")
    first = proposed(writer)
    look, looks = writer.find_pull, []

    def blind_at_first(*args, **place):
        looks.append(place)
        return look(*args, **place) if len(looks) > 1 else None

    monkeypatch.setattr(writer, "find_pull", blind_at_first)
    assert proposed(writer).number == first.number


def test_foreign_pull_request_from_a_branch_of_the_same_name_is_not_taken_for_ours(server, writer):
    server.state.add_pull(REPO, user="ann", title="x", head_ref=BRANCH, head_owner="ann")
    place = {"head_repo": f"bot/{NAME}", "head_ref": BRANCH, "base": "master"}
    assert writer.find_pull(OWNER, NAME, **place) is None


def test_pull_request_without_a_branch_is_refused_in_the_hosts_words(writer):
    writer.own_fork("bot", OWNER, NAME)
    with pytest.raises(Refused, match=r"源分支不存在|格式"):
        proposed(writer)


# ── the wire ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("fault", [error(502), Fault("drop"), Fault("drop_midway"), Fault("html")])
def test_write_without_an_answer_is_not_sent_again(server, writer, fault):
    server.faults.next(fault, path=f"/api/v5/repos/{REPO}/forks", times=5)
    with pytest.raises((Unavailable, MalformedAnswer)):
        writer.fork(OWNER, NAME)
    assert len(writes(server)) == 1


def test_write_to_a_moved_repository_is_not_redirected(server, writer):
    server.state.move_repo(REPO, "mindspore/elsewhere")
    with pytest.raises(MalformedAnswer, match="moved"):
        writer.fork(OWNER, NAME)
    assert writer.repository(OWNER, NAME).full_name == "mindspore/elsewhere"


def test_token_stands_in_no_address_and_no_error(server, writer):
    server.faults.next(error(400, body='{"message": "bad secret-token"}'))
    with pytest.raises(Refused) as refusal:
        writer.fork(OWNER, NAME)
    assert "secret-token" not in str(refusal.value)
    assert all("secret-token" not in one.path + one.query for one in server.requests)
    assert json.loads(server.requests[-1].body) == {}


# ── the settings ───────────────────────────────────────────────────────────────────────────────
def test_only_the_writing_token_writes(server):
    read = {"gitee": {"url": server.url, "token": "reads"}}
    with override_settings(CODE_HOSTS=read):
        assert not can_write("gitee")
        with pytest.raises(LookupError):
            writing_client_for("gitee")
    with override_settings(CODE_HOSTS={"gitee": {**read["gitee"], "write_token": "writes"}}):
        assert can_write("gitee")
        writing_client_for("gitee").close()
