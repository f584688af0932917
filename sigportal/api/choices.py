"""Values that can be listed. Written out wherever they stand in the document: its components go by the
name of a class alone, and half a dozen tables have a `State`."""

from typing import Annotated, Literal

from django.db.models import TextChoices
from pydantic import Field, WithJsonSchema

from meetings.models import ActionItem, Meeting
from members.models import Contribution, Promotion, RoleTerm
from reviews.models import Issue, PullRequest, Resolution


def _listed(choices: type[TextChoices]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(choices.values)})


Group = Annotated[
    Literal["roles", "resolutions", "meetings", "rules", "minutes", "people"],
    Field(description="Kind of decision, as the register groups them."),
]
Role = Annotated[RoleTerm.Role, _listed(RoleTerm.Role)]
ContributionKind = Annotated[Contribution.Kind, _listed(Contribution.Kind)]
PromotionKind = Annotated[Promotion.Kind, _listed(Promotion.Kind)]
PromotionState = Annotated[Promotion.State, _listed(Promotion.State)]
PullState = Annotated[PullRequest.State, _listed(PullRequest.State)]
Verdict = Annotated[PullRequest.Verdict, _listed(PullRequest.Verdict)]
IssueState = Annotated[Issue.State, _listed(Issue.State)]
Outcome = Annotated[Resolution.Outcome, _listed(Resolution.Outcome)]
MeetingKind = Annotated[Meeting.Kind, _listed(Meeting.Kind)]
MeetingState = Annotated[Meeting.State, _listed(Meeting.State)]
ActionState = Annotated[ActionItem.State, _listed(ActionItem.State)]
