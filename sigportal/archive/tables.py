"""What the archive holds: the public rows and columns of every room, each named here or left out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from meetings.models import (
    ActionItem,
    AgendaItem,
    Attendance,
    Meeting,
    MeetingDecision,
    MinutesRevision,
    RotationSeat,
    Series,
)
from members.models import (
    Account,
    Ballot,
    CharterPage,
    DayOverride,
    Endorsement,
    FormerLogin,
    Leave,
    OwnersFile,
    Person,
    Policy,
    Promotion,
    Recusal,
    Repository,
    ReviewRule,
    RoleTerm,
    Sig,
    Statement,
)
from reviews.models import (
    Comment,
    Issue,
    IssueLink,
    Milestone,
    OperateLog,
    PullRequest,
    Push,
    Resolution,
    Review,
    Rfc,
)

Rows = Callable[[], QuerySet[Any]]


@dataclass(frozen=True)
class Table:
    """Public columns of a model, `id` first. A column that is not named is never written.

    `rows`: those that may be read by everybody; None: all. `severed`: references that are left empty
    where the row they lead to is not public.
    """

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    rows: Rows | None = None
    severed: tuple[str, ...] = ()

    def queryset(self) -> QuerySet[Any]:
        """The public rows by number, so that the same data gives the same bytes."""
        found = self.rows() if self.rows else self.model._default_manager.all()
        return found.order_by("pk")


def _table(
    name: str, model: type[Model], columns: str, rows: Rows | None = None, severed: str = ""
) -> Table:
    return Table(name, model, ("id", *columns.split()), rows, tuple(severed.split()))


# ── what of a table may be read by everybody ──────────────────────────────────────────────────
def _with_minutes() -> QuerySet[Meeting]:
    """Meetings whose minutes are public; what was noted at others is a draft still."""
    return Meeting.objects.filter(pk__in=MinutesRevision.objects.public().values("meeting"))


def _statements() -> QuerySet[Statement]:
    return Statement.objects.filter(is_sealed=False)


def _minutes() -> QuerySet[MinutesRevision]:
    return MinutesRevision.objects.public()


def _attendance() -> QuerySet[Attendance]:
    return Attendance.objects.filter(meeting__in=_with_minutes())


def _decisions() -> QuerySet[MeetingDecision]:
    return MeetingDecision.objects.filter(meeting__in=_with_minutes())


def _actions() -> QuerySet[ActionItem]:
    return ActionItem.objects.filter(Q(meeting=None) | Q(meeting__in=_with_minutes()))


def _agenda() -> QuerySet[AgendaItem]:
    return AgendaItem.objects.filter(withdrawn_at=None)


def _through(owner: Any, name: str) -> Table:
    """The rows that tie an owner to repositories."""
    column = f"{owner._meta.model_name}_id"
    through = owner.repositories.through
    return Table(name, through, ("id", column, "repository_id"), None)


MIRRORED = "repository_id host remote_id author_id author_login html_url created_at updated_at"

TABLES = (
    _table("people", Person, "name organization merged_into_id"),
    _table("accounts", Account, "person_id host login uid gone_at joined_at"),
    _table("former-logins", FormerLogin, "account_id login"),
    _table(
        "sigs",
        Sig,
        "slug name name_en description description_en mailing_list meeting_url time_zone created_on"
        " charter_repository charter_folder extra",
    ),
    _table(
        "repositories",
        Repository,
        "sig_id host owner name default_branch lgtm_required approve_required required_labels"
        " blocking_labels moved_to_id",
    ),
    _table("charter-pages", CharterPage, "sig_id language slug title position body"),
    _table(
        "role-terms",
        RoleTerm,
        "person_id sig_id role duty started_on ended_on ended_as due_on reason entry_seq",
    ),
    _through(RoleTerm, "role-term-repositories"),
    # Why somebody is away is for themselves and those who lead.
    _table("leaves", Leave, "person_id sig_id started_on ended_on"),
    _table("day-overrides", DayOverride, "day is_holiday name"),
    _table(
        "review-rules",
        ReviewRule,
        "repository_id valid_from lgtm_required approve_required required_labels blocking_labels",
    ),
    _table("owners-files", OwnersFile, "repository_id path valid_from approvers reviewers sha"),
    _table(
        "policies",
        Policy,
        "sig_id role version preset rules effective_from note adopted_by_id adopted_at",
    ),
    _table(
        "promotions",
        Promotion,
        "sig_id person_id kind role duty reason policy_id evidence state nominated_by_id nominated_at"
        " answer_due_at accepted_at voting_opens_at voting_closes_at decided_at effective_on on_leave"
        " ratified_in outcome",
    ),
    _through(Promotion, "promotion-repositories"),
    _table("ballots", Ballot, "promotion_id voter_id choice reason cast_at superseded_at"),
    _table("recusals", Recusal, "promotion_id person_id reason at withdrawn_at"),
    _table("endorsements", Endorsement, "promotion_id person_id organization at"),
    _table(
        "statements",
        Statement,
        "promotion_id author_id body is_sealed salt at retracted_at",
        _statements,
    ),
    _table(
        "pull-requests",
        PullRequest,
        f"{MIRRORED} number state title body labels base_ref head_ref head_sha is_draft closed_at"
        " merged_at milestone merged_by_id merged_by_login merge_sha details_of verdict lgtm_count"
        " approve_count first_review_at judged_at",
    ),
    _table(
        "issues",
        Issue,
        f"{MIRRORED} number state title body labels assignee_login milestone comment_count"
        " answered_at closed_at",
    ),
    _table("comments", Comment, f"{MIRRORED} kind number body path"),
    _table(
        "operate-logs", OperateLog, "pull_id host remote_id action_type content login created_at"
    ),
    _table("pushes", Push, "pull_id sha not_before at"),
    _table("issue-links", IssueLink, "pull_id repository_id number"),
    _table("milestones", Milestone, "repository_id number title state due_on"),
    _table(
        "reviews",
        Review,
        "pull_id account_id first_at remarks has_lgtm has_approve is_main is_witnessed"
        " pull_updated_at",
    ),
    _table(
        "resolutions",
        Resolution,
        "sig_id number pull_id issue_id subject title outcome reasons decided_by_id decided_at"
        " supersedes_id",
    ),
    _table("rfcs", Rfc, "issue_id state state_changed_at superseded_by_id"),
    _table(
        "series",
        Series,
        "sig_id name rrule starts_on start_time duration_min time_zone venue_url holiday_rule"
        " is_active",
    ),
    _table("rotation-seats", RotationSeat, "series_id duty person_id position"),
    _table(
        "meetings",
        Meeting,
        "sig_id series_id recurrence_on kind title title_en starts_at ends_at venue_url state note"
        " dropped_by_series uid sequence changed_at host_id scribe_id host_by_hand scribe_by_hand"
        " frozen_at agenda_changed_at agenda_reopened_at",
    ),
    _table(
        "agenda-items",
        AgendaItem,
        "meeting_id position title body minutes_allotted proposed_by_id promotion_id pull_request_id"
        " issue_id created_at kind subject_key title_en body_en is_retitled is_lapsed changed_at",
        _agenda,
    ),
    _table(
        "minutes",
        MinutesRevision,
        "meeting_id number state body content_hash author_id reason created_at",
        _minutes,
    ),
    _table(
        "attendance", Attendance, "meeting_id person_id name organization is_group", _attendance
    ),
    _table(
        "action-items",
        ActionItem,
        "sig_id meeting_id text owner_id owner_name due_on state created_at closed_at sequence"
        " changed_at",
        _actions,
    ),
    _table(
        "meeting-decisions",
        MeetingDecision,
        "sig_id meeting_id number text agenda_item_id promotion_id pull_request_id issue_id"
        " supersedes_id decided_at withdrawn_at",
        _decisions,
        "agenda_item_id supersedes_id",
    ),
)

# Of a severed reference, which rows are public: by column, as a condition on the referring row.
PUBLIC_TARGETS = {
    "agenda_item_id": Q(agenda_item__withdrawn_at=None),
    "supersedes_id": Q(
        supersedes__meeting__minutes_revisions__state__in=MinutesRevision.PUBLIC_STATES
    ),
}
