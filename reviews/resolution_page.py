"""What the pages say of resolutions and RFCs beside a pull request or an issue, and to whom."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from members.models import Person, Sig
from members.rules import Roles, User, acting_person, roles_of

from .models import Issue, Resolution, Rfc
from .resolution import resolutions_on
from .rfc import rfcs_in_review, rfcs_of
from .rules import can_move_rfc, can_resolve
from .subject import Subject, text_of

State = Rfc.State
GROUP_SIZE = 20
# Steps one takes by hand: what the button says, and what it will do.
BUTTONS = {
    "submit": (
        gettext_lazy("送交评审"),
        gettext_lazy("草案进入评审，列入待决的 RFC；之后由决议给出结论。"),
    ),
    "take_back": (gettext_lazy("退回草案"), gettext_lazy("离开评审，修改后可以再次送交。")),
}
OUTCOME_BADGES = {
    Resolution.Outcome.ACCEPTED: "good",
    Resolution.Outcome.REJECTED: "blocked",
    Resolution.Outcome.DEFERRED: "waiting",
}
STATE_BADGES = {
    State.DRAFT: "neutral",
    State.IN_REVIEW: "waiting",
    State.ACCEPTED: "good",
    State.REJECTED: "blocked",
    State.SUPERSEDED: "neutral",
}


@dataclass(frozen=True)
class Button:
    action: str
    label: Any
    effect: Any


@dataclass(frozen=True)
class Panel:
    """For `_resolutions_on.html`: the resolutions on a subject, and where to record one."""

    resolutions: list[Resolution]
    create_url: str


@dataclass(frozen=True)
class RfcPanel:
    """For `_rfc_on.html`: where the RFC stands, and what the viewer may do about it."""

    rfc: Rfc
    badge: str
    buttons: list[Button]
    can_name_successor: bool


def panel_on(subject: Subject, user: User) -> Panel:
    """Needs `subject.repository.sig`; two queries, and two more for a signed-in member."""
    repository = subject.repository
    url = create_url(repository.sig, subject) if can_resolve(user, repository) else ""
    return Panel(list(resolutions_on(subject)), url)


def create_url(sig: Sig, subject: Subject, supersedes: int | None = None) -> str:
    query = {"subject": text_of(subject)} | ({"supersedes": supersedes} if supersedes else {})
    return reverse("reviews:resolution-create", args=[sig.slug], query=query)


def rfc_panel_on(issue: Issue, user: User) -> RfcPanel | None:
    """None when the issue is no RFC. Needs `issue.repository.sig`."""
    sig = issue.repository.sig
    rfc = rfcs_of(sig).filter(issue=issue).first()
    if rfc is None:
        return None
    person = acting_person(user)
    return _panel(rfc, person, roles_of(person, sig, sig.day_of(timezone.now())))


def _panel(rfc: Rfc, person: Person | None, roles: Roles) -> RfcPanel:
    buttons = [
        Button(action, *BUTTONS[action])
        for action in BUTTONS
        if can_move_rfc(action, person, rfc, roles)
    ]
    successor = can_move_rfc("supersede", person, rfc, roles)
    return RfcPanel(rfc, STATE_BADGES[State(rfc.state)], buttons, successor)


@dataclass(frozen=True)
class RfcLine:
    """One line of the list of RFCs; `resolution` is the newest in force on it."""

    rfc: Rfc
    badge: str
    resolution: Resolution | None


def rfc_lines(rfcs: list[Rfc]) -> list[RfcLine]:
    """One query for the resolutions of all of them."""
    names = {text_of(rfc.issue): rfc.pk for rfc in rfcs}
    found = Resolution.objects.in_force().filter(subject__in=names).select_related("sig")
    newest = {names[row.subject]: row for row in found.order_by("decided_at", "pk")}
    return [RfcLine(rfc, STATE_BADGES[State(rfc.state)], newest.get(rfc.pk)) for rfc in rfcs]


@dataclass(frozen=True)
class RfcGroup:
    """The newest of one state; `is_cut` when there are more."""

    state: Rfc.State
    lines: list[RfcLine]
    is_cut: bool


def rfc_groups(sig: Sig) -> list[RfcGroup]:
    """What is in review first, the longest waiting at the top; then drafts and what is decided."""
    found = {State.IN_REVIEW: list(rfcs_in_review(sig)[: GROUP_SIZE + 1])}
    for state in (State.DRAFT, State.ACCEPTED, State.REJECTED, State.SUPERSEDED):
        found[state] = list(rfcs_of(sig).filter(state=state)[: GROUP_SIZE + 1])
    lines = {
        line.rfc.pk: line for line in rfc_lines([rfc for rows in found.values() for rfc in rows])
    }
    return [
        RfcGroup(state, [lines[rfc.pk] for rfc in rows[:GROUP_SIZE]], len(rows) > GROUP_SIZE)
        for state, rows in found.items()
        if rows
    ]
