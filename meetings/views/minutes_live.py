"""The minutes while they are written: saved by the page's script, beside what others do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import attendance, forms, meant, minutes, rules
from meetings.minutes_stages import Stage
from meetings.models import Meeting, MinutesRevision

from .access import meeting_or_404, permit, person_of


def minutes_save(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Save for the script, in JSON: `number`, `message`, and `body` where it was merged.

    With `do=save` the button was pressed: `next` is where to go, and that page says what was done.
    401 without a sign-in, 409 on a conflict, 422 on what the form or the minutes refuse.
    """
    meeting = meeting_or_404(slug, pk)
    if request.method != "POST":
        return redirect("meetings:minutes-edit", slug, pk)
    if not request.user.is_authenticated:
        message = _("登录已过期，文字还没有保存，已留在这个浏览器里。")
        return JsonResponse({"message": message}, status=401)
    permit(rules.can_edit_minutes(request.user, meeting))
    latest = minutes.latest_of(meeting)
    is_public = latest is not None and latest.is_public
    form = forms.MinutesSaveForm(request.POST, is_public=is_public)
    if not form.is_valid():
        return _refused(" ".join(str(fault) for row in form.errors.values() for fault in row))
    try:
        revision = _stored(request, meeting, form, is_public)
    except minutes.Conflict as conflict:
        message = _("{reason}两处改动涉及相同的行，请按“保存”对照处理。").format(reason=conflict)
        return JsonResponse({"message": message}, status=409)
    except minutes.Refused as refusal:
        return _refused(str(refusal))
    return _answer(request, meeting, form.cleaned_data["body"], revision)


def minutes_live(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What others do meanwhile, for the page to ask again and again."""
    meeting = meeting_or_404(slug, pk)
    permit(rules.can_edit_minutes(request.user, meeting))
    return render(request, "meetings/_minutes_live.html", live_context(meeting))


def live_context(meeting: Meeting) -> dict[str, Any]:
    """What `_minutes_live.html` shows: the newest revision with what it records, and who is here."""
    revisions = meeting.minutes_revisions.select_related("author")
    latest = revisions.prefetch_related("author__accounts").order_by("-number").first()
    rows = list(meeting.attendances.all())
    here = {row.person_id for row in rows if row.person_id}
    return {
        "sig": meeting.sig,
        "meeting": meeting,
        "latest": latest,
        "found": meant.reading(meeting, latest.body) if latest else None,
        "likely": [(person, person.pk in here) for person in attendance.likely(meeting)],
        "others": [row for row in rows if row.person_id is None],
        "came": len(rows),
    }


def said_of(meeting: Meeting, body: str, revision: MinutesRevision) -> tuple[str, str]:
    """What a saved draft's next page says, and which it is: the difference where it was merged."""
    if revision.body == body:
        return _said_of_own(meeting, revision), f"{meeting.get_absolute_url()}#minutes"
    history = reverse("meetings:minutes-history", args=[meeting.sig.slug, meeting.pk])
    return (
        _("草稿已保存，并与您编辑期间他人保存的改动合并为第 %(number)d 版，请核对。")
        % {"number": revision.number},
        f"{history}?revision={revision.number}",
    )


def _said_of_own(meeting: Meeting, revision: MinutesRevision) -> str:
    """Of a text that is stored as it was sent: who can read it."""
    if revision.is_offered:
        return _("文字没有改动，与公开的征求意见稿一致。")
    if minutes.stage_of(meeting, revision) == Stage.COMMENT:
        return _("草稿已保存，更新征求意见稿或发布之前只有可以编辑的人看得到。")
    return _("草稿已保存，发布之前只有可以编辑的人看得到。")


def _stored(
    request: HttpRequest, meeting: Meeting, form: forms.MinutesSaveForm, is_public: bool
) -> MinutesRevision:
    data = form.cleaned_data
    who: dict[str, Any] = {"by": person_of(request), "at": timezone.now()}
    shared = {"meeting": meeting, "body": data["body"], "expected": data["expected"], **who}
    if is_public:
        return minutes.amend(reason=data["reason"], **shared)
    return minutes.save_draft(base=form.base, **shared)


def _answer(
    request: HttpRequest, meeting: Meeting, body: str, revision: MinutesRevision
) -> JsonResponse:
    found: dict[str, Any] = {"number": revision.number, "message": _("已保存")}
    if revision.body != body:
        found["body"] = revision.body
        found["message"] = _("已保存，并与他人保存的改动合并")
    if request.POST.get("do") == "save":
        if revision.is_public:
            said = _("修订已发布，理由与内容哈希已写入公开记录。")
            found["next"] = f"{meeting.get_absolute_url()}#minutes"
        else:
            said, found["next"] = said_of(meeting, body, revision)
        messages.success(request, said)
    return JsonResponse(found)


def _refused(message: str) -> JsonResponse:
    return JsonResponse({"message": message}, status=422)
