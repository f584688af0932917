"""Addresses of the meetings' room."""

from django.urls import path

from .decision_feed import DecisionFeed
from .feeds import AgendaFeed
from .minutes_feed import MinutesFeed
from .views import (
    action,
    agenda,
    attendance,
    calendar,
    decision,
    digest,
    hosting,
    meeting,
    minutes,
    minutes_comment,
    minutes_live,
    minutes_note,
    planning,
)

app_name = "meetings"
MEETING = "sigs/<slug:slug>/meetings/<int:pk>/"

urlpatterns = [
    path("sigs/<slug:slug>/calendar.ics", calendar.calendar_feed, name="calendar"),
    path("sigs/<slug:slug>/meetings/<int:pk>.ics", calendar.meeting_file, name="meeting-file"),
    path("people/me/calendar/", calendar.personal_page, name="personal-calendar"),
    path("calendars/<str:key>.ics", calendar.personal_feed, name="personal-feed"),
    path("sigs/<slug:slug>/meetings/", meeting.meeting_list, name="meeting-list"),
    path("sigs/<slug:slug>/meetings/new/", planning.meeting_create, name="meeting-create"),
    path("sigs/<slug:slug>/series/", planning.series_list, name="series-list"),
    path("sigs/<slug:slug>/series/new/", planning.series_create, name="series-create"),
    path("sigs/<slug:slug>/series/<int:pk>/", planning.series_edit, name="series-edit"),
    path("sigs/<slug:slug>/series/<int:pk>/seats/<slug:duty>/", hosting.seat_add, name="seat-add"),
    *(
        path(
            f"sigs/<slug:slug>/series/<int:pk>/seats/<int:seat_pk>/{do}/",
            hosting.seat_change,
            {"do": do},
            name=f"seat-{do}",
        )
        for do in ("up", "down", "remove")
    ),
    path(MEETING, meeting.meeting_detail, name="meeting-detail"),
    path(f"{MEETING}move/", meeting.meeting_move, name="meeting-move"),
    path(f"{MEETING}cancel/", meeting.meeting_cancel, name="meeting-cancel"),
    path(f"{MEETING}hold/", meeting.meeting_hold, name="meeting-hold"),
    path(f"{MEETING}duties/<slug:duty>/", hosting.duty_name, name="duty-name"),
    path(f"{MEETING}duties/<slug:duty>/take/", hosting.duty_take, name="duty-take"),
    path(f"{MEETING}duties/<slug:duty>/back/", hosting.duty_give_back, name="duty-give-back"),
    path(f"{MEETING}agenda/", agenda.agenda_add, name="agenda-add"),
    path(f"{MEETING}agenda/fill/", agenda.agenda_fill, name="agenda-fill"),
    path(f"{MEETING}agenda/announce/", agenda.agenda_announce, name="agenda-announce"),
    path(f"{MEETING}digest/", digest.digest_put, name="digest-put"),
    path("sigs/<slug:slug>/meetings/feed.atom", AgendaFeed(), name="agenda-feed"),
    path("sigs/<slug:slug>/meetings/minutes.atom", MinutesFeed(), name="minutes-feed"),
    path(f"{MEETING}agenda/<int:item_pk>/edit/", agenda.agenda_edit, name="agenda-edit"),
    path(
        f"{MEETING}agenda/<int:item_pk>/withdraw/", agenda.agenda_withdraw, name="agenda-withdraw"
    ),
    path(
        f"{MEETING}agenda/<int:item_pk>/up/",
        agenda.agenda_shift,
        {"direction": "up"},
        name="agenda-up",
    ),
    path(
        f"{MEETING}agenda/<int:item_pk>/down/",
        agenda.agenda_shift,
        {"direction": "down"},
        name="agenda-down",
    ),
    path(f"{MEETING}attendance/", attendance.attendance_add, name="attendance-add"),
    path(
        f"{MEETING}attendance/people/<int:person_pk>/",
        attendance.attendance_mark,
        name="attendance-mark",
    ),
    path(
        f"{MEETING}attendance/<int:row_pk>/remove/",
        attendance.attendance_remove,
        name="attendance-remove",
    ),
    path(f"{MEETING}actions/", action.action_add, name="action-add"),
    path(f"{MEETING}minutes/edit/", minutes.minutes_edit, name="minutes-edit"),
    path(f"{MEETING}minutes/save/", minutes_live.minutes_save, name="minutes-save"),
    path(f"{MEETING}minutes/live/", minutes_live.minutes_live, name="minutes-live"),
    path(f"{MEETING}minutes/publish/", minutes.minutes_publish, name="minutes-publish"),
    path(f"{MEETING}minutes/history/", minutes.minutes_history, name="minutes-history"),
    path(f"{MEETING}minutes/offer/", minutes_comment.minutes_offer, name="minutes-offer"),
    path(
        f"{MEETING}minutes/offer/take-back/",
        minutes_comment.minutes_take_back,
        name="minutes-take-back",
    ),
    path(f"{MEETING}minutes/comments/", minutes_comment.minutes_comments, name="minutes-comments"),
    path(
        f"{MEETING}minutes/comments/<int:comment_pk>/withdraw/",
        minutes_comment.minutes_comment_withdraw,
        name="minutes-comment-withdraw",
    ),
    path(
        f"{MEETING}minutes/comments/<int:comment_pk>/settle/",
        minutes_comment.minutes_comment_settle,
        name="minutes-comment-settle",
    ),
    path(f"{MEETING}minutes/decision/", minutes_note.decision_note, name="decision-note"),
    path(f"{MEETING}minutes/action/", minutes_note.action_note, name="action-note"),
    path("sigs/<slug:slug>/decisions/", decision.decisions, name="decision-list"),
    path("sigs/<slug:slug>/decisions/feed.atom", DecisionFeed(), name="decision-feed"),
    path("sigs/<slug:slug>/decisions/decisions.csv", decision.decision_csv, name="decision-csv"),
    path(
        "sigs/<slug:slug>/decisions/<int:number>/",
        decision.decision_detail,
        name="decision-detail",
    ),
    path("sigs/<slug:slug>/actions/", action.action_list, name="action-list"),
    path("sigs/<slug:slug>/actions/<int:pk>/", action.action_detail, name="action-detail"),
    path("sigs/<slug:slug>/actions/<int:pk>/change/", action.action_change, name="action-change"),
    path("people/<str:login>/actions/", action.person_actions, name="person-actions"),
    path("sigs/<slug:slug>/actions/<int:pk>/close/", action.action_close, name="action-close"),
]
