"""One of everything the API tells of, under the names and numbers that its document gives as examples."""

import datetime as dt

from ledger import record
from meetings.models import AgendaItem, Attendance, Meeting, MeetingDecision
from members.models import Ballot, Endorsement, Statement
from reviews.models import IssueLink, RepositorySync
from tests import factories as make

AT = dt.datetime(2026, 3, 5, 1, 2, 3, 456789, tzinfo=dt.UTC)


def crowd() -> None:
    """SIG `transformers`, repository mindspore/mindformers, person lin-bert, number 12, issue I4CE7W."""
    sig = make.SigFactory(
        slug="transformers", name_en="Transformers", mailing_list="sig@example.test"
    )
    lin = make.PersonFactory(
        name="林伯特", account__login="lin-bert", email="lin@private.test", organization="示例公司"
    )
    place = make.RepositoryFactory(sig=sig, owner="mindspore", name="mindformers")
    make.RepositoryFactory(sig=sig, owner="mindspore", name="docs")
    RepositorySync.objects.create(
        repository=place, result="failed", fault="forbidden", error="token"
    )
    term = make.RoleTermFactory(
        sig=sig, person=lin, role="maintainer", started_on=dt.date(2025, 1, 1)
    )
    term.repositories.add(place)
    make.RoleTermFactory(sig=sig, started_on=dt.date(2024, 1, 1), ended_on=dt.date(2025, 1, 1))
    reviews(place, lin)
    promotion(sig, lin)
    meeting(sig, lin)
    record.append(
        actor="person:lin-bert",
        action="resolution.adopted",
        subject="resolution:1",
        data={"sig": sig.slug, "number": 1, "title": "决定", "outcome": "accepted"},
        at=AT,
    )


def reviews(place, lin) -> None:
    account = lin.accounts.get()
    pull = make.PullRequestFactory(
        repository=place,
        number=12,
        author=account,
        state="merged",
        merged_at=AT,
        labels=["kind/bug"],
    )
    make.CommentFactory(on=pull, body="/lgtm")
    make.ReviewFactory(pull=pull, account=account)
    issue = make.IssueFactory(repository=place, number="I4CE7W", author=account)
    IssueLink.objects.create(pull=pull, repository=place, number=issue.number)
    make.ResolutionFactory(on=pull, number=12, decided_by=lin)
    make.ContributionFactory(
        person=lin, sig=place.sig, repository=place, url=pull.get_absolute_url(), at=AT
    )


def promotion(sig, lin) -> None:
    row = make.PromotionFactory(
        pk=1,
        sig=sig,
        person=lin,
        nominated_at=AT,
        state="voting",
        outcome={"in_favour": 2, "against": 0, "electorate": {"1": ["maintainer"]}},
        evidence={"figures": {"merged": {"value": 3, "items": []}}, "items": []},
        policy__rules={"threshold": "majority"},
    )
    Ballot.objects.create(
        promotion=row, voter=lin, choice=-1, reason="起初的主意", cast_at=AT, superseded_at=AT
    )
    Ballot.objects.create(promotion=row, voter=lin, choice=1, reason="赞成", cast_at=AT)
    Statement.objects.create(promotion=row, author=lin, body="公开的话", at=AT)
    Statement.objects.create(promotion=row, author=lin, body="不公开的话", at=AT, is_sealed=True)
    Endorsement.objects.create(promotion=row, person=lin, at=AT)


def meeting(sig, lin) -> None:
    row = make.MeetingFactory(
        pk=1, sig=sig, state=Meeting.State.HELD, host=lin, scribe=lin, starts_at=AT
    )
    AgendaItem.objects.create(meeting=row, title="议题", proposed_by=lin, created_at=AT)
    AgendaItem.objects.create(meeting=row, title="撤下的议题", created_at=AT, withdrawn_at=AT)
    Attendance.objects.create(meeting=row, person=lin, name="林伯特")
    make.MinutesRevisionFactory(meeting=row, number=1, state="draft", body="草稿的话")
    make.MinutesRevisionFactory(meeting=row, number=2, state="comment", body="征求意见的话")
    make.MinutesRevisionFactory(meeting=row, number=3, state="published", body="发布的话")
    make.MinutesRevisionFactory(meeting=row, number=4, state="draft", body="后来的草稿")
    MeetingDecision.objects.create(sig=sig, meeting=row, number=1, text="决定了", decided_at=AT)
    MeetingDecision.objects.create(
        sig=sig, meeting=row, number=2, text="撤下的决定", decided_at=AT, withdrawn_at=AT
    )
    make.ActionItemFactory(meeting=row, owner=lin, due_on=dt.date(2026, 3, 6))
