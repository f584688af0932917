"""Who may do what with meetings: predicates, the same in views and templates.

Hosts are the SIG's Committers and Maintainers. Anonymous visitors read what is published.
"""

from members.models import Person, Sig
from members.rules import User, acting_person, is_committer_or_above, is_maintainer

from .models import ActionItem, AgendaItem, Meeting


def can_edit_meeting(user: User, sig: Sig) -> bool:
    """Move, cancel, mark as held, order the agenda, write down who came and who does what."""
    return is_committer_or_above(user, sig)


def can_plan(user: User, sig: Sig) -> bool:
    """Change series, and call extra meetings."""
    return is_maintainer(user, sig)


def can_propose(user: User, meeting: Meeting) -> bool:
    """Anyone signed in as a person while the meeting is ahead; hosts only once the agenda is announced."""
    if acting_person(user) is None or not meeting.is_open:
        return False
    return not meeting.is_frozen or can_edit_meeting(user, meeting.sig)


def can_withdraw(user: User, item: AgendaItem) -> bool:
    """Hosts any item while the meeting is ahead, a proposer their own until the agenda is announced."""
    return withdraws(acting_person(user), item, can_edit_meeting(user, item.meeting.sig))


def withdraws(person: Person | None, item: AgendaItem, is_host: bool) -> bool:
    """`can_withdraw` for a page that asks it of many items: the roles are asked once."""
    if person is None or not item.meeting.is_open or item.withdrawn_at is not None:
        return False
    return is_host or (item.proposed_by_id == person.pk and not item.meeting.is_frozen)


def can_edit_minutes(user: User, sig: Sig) -> bool:
    """Also who may see drafts (I9)."""
    return is_committer_or_above(user, sig)


def can_publish(user: User, sig: Sig) -> bool:
    return is_committer_or_above(user, sig)


def can_close_action(user: User, item: ActionItem) -> bool:
    """The owner, or a Maintainer."""
    return closes(acting_person(user), item, is_maintainer(user, item.sig))


def closes(person: Person | None, item: ActionItem, is_maintainer: bool) -> bool:
    """`can_close_action` for a page that asks it of many items."""
    if person is None or item.state != ActionItem.State.OPEN:
        return False
    return is_maintainer or item.owner_id == person.pk
