"""Who may do what with meetings: predicates, the same in views and templates.

A meeting is run by its own host and scribe, whatever role they hold, and by the SIG's Committers and
Maintainers. Anonymous visitors read what is published.
"""

from collections.abc import Callable

from members.models import Person, Sig
from members.rules import User, acting_person, is_committer_or_above, is_maintainer

from .minutes_stages import WHO, Act, Stage, allows
from .models import ActionItem, AgendaItem, Meeting, RotationSeat


def is_host_of_sig(user: User, sig: Sig) -> bool:
    """May run any meeting of the SIG: its Committers and Maintainers of today."""
    return is_committer_or_above(user, sig)


def can_edit_meeting(user: User, meeting: Meeting) -> bool:
    """Move, cancel, mark as held, order the agenda, write down who came and who does what."""
    return is_named(acting_person(user), meeting) or is_host_of_sig(user, meeting.sig)


def is_named(person: Person | None, meeting: Meeting) -> bool:
    """The meeting's own host or scribe; no query, so lists ask it of each row."""
    return person is not None and person.pk in (meeting.host_id, meeting.scribe_id)


def is_in_rotation(person: Person | None, meeting: Meeting) -> bool:
    """Has a place in one of the lists of the meeting's series."""
    if person is None or meeting.series_id is None:
        return False
    return RotationSeat.objects.filter(series=meeting.series_id, person=person).exists()


def can_take_duty(user: User, meeting: Meeting) -> bool:
    """May host or write a meeting nobody is named for: Committers, Maintainers, whoever has turns."""
    return is_host_of_sig(user, meeting.sig) or is_in_rotation(acting_person(user), meeting)


def can_plan(user: User, sig: Sig) -> bool:
    """Change series, and call extra meetings."""
    return is_maintainer(user, sig)


def can_propose(user: User, meeting: Meeting) -> bool:
    """Anyone signed in as a person while the meeting is ahead; hosts only once the agenda is announced."""
    if acting_person(user) is None or not meeting.is_open:
        return False
    return not meeting.is_frozen or can_edit_meeting(user, meeting)


def can_withdraw(user: User, item: AgendaItem) -> bool:
    """Hosts any item while the meeting is ahead, a proposer their own until the agenda is announced."""
    return withdraws(acting_person(user), item, can_edit_meeting(user, item.meeting))


def withdraws(person: Person | None, item: AgendaItem, is_host: bool) -> bool:
    """`can_withdraw` for a page that asks it of many items: the roles are asked once."""
    if person is None or not item.meeting.is_open or item.withdrawn_at is not None:
        return False
    return is_host or (item.proposed_by_id == person.pk and not item.meeting.is_frozen)


def can_edit_minutes(user: User, meeting: Meeting) -> bool:
    """Also who may see drafts (I9)."""
    return can_edit_meeting(user, meeting)


def can_publish(user: User, meeting: Meeting) -> bool:
    """Also offer minutes for comment, take the offer back, and settle remarks."""
    return can_edit_meeting(user, meeting)


# Who takes a step of meetings.minutes_stages.
MINUTES_WHO: dict[str, Callable[[User, Meeting], bool]] = {
    "editor": can_edit_minutes,
    "publisher": can_publish,
    "person": lambda user, meeting: acting_person(user) is not None,
}


def may_take_step(act: Act, user: User, meeting: Meeting) -> bool:
    """The right to a step in the life of minutes, wherever they are now."""
    return MINUTES_WHO[WHO[act]](user, meeting)


def can_take_step(act: Act, stage: Stage, user: User, meeting: Meeting) -> bool:
    """The right to the step, and the stage allows it."""
    return allows(stage, act) and may_take_step(act, user, meeting)


def can_close_action(user: User, item: ActionItem) -> bool:
    """The owner, or a Maintainer."""
    return closes(acting_person(user), item, is_maintainer(user, item.sig))


def closes(person: Person | None, item: ActionItem, is_maintainer: bool) -> bool:
    """`can_close_action` for a page that asks it of many items."""
    if person is None or item.state != ActionItem.State.OPEN:
        return False
    return is_maintainer or item.owner_id == person.pk
