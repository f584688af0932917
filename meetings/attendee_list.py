"""Who was marked as there stands in the minutes as well when they go out to readers."""

from . import placing, template
from .models import Meeting


def filled(meeting: Meeting, body: str) -> str:
    """`body` with the attendance list where its section Attendees still says None.

    A section in which somebody wrote stays as it is, and so does a text that came from a file: its
    export gives back that very file.
    """
    if meeting.source_name:
        return body
    rows = meeting.attendances.order_by("pk")
    came = [template.Attendee(row.name, row.organization, row.is_group) for row in rows]
    return placing.filled(body, placing.ATTENDEES, [template.attendee_line(one) for one in came])
