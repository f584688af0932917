"""Rows for tests, invented people only. Append your own; a factory fills in no more than it must."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from meetings import models as meetings
from members import models as members
from reviews import models as reviews
from reviews.search import columns_of
from reviews.subject import text_of


class SigFactory(DjangoModelFactory):
    class Meta:
        model = members.Sig

    slug = factory.Sequence("sig-{}".format)
    name = factory.LazyAttribute(lambda sig: f"{sig.slug} 小组")


class RepositoryFactory(DjangoModelFactory):
    class Meta:
        model = members.Repository

    sig = factory.SubFactory(SigFactory)
    owner = "example"
    name = factory.Sequence("repository-{}".format)


class PersonFactory(DjangoModelFactory):
    """A person with one account; `PersonFactory(account__login="lin")` names it."""

    class Meta:
        model = members.Person
        skip_postgeneration_save = True

    name = factory.Sequence("人员{}".format)
    account = factory.RelatedFactory("tests.factories.AccountFactory", "person")


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = members.Account

    person = factory.SubFactory(PersonFactory, account=None)
    login = factory.Sequence("login-{}".format)


class RoleTermFactory(DjangoModelFactory):
    class Meta:
        model = members.RoleTerm

    person = factory.SubFactory(PersonFactory)
    sig = factory.SubFactory(SigFactory)
    role = members.RoleTerm.Role.COMMITTER
    started_on = dt.date(2026, 1, 1)


class ContributionFactory(DjangoModelFactory):
    class Meta:
        model = members.Contribution

    person = factory.SubFactory(PersonFactory)
    sig = factory.SubFactory(SigFactory)
    kind = members.Contribution.Kind.PULL_MERGED
    at = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
    source = factory.LazyAttributeSequence(
        lambda row, number: f"gitee:example/one!{number}:{row.kind}:someone"
    )


class PolicyFactory(DjangoModelFactory):
    class Meta:
        model = members.Policy

    sig = factory.SubFactory(SigFactory)
    role = members.RoleTerm.Role.COMMITTER
    effective_from = dt.date(2025, 1, 1)


class PromotionFactory(DjangoModelFactory):
    """A promotion in any state without the steps before it; `members.promotion` makes real ones."""

    class Meta:
        model = members.Promotion

    sig = factory.SubFactory(SigFactory)
    person = factory.SubFactory(PersonFactory)
    role = members.RoleTerm.Role.COMMITTER
    reason = "长期评审"
    policy = factory.SubFactory(PolicyFactory, sig=factory.SelfAttribute("..sig"))
    nominated_by = factory.SubFactory(PersonFactory)
    nominated_at = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


# ── meetings ──────────────────────────────────────────────────────────────────────────────────
class SeriesFactory(DjangoModelFactory):
    """The first Thursday of each month, 16:00 in Shanghai."""

    class Meta:
        model = meetings.Series

    sig = factory.SubFactory(SigFactory)
    name = "例会"
    rrule = "FREQ=MONTHLY;BYDAY=1TH"
    starts_on = dt.date(2024, 1, 1)
    start_time = dt.time(16)


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Meeting

    sig = factory.SubFactory(SigFactory)
    title = factory.Sequence("例会 {}".format)
    starts_at = dt.datetime(2026, 12, 3, 8, 0, tzinfo=dt.UTC)
    ends_at = factory.LazyAttribute(lambda meeting: meeting.starts_at + dt.timedelta(hours=1))
    uid = factory.Sequence("meeting-{}@example.test".format)
    changed_at = dt.datetime(2026, 11, 1, 0, 0, tzinfo=dt.UTC)


class MinutesRevisionFactory(DjangoModelFactory):
    """A stored text; `meetings.minutes` makes real ones, with their ledger entry."""

    class Meta:
        model = meetings.MinutesRevision

    meeting = factory.SubFactory(MeetingFactory, state=meetings.Meeting.State.HELD)
    number = 1
    state = meetings.MinutesRevision.State.PUBLISHED
    body = "# 纪要\n"
    content_hash = "0" * 64
    created_at = dt.datetime(2026, 12, 4, 0, 0, tzinfo=dt.UTC)


class ActionItemFactory(DjangoModelFactory):
    class Meta:
        model = meetings.ActionItem

    meeting = factory.SubFactory(MeetingFactory)
    sig = factory.SelfAttribute("meeting.sig")
    text = factory.Sequence("行动项 {}".format)
    created_at = dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC)


class AgendaItemFactory(DjangoModelFactory):
    class Meta:
        model = meetings.AgendaItem

    meeting = factory.SubFactory(MeetingFactory)
    title = factory.Sequence("议题 {}".format)
    created_at = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


class MeetingDecisionFactory(DjangoModelFactory):
    """A stored decision; `meetings.deciding` makes real ones, with their entries."""

    class Meta:
        model = meetings.MeetingDecision

    meeting = factory.SubFactory(MeetingFactory, state=meetings.Meeting.State.HELD)
    sig = factory.SelfAttribute("meeting.sig")
    number = factory.Sequence(lambda number: number + 1)
    text = factory.Sequence("决定 {}".format)
    decided_at = factory.SelfAttribute("meeting.starts_at")


def searched(row):
    """The columns by which a factory's pull request or issue is found."""
    names = ("number", "title", "author_login", "labels", "milestone", "assignee_login")
    return columns_of({name: getattr(row, name, "") for name in names})


class PullRequestFactory(DjangoModelFactory):
    class Meta:
        model = reviews.PullRequest

    repository = factory.SubFactory(RepositoryFactory)
    host = "gitee"
    remote_id = factory.Sequence(lambda number: 4_000_000 + number)
    number = factory.Sequence(lambda number: number + 1)
    state = reviews.PullRequest.State.OPEN
    title = factory.LazyAttribute(lambda pull: f"改动 {pull.number}")
    author = factory.SubFactory(AccountFactory)
    author_login = factory.LazyAttribute(lambda pull: pull.author.login if pull.author else "")
    created_at = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
    merged_at = None
    updated_at = factory.LazyAttribute(lambda pull: pull.merged_at or pull.created_at)
    labels = factory.List([])
    search_text = factory.LazyAttribute(lambda pull: searched(pull)["search_text"])
    search_tokens = factory.LazyAttribute(lambda pull: searched(pull)["search_tokens"])


class IssueFactory(DjangoModelFactory):
    class Meta:
        model = reviews.Issue

    repository = factory.SubFactory(RepositoryFactory)
    host = "gitee"
    remote_id = factory.Sequence(lambda number: 7_000_000 + number)
    number = factory.Sequence(lambda number: f"I{number:05d}")
    state = reviews.Issue.State.OPEN
    title = factory.LazyAttribute(lambda issue: f"问题 {issue.number}")
    author = factory.SubFactory(AccountFactory)
    author_login = factory.LazyAttribute(lambda issue: issue.author.login if issue.author else "")
    created_at = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
    updated_at = factory.SelfAttribute("created_at")
    labels = factory.List([])
    milestone = ""
    assignee_login = ""
    search_text = factory.LazyAttribute(lambda issue: searched(issue)["search_text"])
    search_tokens = factory.LazyAttribute(lambda issue: searched(issue)["search_tokens"])


class CommentFactory(DjangoModelFactory):
    """A comment under `on`, a pull request or an issue."""

    class Meta:
        model = reviews.Comment

    class Params:
        on = None

    repository = factory.LazyAttribute(lambda comment: comment.on.repository)
    host = "gitee"
    remote_id = factory.Sequence(lambda number: 6_000_000 + number)
    kind = factory.LazyAttribute(
        lambda comment: "pull" if isinstance(comment.on, reviews.PullRequest) else "issue"
    )
    number = factory.LazyAttribute(lambda comment: str(comment.on.number))
    body = "看过了"
    author = factory.SubFactory(AccountFactory)
    author_login = factory.LazyAttribute(lambda row: row.author.login if row.author else "")
    created_at = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
    updated_at = factory.SelfAttribute("created_at")


class ResolutionFactory(DjangoModelFactory):
    """A stored decision on `on`; `reviews.resolution` makes real ones, with their ledger entry."""

    class Meta:
        model = reviews.Resolution

    class Params:
        on = factory.SubFactory(PullRequestFactory)

    sig = factory.LazyAttribute(lambda row: row.on.repository.sig)
    number = factory.Sequence(lambda number: number + 1)
    pull = factory.LazyAttribute(
        lambda row: row.on if isinstance(row.on, reviews.PullRequest) else None
    )
    issue = factory.LazyAttribute(lambda row: row.on if isinstance(row.on, reviews.Issue) else None)
    subject = factory.LazyAttribute(lambda row: text_of(row.on))
    title = factory.LazyAttribute(lambda row: f"决定 {row.number}")
    outcome = reviews.Resolution.Outcome.ACCEPTED
    reasons = "讨论充分"
    decided_by = factory.SubFactory(PersonFactory)
    decided_at = dt.datetime(2026, 3, 3, 1, 0, tzinfo=dt.UTC)


class RfcFactory(DjangoModelFactory):
    class Meta:
        model = reviews.Rfc

    issue = factory.SubFactory(IssueFactory, labels=["RFC"])
    state = reviews.Rfc.State.DRAFT
    state_changed_at = factory.SelfAttribute("issue.created_at")


class ReviewFactory(DjangoModelFactory):
    """A counted review on a pull request; `reviews.outcome` makes real ones."""

    class Meta:
        model = reviews.Review

    pull = factory.SubFactory(PullRequestFactory)
    account = factory.SubFactory(AccountFactory)
    first_at = factory.SelfAttribute("pull.created_at")
    remarks = 1
    has_lgtm = True
    pull_updated_at = factory.SelfAttribute("pull.updated_at")


class WebhookDeliveryFactory(DjangoModelFactory):
    class Meta:
        model = reviews.WebhookDelivery

    repository = factory.SubFactory(RepositoryFactory)
    path = factory.LazyAttribute(lambda row: row.repository.path if row.repository else "")
    hook_name = "merge_request_hooks"
    action = "open"
    subject_kind = "pull"
    subject_number = "7"
    fingerprint = factory.Sequence("{:064x}".format)
    received_at = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


class RotationSeatFactory(DjangoModelFactory):
    """Somebody's place in a series' list; the person has no role unless the test gives one."""

    class Meta:
        model = meetings.RotationSeat

    series = factory.SubFactory(SeriesFactory)
    person = factory.SubFactory(PersonFactory)
    duty = meetings.RotationSeat.Duty.HOST
    position = factory.Sequence(int)
