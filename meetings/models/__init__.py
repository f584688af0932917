"""The tables of this room; import them from here."""

from .action import ActionItem
from .agenda import AgendaItem
from .attendance import Attendance
from .calendar import PersonalCalendar
from .decision import MeetingDecision
from .meeting import Meeting, MeetingQuerySet
from .minutes import MinutesComment, MinutesRevision
from .passage import MinutesPassage
from .series import RotationSeat, Series

__all__ = [
    "ActionItem",
    "AgendaItem",
    "Attendance",
    "Meeting",
    "MeetingDecision",
    "MeetingQuerySet",
    "MinutesComment",
    "MinutesPassage",
    "MinutesRevision",
    "PersonalCalendar",
    "RotationSeat",
    "Series",
]
