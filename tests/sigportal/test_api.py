"""What the API tells, and what it never tells: the same to everyone, nothing that a page keeps back (I9)."""

import datetime as dt

import pytest
from django.contrib.auth.models import User

from meetings.models import MinutesRevision
from members.models import Account, Contribution
from reviews.models import Resolution
from sigportal.api.v1 import api
from tests import factories as make
from tests.sigportal.api_crowd import AT, crowd

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
SIG = f"{ROOT}/sigs/transformers"
PLACE = f"{ROOT}/repositories/gitee/mindspore/mindformers"
# The document's own examples, with which `crowd` fills the database.
VALUES = {
    "slug": "transformers",
    "host": "gitee",
    "owner": "mindspore",
    "name": "mindformers",
    "login": "lin-bert",
    "role": "committer",
    "version": 1,
    "id": 1,
    "seq": 1,
}
NUMBERS = {"issues": "I4CE7W", "decisions": 1}


def every_address() -> list[str]:
    found = []
    for path in api.get_openapi_schema()["paths"]:
        kind = path.split("/")[-2]
        found.append(path.format(**VALUES, number=NUMBERS.get(kind, 12)))
    return found


@pytest.fixture
def _crowd():
    crowd()


# ── to everyone, and nothing else ─────────────────────────────────────────────────────────────
PRIVATE = [
    "lin@private.test",
    "不公开的话",
    "草稿的话",
    "后来的草稿",
    "征求意见的话",
    "撤下的议题",
    "撤下的决定",
    "token",
    '"electorate"',
]


@pytest.mark.usefixtures("_crowd")
@pytest.mark.parametrize("address", every_address())
def test_everything_is_there_and_nothing_private(client, address):
    said = client.get(address)

    assert said.status_code == 200
    assert [word for word in PRIVATE if word in said.content.decode()] == []


@pytest.mark.usefixtures("_crowd")
def test_what_must_not_show_is_there_to_leak():
    """The words looked for above stand in rows beside those that show."""
    assert MinutesRevision.objects.filter(body="后来的草稿").exists()
    told = " ".join(
        "".join(map(str, row.__dict__.values()))
        for model in ("Person", "Statement", "AgendaItem", "MeetingDecision", "RepositorySync")
        for row in _model(model).objects.all()
    )
    assert [
        word
        for word in ("lin@private.test", "不公开的话", "撤下的议题", "撤下的决定", "token")
        if word not in told
    ] == []


def _model(name):
    from django.apps import apps

    return next(one for one in apps.get_models() if one.__name__ == name)


@pytest.mark.usefixtures("_crowd")
@pytest.mark.parametrize("address", every_address())
def test_who_is_signed_in_changes_nothing(client, address):
    stranger = client.get(address)
    client.force_login(User.objects.create_superuser("root"))
    administrator = client.get(address)

    assert administrator.content == stranger.content
    assert "Vary" not in administrator.headers
    assert not administrator.cookies


@pytest.mark.usefixtures("_crowd")
def test_reader_s_language_changes_nothing(client):
    chinese = client.get(f"{SIG}/pulls")
    english = client.get(f"{SIG}/pulls", headers={"accept-language": "en"})

    assert english.content == chinese.content
    assert (
        english.json()["items"][0]["url"] == "http://testserver/reviews/mindspore/mindformers/12/"
    )


# ── what is told ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("_crowd")
def test_times_are_in_utc_and_as_precise_as_stored(client):
    told = client.get(f"{SIG}/meetings/1").json()

    assert told["starts_at"] == "2026-03-05T01:02:03.456789Z"
    assert told["minutes"]["body"] == "发布的话"
    assert [item["title"] for item in told["agenda"]] == ["议题"]
    assert [one["text"] for one in told["decisions"]] == ["决定了"]
    assert told["host"] == {"login": "lin-bert", "name": "林伯特"}


@pytest.mark.usefixtures("_crowd")
def test_promotion_tells_its_public_parts(client):
    told = client.get(f"{SIG}/promotions/1").json()

    assert [one["body"] for one in told["statements"]] == ["公开的话"]
    assert told["sealed_statements"] == 1
    assert [(one["choice"], one["reason"]) for one in told["ballots"]] == [("in_favour", "赞成")]
    assert told["evidence"] == [{"figure": "merged", "value": 3}]
    assert told["outcome"]["in_favour"] == 2


@pytest.mark.usefixtures("_crowd")
def test_record_tells_verdict_reviews_and_timeline(client):
    told = client.get(f"{PLACE}/pulls/12").json()

    assert told["reviews"][0]["login"] == "lin-bert"
    assert told["judgement"]["rule"]["lgtm"] == 2
    assert {event["kind"] for event in told["timeline"]} >= {
        "opened",
        "comment",
        "merged",
    }
    assert [(one["counts"], one["reason"]) for one in told["judgement"]["lgtm"]] == [(True, None)]
    assert [one["number"] for one in told["issues"]] == ["I4CE7W"]
    assert [one["title"] for one in told["resolutions"]] == ["决定 12"]
    assert told["next_part"] is None
    assert told["merge_s"] == int((AT - dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)).total_seconds())


@pytest.mark.usefixtures("_crowd")
def test_issue_names_the_pull_requests_that_name_it(client):
    told = client.get(f"{PLACE}/issues/I4CE7W").json()

    assert told["pulls"] == ["gitee:mindspore/mindformers!12"]


@pytest.mark.usefixtures("_crowd")
def test_decision_is_said_in_both_languages(client):
    told = client.get(f"{ROOT}/decisions/1").json()

    assert told["sentence"] == "第 1 号决议（接受）：决定"
    assert told["sentence_en"].startswith("Resolution")
    assert told["number"] == told["seq"] == 1
    assert told["url"] == "http://testserver/decisions/1/"


@pytest.mark.usefixtures("_crowd")
def test_entry_is_told_as_it_was_hashed(client):
    import json

    told = client.get(f"{ROOT}/ledger/1").json()
    line = b"".join(client.get("/ledger.jsonl")).decode()

    assert told == json.loads(line)


@pytest.mark.usefixtures("_crowd")
def test_sync_tells_the_kind_of_failure_only(client):
    told = client.get(f"{ROOT}/sync").json()["items"]

    assert {one["repository"]: (one["state"], one["fault"]) for one in told} == {
        "gitee:mindspore/docs": ("never", ""),
        "gitee:mindspore/mindformers": ("failed", "forbidden"),
    }


def test_person_who_was_merged_leads_to_who_they_are(client):
    kept = make.PersonFactory(account__login="lin")
    gone = make.PersonFactory(account=None, merged_into=kept)
    Account.objects.create(person=kept, host="git", login="Lin Name")

    assert client.get(f"{ROOT}/people/person-{gone.pk}").json()["id"] == kept.pk
    listed = client.get(f"{ROOT}/people").json()["items"]
    assert [(one["login"], [a["login"] for a in one["accounts"]]) for one in listed] == [
        ("lin", ["lin"])
    ]


# ── filters ───────────────────────────────────────────────────────────────────────────────────
def test_roster_of_a_past_day(client):
    sig = make.SigFactory(slug="transformers")
    then = {"started_on": dt.date(2024, 1, 1), "ended_on": dt.date(2025, 1, 1)}
    make.RoleTermFactory(sig=sig, person__name="从前", **then)
    make.RoleTermFactory(sig=sig, person__name="如今")

    def names(query):
        told = client.get(f"{SIG}/roster{query}").json()
        return told["on"], [one["person"]["name"] for one in told["items"]]

    assert names("?on=2024-06-01") == ("2024-06-01", ["从前"])
    assert names("?on=2025-01-01") == ("2025-01-01", [])
    assert names("?on=2026-02-01") == ("2026-02-01", ["如今"])


def test_filters_of_the_pages_narrow_the_lists(client):
    sig = make.SigFactory(slug="transformers")
    place = make.RepositoryFactory(sig=sig)
    merged = {"state": "merged", "merged_at": AT}
    first = make.PullRequestFactory(repository=place, author__login="lin", **merged)
    make.PullRequestFactory(repository=place, labels=["kind/bug"])
    make.IssueFactory(repository=place, answered_at=AT)
    waiting = make.IssueFactory(repository=place)

    def found(query):
        return [one["number"] for one in client.get(f"{SIG}/{query}").json()["items"]]

    assert found("pulls?author=LIN&state=merged&dated=merged&since=2026-03-01") == [first.number]
    assert found("pulls?label=kind/bug") == [first.number + 1]
    assert found("pulls?verdict=unmet") == []
    assert found("issues?unanswered=true") == [waiting.number]
    assert len(found("issues?unanswered=false")) == 2


def test_contributions_by_kind_and_month(client):
    lin = make.PersonFactory(account__login="lin")
    sig = make.SigFactory()
    for month, kind in ((2, "pull_merged"), (3, "pull_merged"), (3, "issue_opened")):
        at = dt.datetime(2026, month, 9, tzinfo=dt.UTC)
        make.ContributionFactory(person=lin, sig=sig, kind=kind, at=at, source=f"{month}{kind}")

    told = client.get(f"{ROOT}/people/LIN/contributions?month=2026-03&kind=pull_merged").json()

    assert [(one["kind"], one["at"]) for one in told["items"]] == [
        (Contribution.Kind.PULL_MERGED, "2026-03-09T00:00:00Z")
    ]


def test_what_was_superseded(client):
    sig = make.SigFactory(slug="transformers")
    place = make.RepositoryFactory(sig=sig)
    old = make.ResolutionFactory(on__repository=place, number=1)
    new = make.ResolutionFactory(on__repository=place, number=2)
    Resolution.objects.filter(pk=new.pk).update(supersedes=old)

    told = client.get(f"{SIG}/resolutions?standing=superseded").json()["items"]

    assert [(one["number"], one["supersedes"], one["superseded_by"]) for one in told] == [
        (1, None, 2)
    ]


def test_ledger_since_a_number(client):
    crowd()
    assert client.get(f"{ROOT}/ledger?since=1").json()["items"] == []
    assert len(client.get(f"{ROOT}/ledger?action=resolution.adopted").json()["items"]) == 1
    assert client.get(f"{ROOT}/ledger?subject=promotion:1").json()["items"] == []


def test_long_timeline_comes_in_parts(client, monkeypatch):
    monkeypatch.setattr("reviews.record.COMMENTS_SHOWN", 1)
    place = make.RepositoryFactory(owner="mindspore", name="mindformers")
    pull = make.PullRequestFactory(repository=place, number=12)
    for word in ("一", "二"):
        make.CommentFactory(on=pull, body=word)

    first = client.get(f"{PLACE}/pulls/12").json()
    second = client.get(first["next_part"]).json()

    assert first["next_part"] == f"http://testserver{PLACE}/pulls/12?part=2"
    bodies = [[one["body"] for one in part["timeline"] if one["body"]] for part in (first, second)]
    assert bodies == [["一"], ["二"]]
    assert second["next_part"] is None


def test_decisions_by_the_filter_of_the_register(client):
    crowd()
    make.SigFactory(slug="other")

    def found(query):
        return [one["number"] for one in client.get(f"{ROOT}/decisions?{query}").json()["items"]]

    assert found("sig=transformers&group=resolutions&year=2026&standing=standing") == [1]
    assert found("q=%E5%86%B3%E5%AE%9A") == [1]
    assert found("sig=other") == found("group=roles") == found("standing=superseded") == []


def test_every_group_of_the_register_can_be_asked_for():
    from typing import get_args

    from ledger.actions import GROUPS
    from sigportal.api.choices import Group

    assert set(get_args(get_args(Group)[0])) == set(GROUPS)
