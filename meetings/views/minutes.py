"""Writing minutes: edit, publish, and the history of what was written."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import difference, forms, minutes, rules
from meetings.line_forms import line_forms
from meetings.models import Meeting, MinutesRevision
from meetings.skeleton import skeleton
from members.paging import asked_page

from .access import deed, meeting_or_404, permit, person_of, signed_in
from .minutes_live import live_context, said_of

REVISIONS_SHOWN = 50
# The page's script saves every few seconds; a longer pause begins another row of the history.
BURST = dt.timedelta(minutes=10)


@signed_in
def minutes_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    meeting = meeting_or_404(slug, pk)
    permit(rules.can_edit_minutes(request.user, meeting))
    latest = minutes.latest_of(meeting)
    is_public = latest is not None and latest.is_public
    if request.method != "POST":
        return fresh_page(request, meeting, latest)
    form = forms.MinutesForm(request.POST, is_public=is_public)
    if not form.is_valid():
        return edit_page(request, meeting, form)
    if request.POST.get("do") == "preview":
        return edit_page(request, meeting, form, preview=form.cleaned_data["body"])
    return _save(request, meeting, form, is_public)


@deed
def minutes_publish(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_publish(request.user, meeting))
    form = forms.PublishForm(request.POST)
    if not form.is_valid():
        raise BadRequest("expected: the number of the revision to publish")
    minutes.publish(
        meeting=meeting,
        by=person_of(request),
        at=timezone.now(),
        **form.cleaned_data,
    )
    messages.success(request, _("纪要已发布，内容哈希已写入公开记录。"))
    return redirect(f"{meeting.get_absolute_url()}#minutes")


def minutes_history(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Revisions newest first, and one of them against the one before; drafts, and what was offered
    and taken back, for editors only (I9)."""
    meeting = meeting_or_404(slug, pk)
    sees_drafts = rules.can_edit_minutes(request.user, meeting)
    revisions = meeting.minutes_revisions
    visible = revisions.all() if sees_drafts else revisions.readable()
    page = asked_page(
        request.GET,
        visible.defer("body").select_related("author").prefetch_related("author__accounts"),
        key="number",
        size=REVISIONS_SHOWN,
    )
    chosen = _chosen(visible, request.GET.get("revision", ""))
    context = {
        "sig": meeting.sig,
        "tab": "meetings",
        "meeting": meeting,
        "page": page,
        "bursts": bursts(page.rows),
        "sees_drafts": sees_drafts,
        **_compared(visible, chosen),
    }
    answer = render(request, "meetings/minutes_history.html", context)
    if chosen is not None and not chosen.is_public:
        answer["X-Robots-Tag"] = "noindex"
    return answer


def bursts(revisions: Sequence[MinutesRevision]) -> list[list[MinutesRevision]]:
    """Revisions newest first, drafts of one writing together: one author, no pause beyond BURST."""
    found: list[list[MinutesRevision]] = []
    for revision in revisions:
        if found and _is_one_writing(found[-1][-1], revision):
            found[-1].append(revision)
        else:
            found.append([revision])
    return found


def _is_one_writing(newer: MinutesRevision, older: MinutesRevision) -> bool:
    are_drafts = newer.state == older.state == MinutesRevision.State.DRAFT and not older.reason
    is_one_author = newer.author_id == older.author_id
    return are_drafts and is_one_author and newer.created_at - older.created_at <= BURST


def fresh_page(
    request: HttpRequest, meeting: Meeting, latest: MinutesRevision | None, **more: Any
) -> HttpResponse:
    """The text as it is stored, for editing; `more` goes to the template."""
    initial = {
        "body": latest.body if latest else skeleton(meeting),
        "expected": latest.number if latest else 0,
    }
    is_public = latest is not None and latest.is_public
    form = forms.MinutesForm(initial=initial, is_public=is_public)
    return edit_page(request, meeting, form, is_fresh=True, **more)


def edit_page(
    request: HttpRequest, meeting: Meeting, form: forms.MinutesForm, **more: Any
) -> HttpResponse:
    """The text with what stands beside it: the forms of lines only where a save is a draft."""
    live, is_draft = live_context(meeting), "reason" not in form.fields
    context = {
        "tab": "meetings",
        "form": form,
        "autosaves": is_draft,
        **live,
        **(line_forms(meeting, [person for person, _here in live["likely"]]) if is_draft else {}),
        **more,
    }
    return render(request, "meetings/minutes_edit.html", context)


def _save(
    request: HttpRequest, meeting: Meeting, form: forms.MinutesForm, is_public: bool
) -> HttpResponse:
    data = {**form.cleaned_data, "by": person_of(request), "at": timezone.now()}
    try:
        if is_public:
            minutes.amend(meeting=meeting, **data)
            said = _("修订已发布，理由与内容哈希已写入公开记录。")
            after = f"{meeting.get_absolute_url()}#minutes"
        else:
            revision = minutes.save_draft(meeting=meeting, **data)
            said, after = said_of(meeting, data["body"], revision)
    except minutes.Conflict as conflict:
        return _conflict_page(request, meeting, conflict)
    except minutes.ReasonMissing as refusal:
        form.add_error("reason", str(refusal))
        return edit_page(request, meeting, form)
    except minutes.Refused as refusal:
        form.add_error(None, str(refusal))
        return edit_page(request, meeting, form)
    messages.success(request, said)
    return redirect(after)


def _conflict_page(
    request: HttpRequest, meeting: Meeting, conflict: minutes.Conflict
) -> HttpResponse:
    """Both texts: the reader's own in the form, now on top of the stored one beside it."""
    latest = conflict.latest
    stored = latest.body if latest else ""
    form = forms.MinutesForm(
        initial={"body": conflict.body, "expected": latest.number if latest else 0},
        is_public=latest is not None and latest.is_public,
    )
    context = {
        "sig": meeting.sig,
        "tab": "meetings",
        "meeting": meeting,
        "form": form,
        "latest": latest,
        "changes": difference.lines(stored, conflict.body),
    }
    return render(request, "meetings/minutes_conflict.html", context, status=409)


def _chosen(visible: Any, number: str) -> MinutesRevision | None:
    """The revision of the address, the newest without one; 404 on one that is not shown here."""
    if not number:
        return visible.order_by("-number").first()
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Http404
    chosen = visible.filter(number=int(number)).first()
    if chosen is None:
        raise Http404
    return chosen


def _compared(visible: Any, chosen: MinutesRevision | None) -> dict[str, Any]:
    if chosen is None:
        return {"chosen": None}
    before = visible.filter(number__lt=chosen.number).order_by("-number").first()
    changes = difference.lines(before.body if before else "", chosen.body)
    return {"chosen": chosen, "before": before, "changes": changes}
