"""From a decision to the changed files: patches, pull requests, and what became of them."""

import datetime as dt

import pytest

from gitee import pacing
from gitee.transport import Transport
from ledger.models import Entry
from members import file_change, file_proposal
from members.charter.facts import OWNERS, README, SIG_INFO
from members.file_change_tasks import follow_file_changes, make, sweep_file_changes
from members.file_change_words import SENTENCES, keep, sentence
from members.models import FileChange, Promotion, RoleTerm
from tests.fakes.faults import Fault, error
from tests.members import charter_texts
from tests.members.cast import default_policy
from tests.members.charter_cast import (
    AT,
    COMMUNITY,
    FOLDER,
    TEXTS,
    accept,
    approved,
    charter_cast,
    host,
    keep_source,
)

pytestmark = pytest.mark.django_db
State = FileChange.State


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    """Between attempts to read."""
    monkeypatch.setattr(pacing, "backoff_s", lambda attempt, *, fraction: 0.0)


@pytest.fixture
def cast():
    return charter_cast()


@pytest.fixture
def server(gitee_server, settings):
    host(gitee_server)
    entry = {**settings.CODE_HOSTS["gitee"], "write_token": "writes"}
    settings.CODE_HOSTS = {**settings.CODE_HOSTS, "gitee": entry}
    return gitee_server


def added(row):
    """Lines of the patch that add or take away."""
    lines = row.patch.split("\n")
    return [
        line for line in lines if line.startswith(("+", "-")) and line[:3] not in ("+++", "---")
    ]


def rows_by_path(promotion):
    return {row.path.rpartition("/")[2]: row for row in promotion.file_changes.all()}


def made(promotion):
    file_change.make(promotion_id=promotion.pk, at=AT)
    return rows_by_path(promotion)


def actions():
    return list(Entry.objects.order_by("seq").values_list("action", flat=True))


# ── what is made ───────────────────────────────────────────────────────────────────────────────
def test_approved_promotion_makes_the_exact_change_of_every_file(cast):
    rows = made(approved(cast))
    assert {name: added(row) for name, row in rows.items()} == {
        "README.md": ["+* Candidate @candidate (制图)"],
        "sig-info.yaml": ["+  - gitee_id: candidate", "+    name: Candidate"],
        "OWNERS": ["+- candidate"],
    }
    assert {row.state for row in rows.values()} == {State.READY}
    assert rows["README.md"].path == f"{FOLDER}/README.md"
    assert f"+++ b/{FOLDER}/README.md" in rows["README.md"].patch


def test_nothing_is_made_before_the_decision(cast):
    assert made(cast.promotion("voting")) == {}


def test_file_that_says_so_already_needs_nothing(cast):
    keep_source(cast.sig, OWNERS, "OWNERS", charter_texts.OWNERS + "approver: x\n", "stars/map")
    text = charter_texts.OWNERS.replace("approvers:\n", "approvers:\n- Candidate\n")
    keep_source(cast.sig, OWNERS, "OWNERS", text, "stars/map")
    row = made(approved(cast))["OWNERS"]
    assert (row.state, row.patch) == (State.NEEDLESS, "")


def test_removal_takes_the_person_out_of_every_file(cast):
    moyan = cast.committer
    moyan.accounts.update(login="moyan")
    rows = made(approved(cast, person=moyan, kind=Promotion.Kind.REMOVE))
    assert added(rows["README.md"]) == ["-* Mo Yan @moyan (训练负责人)"]
    assert added(rows["OWNERS"]) == ["-- moyan"]
    assert "-  - gitee_id: moyan" in added(rows["sig-info.yaml"])


def test_stepping_down_from_one_role_leaves_the_other(cast):
    person = cast.maintainers[0]
    person.accounts.update(login="moyan")
    RoleTerm.objects.create(person=person, sig=cast.sig, role="committer", started_on=AT.date())
    rows = made(approved(cast, person=person, role="maintainer", kind=Promotion.Kind.STEP_DOWN))
    assert rows["OWNERS"].state == State.NEEDLESS
    assert rows["README.md"].state == State.NEEDLESS


def test_promotion_in_force_is_held_against_the_roster(cast):
    term = {"person": cast.candidate, "sig": cast.sig, "started_on": AT.date()}
    RoleTerm.objects.create(**term, role="committer", duty="数据")
    rows = made(cast.promotion("in_effect", decided_at=AT, duty="制图"))
    assert added(rows["README.md"]) == ["+* Candidate @candidate (数据)"]


def test_file_that_cannot_be_changed_says_why_and_holds_up_no_other(cast):
    text = charter_texts.SIG_INFO.replace("stars/map", "stars/else")
    keep_source(cast.sig, SIG_INFO, "sig-info.yaml", text)
    rows = made(approved(cast))
    assert (rows["sig-info.yaml"].state, rows["sig-info.yaml"].patch) == (State.READY, "")
    assert "stars/map" in sentence(rows["sig-info.yaml"].error)
    assert added(rows["OWNERS"]) == ["+- candidate"]


def test_change_is_made_again_when_the_file_is_another(cast):
    promotion = approved(cast)
    first = made(promotion)["README.md"]
    keep_source(cast.sig, README, "README.md", "# 新\n\n" + charter_texts.README)
    file_change.refresh(cast.sig, AT)
    second = rows_by_path(promotion)["README.md"]
    assert second.pk == first.pk
    assert second.patch != first.patch
    assert second.base_sha256 != first.base_sha256


def test_file_changed_by_hand_counts_as_merged(cast):
    promotion = approved(cast)
    made(promotion)
    text = charter_texts.OWNERS.replace("approvers:\n", "approvers:\n- candidate\n")
    keep_source(cast.sig, OWNERS, "OWNERS", text, "stars/map")
    file_change.refresh(cast.sig, AT)
    assert rows_by_path(promotion)["OWNERS"].state == State.MERGED
    assert actions()[-1] == "change.merged"


def test_making_twice_writes_no_second_row(cast):
    promotion = approved(cast)
    first, second = made(promotion), made(promotion)
    assert {row.pk for row in first.values()} == {row.pk for row in second.values()}


def test_owners_come_from_the_code_host_where_no_import_has_them(server):
    cast = charter_cast(owners=False)
    promotion = approved(cast)
    make(promotion.pk)
    assert added(rows_by_path(promotion)["OWNERS"]) == ["+- candidate"]


def test_sweep_makes_what_a_fresh_decision_lacks(server, cast):
    promotion = approved(cast, decided_at=dt.datetime.now(dt.UTC))
    old = approved(charter_cast_again(cast), decided_at=AT - dt.timedelta(days=400))
    assert sweep_file_changes() == 3
    assert promotion.file_changes.count() == 3
    assert not old.file_changes.exists()
    assert sweep_file_changes() == 0


def charter_cast_again(cast):
    """The same people; another candidate, so that both promotions may be open."""
    cast.candidate, cast.nominator = cast.nominator, cast.candidate
    return cast


# ── proposing ──────────────────────────────────────────────────────────────────────────────────
def asked(cast, promotion, repository=None):
    made(promotion)
    count = file_change.ask(
        promotion_id=promotion.pk,
        repository_id=repository.pk if repository else None,
        by=cast.maintainers[0],
        at=AT,
    )
    assert count
    return count


def pulls(server, repository=COMMUNITY):
    return list(server.state.repo(repository).pulls)


def test_one_pull_request_carries_all_files_of_a_repository(server, cast):
    promotion = approved(cast)
    assert asked(cast, promotion) == 2
    assert sweep_file_changes() == 1
    (pull,) = pulls(server)
    assert (pull.head_ref, pull.user) == (f"sig-portal-promotion-{promotion.pk}", "portal-bot")
    assert "Candidate" in pull.title
    assert promotion.get_absolute_url() in pull.body
    files = server.state.repo("portal-bot/community").trees[pull.head_ref]
    readme = files[f"{FOLDER}/README.md"].decode()
    assert "* Candidate @candidate (制图)\n" in readme
    rows = rows_by_path(promotion)
    assert {rows[name].state for name in ("README.md", "sig-info.yaml")} == {State.PROPOSED}
    assert rows["README.md"].pull_number == pull.number
    assert rows["OWNERS"].state == State.READY
    assert actions()[-1] == "change.proposed"


def test_owner_of_the_token_with_the_right_to_push_needs_no_fork(server, cast):
    server.state.set_collaborator("stars/map", "portal-bot")
    promotion = approved(cast)
    asked(cast, promotion, cast.repository)
    sweep_file_changes()
    assert pulls(server, "stars/map")[0].head_owner == "stars"
    assert "portal-bot/map" not in server.state.repos


def test_change_is_made_from_the_file_of_the_moment(server, cast):
    promotion = approved(cast)
    asked(cast, promotion, cast.repository)
    newer = charter_texts.OWNERS.replace("- guest\n", "- guest\n- newcomer\n")
    server.state.repo("stars/map").files["OWNERS"] = newer.encode()
    sweep_file_changes()
    text = server.state.repo("portal-bot/map").trees[f"sig-portal-promotion-{promotion.pk}"][
        "OWNERS"
    ]
    assert text.decode() == newer.replace("- stranger\n", "- stranger\n- candidate\n")


@pytest.mark.parametrize("killed_after", range(1, 6))
def test_run_killed_after_any_write_is_taken_up_again(server, cast, killed_after):
    promotion = approved(cast)
    asked(cast, promotion)
    writes = []

    class Killed(BaseException):
        pass

    killing = pytest.MonkeyPatch()
    send = Transport.send

    def dying(self, method, path, body):
        answer = send(self, method, path, body)
        writes.append(path)
        if len(writes) == killed_after:
            raise Killed
        return answer

    killing.setattr(Transport, "send", dying)
    try:
        sweep_file_changes()
    except Killed:
        pass
    finally:
        killing.undo()
    sweep_file_changes()
    assert len(pulls(server)) == 1
    assert {row.state for row in promotion.file_changes.filter(repository=None)} == {State.PROPOSED}
    assert actions().count("change.proposed") == 1


@pytest.mark.parametrize("fault", [error(502), Fault("drop"), Fault("html")])
def test_write_without_an_answer_is_tried_again_later(server, cast, fault):
    promotion = approved(cast)
    asked(cast, promotion)
    server.faults.next(fault, path="/forks")
    assert sweep_file_changes() == 0
    row = rows_by_path(promotion)["README.md"]
    assert (row.state, row.attempts) == (State.READY, 1)
    assert row.asked_at
    assert "稍后自动再试" in sentence(row.error)
    assert sweep_file_changes() == 0, "not before its time"
    FileChange.objects.update(next_try_at=AT)
    assert sweep_file_changes() == 1
    assert rows_by_path(promotion)["README.md"].error == ""


def test_refusal_for_good_ends_the_asking_and_says_why(server, cast):
    promotion = approved(cast)
    asked(cast, promotion)
    server.faults.next(error(403, body='{"message": "没有权限"}'), path="/forks")
    sweep_file_changes()
    row = rows_by_path(promotion)["README.md"]
    assert (row.state, row.asked_at) == (State.READY, None)
    assert "没有权限" in sentence(row.error)
    asked(cast, promotion)
    assert sweep_file_changes() == 1


def test_without_a_token_the_patch_is_what_there_is(server, cast, settings):
    promotion = approved(cast)
    asked(cast, promotion)
    entry = {**settings.CODE_HOSTS["gitee"], "write_token": ""}
    settings.CODE_HOSTS = {"gitee": entry}
    sweep_file_changes()
    assert "没有配置" in sentence(rows_by_path(promotion)["README.md"].error)
    assert not pulls(server)


def test_without_a_home_the_community_files_cannot_be_proposed(server, cast):
    cast.sig.charter_repository = ""
    cast.sig.save()
    promotion = approved(cast)
    asked(cast, promotion)
    sweep_file_changes()
    assert "--home" in sentence(rows_by_path(promotion)["README.md"].error)


def test_host_that_says_so_already_needs_no_pull_request(server, cast):
    promotion = approved(cast)
    asked(cast, promotion, cast.repository)
    text = charter_texts.OWNERS.replace("approvers:\n", "approvers:\n- candidate\n")
    server.state.repo("stars/map").files["OWNERS"] = text.encode()
    sweep_file_changes()
    assert rows_by_path(promotion)["OWNERS"].state == State.MERGED
    assert not pulls(server, "stars/map")


# ── following ──────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def proposed(server, cast):
    default_policy(cast.sig, effect="merged")
    promotion = approved(cast)
    for repository in (None, cast.repository):
        asked(cast, promotion, repository)
    assert sweep_file_changes() == 2
    return promotion


def test_open_pull_request_changes_nothing(server, proposed):
    assert follow_file_changes() == 2
    assert {row.state for row in proposed.file_changes.all()} == {State.PROPOSED}


def test_last_merge_puts_the_promotion_in_force_where_the_rules_wait_for_it(server, proposed):
    accept(server, COMMUNITY, pulls(server)[0].number)
    follow_file_changes()
    proposed.refresh_from_db()
    assert proposed.state == "approved"
    accept(server, "stars/map", pulls(server, "stars/map")[0].number)
    follow_file_changes()
    proposed.refresh_from_db()
    assert proposed.state == "in_effect"
    terms = RoleTerm.objects.filter(person=proposed.person, role="committer", ended_on=None)
    assert terms.count() == 1
    assert actions().count("change.merged") == 3
    assert follow_file_changes() == 0


def test_merge_puts_nothing_in_force_where_a_maintainer_does(server, proposed):
    proposed.policy.rules = {**proposed.policy.rules, "effect": "maintainer"}
    proposed.policy.save()
    for repository in (COMMUNITY, "stars/map"):
        accept(server, repository, pulls(server, repository)[0].number)
    follow_file_changes()
    proposed.refresh_from_db()
    assert proposed.state == "approved"


def test_closed_pull_request_may_be_proposed_again(server, cast, proposed):
    server.state.close_pull(COMMUNITY, pulls(server)[0].number, by="keeper")
    follow_file_changes()
    assert rows_by_path(proposed)["README.md"].state == State.CLOSED
    asked(cast, proposed)
    sweep_file_changes()
    assert [pull.state for pull in pulls(server)] == ["closed", "open"]
    assert rows_by_path(proposed)["README.md"].state == State.PROPOSED


@pytest.mark.parametrize("fault", [error(404), error(500), Fault("html")])
def test_missing_answer_is_no_fate(server, proposed, fault):
    server.faults.next(fault, times=20, path="/pulls/")
    follow_file_changes()
    assert {row.state for row in proposed.file_changes.all()} == {State.PROPOSED}


# ── words ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("code", SENTENCES)
def test_every_reason_has_its_sentence(code):
    values = dict.fromkeys(("line", "inside", "outside", "repository", "detail", "host"), "x")
    assert sentence(keep(code, **values))


def test_branch_is_named_after_the_promotion_alone(cast):
    promotion = approved(cast)
    assert file_proposal.branch_of(promotion) == f"sig-portal-promotion-{promotion.pk}"
    assert set(TEXTS) == {f"{FOLDER}/README.md", f"{FOLDER}/sig-info.yaml"}
