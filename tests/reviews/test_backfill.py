"""`manage.py backfill`: a clone's merges become review records, and agree with what the API tells."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django.asserts import assertContains, assertNotContains

from members.models import Account, Contribution, Person
from reviews.backfill.ancestry import Merge, Reading
from reviews.backfill.clone import Clone, CloneError
from reviews.backfill.message import Named, Told
from reviews.backfill.storing import store
from reviews.models import Comment, PullRequest, Review
from reviews.outcome import settle_pulls
from tests.factories import AccountFactory, PullRequestFactory, RepositoryFactory
from tests.reviews.clones import History, git
from tests.reviews.conftest import NAME, at

FIRST = "!1 修复溢出\nMerge pull request !1 from 华 立/fix"
SECOND = "!2 merge fix/b into master\n\n改进\n\nCreated-by: hua\nMerged-by: wang\nReviewed-by: liu,zhao\n"


@pytest.fixture
def history():
    made = History()
    made.commit("start", at(-1000))
    return made


@pytest.fixture
def two(history, tmp_path):
    """A clone with one merge of each form."""
    history.merge(FIRST, at(60), began_at=at(10), by="华 立")
    history.merge(SECOND, at(120), began_at=at(70))
    return history.write(tmp_path / "clone")


def backfill(folder, capsys=None, **more):
    call_command("backfill", NAME, git=folder, **more)
    return capsys.readouterr() if capsys else None


def read(folder, ref="HEAD"):
    clone, reading = Clone(folder), Reading()
    for commit in clone.commits(clone.resolve(ref)):
        reading.add(commit)
    return reading


# ── rows ──────────────────────────────────────────────────────────────────────────────────────
def test_backfill_stores_what_both_forms_tell(repository, two, settings):
    settings.CODE_HOSTS = {"gitee": {"url": "https://host.example", "token": ""}}
    backfill(two)
    first, second = PullRequest.objects.order_by("number")
    assert (first.title, first.state, first.remote_id) == ("修复溢出", "merged", None)
    assert (first.created_at, first.merged_at, first.updated_at) == (at(10), at(60), at(60))
    assert (first.author.host, first.author_login, first.head_ref) == ("git", "华 立", "fix")
    assert (first.merged_by.host, first.merged_by_login) == ("gitee", "i-robot")
    assert first.html_url == f"https://host.example/{NAME}/pulls/1"
    assert len(first.merge_sha) == 40
    assert (second.author.host, second.author_login) == ("gitee", "hua")
    assert (second.merged_by.login, second.base_ref) == ("wang", "master")
    assert sorted(second.reviews.values_list("account__login", "is_witnessed")) == [
        ("liu", True),
        ("zhao", True),
    ]
    assert Contribution.objects.filter(kind="pull_merged").count() == 2


def test_backfill_run_again_writes_nothing(repository, two, capsys, django_assert_max_num_queries):
    assert "2 stored, 0 refined, 0 unchanged" in backfill(two, capsys).out
    before = list(PullRequest.objects.values()), list(Review.objects.values())
    with django_assert_max_num_queries(12) as queries:
        assert "0 stored, 0 refined, 2 unchanged" in backfill(two, capsys).out
    assert not [query["sql"] for query in queries if not query["sql"].startswith(READS)]
    assert (list(PullRequest.objects.values()), list(Review.objects.values())) == before


READS = ("SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")


def test_backfill_dry_run_counts_and_stores_nothing(repository, two, capsys):
    assert "2 stored" in backfill(two, capsys, dry_run=True).out
    assert not PullRequest.objects.exists()
    assert not Person.objects.exists()


def test_backfill_killed_half_way_leaves_whole_chunks_and_is_completed_later(
    repository, monkeypatch
):
    merges = [
        Merge(f"{number:040}", Told(number, "改", Named("hua")), at(number), at(0))
        for number in range(1, 8)
    ]
    monkeypatch.setattr("members.chunks.CHUNK", 3)

    def killed(count):
        if PullRequest.objects.count() >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store(repository, merges, report=killed)
    assert PullRequest.objects.count() == Contribution.objects.count() == 6
    tally = store(repository, merges)
    assert (tally.created, tally.unchanged) == (1, 6)
    assert PullRequest.objects.count() == Contribution.objects.count() == 7


def test_backfill_fills_a_known_row_only_where_it_is_silent(repository, two):
    known = PullRequestFactory(
        repository=repository, number=2, title="平台上的标题", merged_by_login="boss"
    )
    before = PullRequest.objects.filter(pk=known.pk).values().get()
    backfill(two)
    after = PullRequest.objects.filter(pk=known.pk).values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert "merge_sha" in changed
    assert not changed & {"title", "author_id", "author_login", "merged_by_id", "merged_by_login"}
    assert not changed & {"state", "created_at", "updated_at", "merged_at", "html_url"}
    assert known.reviews.filter(is_witnessed=True).count() == 2
    assert not Account.objects.filter(login="hua").exists()


def test_backfill_names_the_author_whom_the_host_forgot(repository, two):
    PullRequestFactory(repository=repository, number=1, author=None, author_login="")
    backfill(two)
    pull = PullRequest.objects.get(number=1)
    assert (pull.author.host, pull.author_login) == ("git", "华 立")
    assert "华" in pull.search_text


def test_backfill_keeps_a_reviewer_known_from_comments(repository, two):
    pull = PullRequestFactory(repository=repository, number=2)
    liu = AccountFactory(login="Liu")
    Review.objects.create(pull=pull, account=liu, remarks=1, pull_updated_at=pull.updated_at)
    backfill(two)
    assert pull.reviews.get(account=liu).is_witnessed
    assert pull.reviews.count() == 2


def test_backfill_keeps_display_names_apart_from_logins(repository, two, client):
    """A name in a commit is nobody's login: no page of a login answers to it, not even the oldest."""
    backfill(two)
    namesake = AccountFactory(login="华 立")
    named = Account.objects.get(host="git")
    assert named.person.login == f"person-{named.person_id}"
    for person in (named.person, namesake.person):
        page = client.get(person.get_absolute_url())
        assert page.context["person"] == person


def test_record_of_a_clone_shows_names_and_claims_nothing_it_cannot_know(repository, two, client):
    backfill(two)
    page = client.get(PullRequest.objects.get(number=1).get_absolute_url())
    author = Account.objects.get(host="git").person
    assertContains(page, "华 立")
    assertContains(page, author.get_absolute_url())
    assertNotContains(page, f">{author.login}<")
    assertNotContains(page, "还没有他人评审")
    witnessed = client.get(PullRequest.objects.get(number=2).get_absolute_url())
    assertContains(witnessed, "Reviewed-by")


def test_backfill_reads_names_as_logins_when_told(repository, history, tmp_path):
    history.merge("!1 a\nMerge pull request !1 from hua/dev", at(10))
    history.merge("!2 a\nMerge pull request !2 from 华 立/dev", at(20))
    backfill(history.write(tmp_path / "clone"), names_are_logins=True)
    authors = PullRequest.objects.order_by("number").values_list("author__host", flat=True)
    assert list(authors) == ["gitee", "git"]


def test_names_that_differ_by_case_are_one_account_on_every_database(repository):
    merges = [
        Merge(f"{number:040}", Told(number, "改", Named(name, is_login=False)), at(1), at(0))
        for number, name in enumerate(("Иван Ли", "ИВАН ЛИ", "иван ли"), start=1)
    ]
    for merge in merges:
        store(repository, [merge])
    assert store(repository, merges).unchanged == 3
    assert Account.objects.count() == Person.objects.count() == 1


# ── the API and the clone, in either order ────────────────────────────────────────────────────
@pytest.fixture
def both(host, history, tmp_path):
    """Two merged pull requests on the host, one still open, and the clone that merged three."""
    first = host.merged(0, user="hua", by="wang")
    second = host.merged(100, user="zhao", by="wang")
    host.pull(200, user="hua")
    host.say(second, "liu", "/lgtm", 110)
    history.merge(f"!{first.number} 名\nMerge pull request !{first.number} from 华 立/fix", at(31))
    text = SECOND.replace("!2", f"!{second.number}")
    # Later than the host's own time of the change: the host's row must win all the same.
    history.merge(text, at(900))
    return history.write(tmp_path / "clone")


def rows(repository):
    """Everything but our own keys and moments, people by login; judged when all is known."""
    settle_pulls(repository, range(1, 10))
    skipped = {"id", "author_id", "merged_by_id", "judged_at"}
    pulls = [
        {name: value for name, value in row.items() if name not in skipped}
        for row in PullRequest.objects.order_by("number").values(
            *(field.name for field in PullRequest._meta.fields if field.name != "repository"),
            "author__login",
            "merged_by__login",
        )
    ]
    for pull in pulls:
        pull.pop("author"), pull.pop("merged_by")
    told = ("pull__number", "account__login", "is_witnessed", "has_lgtm", "pull_updated_at")
    facts = ("kind", "person__name", "at", "title", "url")
    return (
        pulls,
        sorted(Review.objects.values_list(*told)),
        sorted(Contribution.objects.values_list(*facts)),
    )


def test_clone_and_api_end_alike_in_either_order(repository, run, both):
    backfill(both)
    run()
    clone_first = rows(repository)
    for model in (PullRequest, Comment, Contribution, Person):
        model.objects.all().delete()
    repository.sync.delete()
    repository.refresh_from_db()
    run()
    backfill(both)
    assert rows(repository) == clone_first
    assert all(row["remote_id"] for row in clone_first[0])
    assert [bool(row["merge_sha"]) for row in clone_first[0]] == [True, True, False]


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def test_reading_keeps_the_first_merge_of_a_number_and_says_so(history, tmp_path):
    history.merge(FIRST, at(60))
    history.merge(FIRST.replace("溢出", "又一次"), at(90))
    reading = read(history.write(tmp_path / "clone"))
    assert [merge.told.title for merge in reading.merges] == ["修复溢出"]
    assert ["again" in str(remark) for remark in reading.remarks] == [True]


def test_reading_dates_a_pull_by_the_first_commit_it_brought(history, tmp_path):
    old = history.merge("!1 a", at(60), began_at=at(5), commits=2)
    # Begun before !1 was merged, and brought up to date with it in between.
    side = history.commit("b", at(70), authored_at=at(20), parents=[1], branch="side")
    side = history.commit("Merge master", at(80), parents=[side, old], branch="side")
    history.commit("!2 b", at(100), parents=[history.head, side])
    reading = read(history.write(tmp_path / "clone"))
    assert [merge.created_at for merge in reading.merges] == [at(5), at(20)]


def test_reading_dates_squashes_and_leaves_out_impossible_clocks(history, tmp_path):
    history.commit("!1 a", at(60), authored_at=at(5), by="华立", committer="Gitee")
    history.merge("!2 b", at(100), began_at=at(5000))
    history.merge("!3 c", at(110), began_at=0)
    reading = read(history.write(tmp_path / "clone"))
    assert [merge.created_at for merge in reading.merges] == [at(5), at(100), at(110)]
    squash = reading.merges[0].told
    assert (squash.author, squash.merged_by) == (Named("华立", is_login=False), None)


def test_reading_leaves_the_author_open_when_several_wrote(history, tmp_path):
    side = history.commit("a", at(1), by="华立", branch="side")
    side = history.commit("b", at(2), by="刘一", parents=[side], branch="side")
    history.commit("!1 a", at(60), parents=[history.head, side])
    assert read(history.write(tmp_path / "clone")).merges[0].told.author is None


def test_reading_finds_the_commits_of_one_branch_merged_twice(history, tmp_path):
    side = history.commit("a", at(1), by="华立", branch="side")
    history.commit("!1 a", at(60), parents=[history.head, side])
    history.commit("!2 a", at(70), parents=[history.head, side])
    authors = [merge.told.author for merge in read(history.write(tmp_path / "clone")).merges]
    assert authors == [Named("华立", is_login=False)] * 2


def test_reading_reports_what_it_does_not_understand(history, tmp_path, repository, capsys):
    history.merge("!99999999999 a", at(10))
    history.merge("merged !12 by hand", at(20))
    history.commit('Revert "!3 c"', at(30))
    history.commit(b"!4 \xff\xfe broken letters", at(40))
    said = backfill(history.write(tmp_path / "clone"), capsys)
    assert "is no number of a pull request" in said.err
    assert "names a pull request in no known form" in said.err
    assert "1 merges read, 1 stored" in said.out
    assert len(said.err.splitlines()) == 2


# ── the clone ─────────────────────────────────────────────────────────────────────────────────
def test_clone_may_be_bare_or_have_files_or_be_linked(two, tmp_path):
    git(tmp_path, "clone", "-q", str(two), "files")
    git(tmp_path / "files", "worktree", "add", "-q", str(tmp_path / "linked"), "HEAD~1")
    counts = [len(read(tmp_path / name).merges) for name in ("clone", "files", "linked")]
    assert counts == [2, 2, 1]


def test_clone_runs_nothing_that_its_configuration_names(two, tmp_path):
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "gpg.program", "diff.external"):
        git(two, "config", key, str(trap))
    git(two, "config", "log.showSignature", "true")
    git(two, "config", "core.hooksPath", str(tmp_path))
    assert len(read(two).merges) == 2
    assert not (tmp_path / "sprung").exists()


def test_clone_that_lacks_objects_does_not_fetch_them(two, tmp_path):
    git(two, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=tree:0", f"file://{two}", "partial")
    assert len(read(tmp_path / "partial").merges) == 2


def test_clone_says_that_it_is_shallow(two, tmp_path, repository, capsys):
    git(tmp_path, "clone", "-q", "--bare", "--depth=1", f"file://{two}", "shallow")
    said = backfill(tmp_path / "shallow", capsys)
    assert "shallow clone" in said.err
    assert "1 merges read" in said.out


@pytest.mark.parametrize("inside", ["nowhere", "", "files/docs", "file"])
def test_command_refuses_a_folder_that_is_no_clone(inside, two, tmp_path, repository):
    git(tmp_path, "clone", "-q", str(two), "files")
    (tmp_path / "files" / "docs").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"no git clone|no such folder"):
        backfill(tmp_path / inside)


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "HEAD~99", ""])
def test_command_refuses_a_ref_that_is_no_commit(ref, two, repository):
    with pytest.raises(CommandError, match="no commit named"):
        backfill(two, ref=ref)


def test_clone_error_ends_the_reading(two):
    clone = Clone(two)
    with pytest.raises(CloneError, match="git log failed"):
        list(clone.commits("0" * 40))


# ── which repository ──────────────────────────────────────────────────────────────────────────
def test_command_asks_which_home_is_meant_and_takes_its_numbers(repository, two, capsys):
    second = RepositoryFactory(
        owner=repository.owner, name=repository.name, host="gitcode", sig=repository.sig
    )
    with pytest.raises(CommandError, match="gitcode, gitee"):
        backfill(two)
    with pytest.raises(CommandError, match="gitcode, gitee"):
        backfill(two, host="elsewhere")
    call_command("backfill", NAME, "--git", str(two), "--host", "gitee", "--numbers", "-1")
    call_command("backfill", NAME, "--git", str(two), "--host", "gitcode", "--numbers", "2-")
    assert list(repository.pullrequest_set.values_list("number", flat=True)) == [1]
    assert list(second.pullrequest_set.values_list("number", flat=True)) == [2]
    assert second.pullrequest_set.get().author.host == "gitcode"


def test_command_names_what_is_known_when_the_repository_is_not(repository, two):
    with pytest.raises(CommandError, match=NAME):
        call_command("backfill", "example/other", git=two)
