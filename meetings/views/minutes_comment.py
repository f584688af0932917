"""Minutes offered for comment: the offer, the remarks on it, and what became of them."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import commenting, minutes, minutes_forms, minutes_page, offering, rules
from meetings.models import Meeting, MinutesComment
from members.models import Person
from members.paging import Page, asked_page, mark_of, paginate
from members.rules import acting_person

from .access import deed, meeting_or_404, permit, person_of
from .meeting import meeting_page

REMARKS_SHOWN = 20
# So many digits fit a key of the database.
PK_DIGITS = 18


@deed
def minutes_offer(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_publish(request.user, meeting))
    form = minutes_forms.OfferForm(request.POST, auto_id="offer_%s")
    if "expected" in form.errors:
        raise BadRequest("expected: the number of the revision to offer")
    if not form.is_valid():
        return meeting_page(request, meeting, offer_form=form)
    try:
        offering.offer(
            meeting=meeting, by=person_of(request), at=timezone.now(), **form.cleaned_data
        )
    except offering.BadDeadline as refusal:
        form.add_error("until", str(refusal))
        return meeting_page(request, meeting, offer_form=form)
    messages.success(
        request, _("纪要已公开征求意见，出席的人与 Committer、Maintainer 会收到通知。")
    )
    return redirect(f"{meeting.get_absolute_url()}#minutes")


@deed
def minutes_take_back(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_publish(request.user, meeting))
    form = minutes_forms.TakeBackForm(request.POST, auto_id="take_back_%s")
    if not form.is_valid():
        return meeting_page(request, meeting, take_back_form=form)
    offering.take_back(
        meeting=meeting, by=person_of(request), at=timezone.now(), **form.cleaned_data
    )
    messages.success(request, _("征求意见稿已收回，现在只有可以编辑的人看得到。"))
    return redirect(f"{meeting.get_absolute_url()}#minutes")


def minutes_comments(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The offered text with its remarks; a POST is a new one."""
    meeting = meeting_or_404(slug, pk)
    if request.method != "POST":
        return _page(request, meeting)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    person = person_of(request)
    form = minutes_forms.RemarkForm(request.POST, auto_id="remark_%s")
    if not form.is_valid():
        return _page(request, meeting, remark_form=form)
    try:
        commenting.remark(meeting=meeting, by=person, at=timezone.now(), **form.cleaned_data)
    except commenting.PassageUnknown as refusal:
        form.add_error("passage", str(refusal))
        return _page(request, meeting, remark_form=form)
    except minutes.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(meeting)
    messages.success(request, _("意见已提交，编辑纪要的人会收到通知。"))
    return redirect(_address(meeting))


@deed
def minutes_comment_withdraw(
    request: HttpRequest, meeting: Meeting, comment_pk: int
) -> HttpResponse:
    comment = _comment(meeting, comment_pk)
    permit(comment.author_id == person_of(request).pk)
    commenting.withdraw(comment=comment, by=person_of(request), at=timezone.now())
    messages.success(request, _("意见已撤回。"))
    return redirect(_address(meeting))


@deed
def minutes_comment_settle(request: HttpRequest, meeting: Meeting, comment_pk: int) -> HttpResponse:
    permit(rules.can_publish(request.user, meeting))
    comment = _comment(meeting, comment_pk)
    form = minutes_forms.SettleForm(request.POST, auto_id=f"settle_{comment.pk}_%s")
    if not form.is_valid():
        return _page(request, meeting, settled=(comment.pk, form))
    try:
        commenting.settle(
            comment=comment, by=person_of(request), at=timezone.now(), **form.cleaned_data
        )
    except commenting.AnswerMissing as refusal:
        form.add_error("answer", str(refusal))
        return _page(request, meeting, settled=(comment.pk, form))
    messages.success(request, _("意见已处理，提出人会收到答复。"))
    return redirect(f"{_address(meeting)}?remark={comment.pk}#remark-{comment.pk}")


def _comment(meeting: Meeting, pk: int) -> MinutesComment:
    return get_object_or_404(
        MinutesComment.objects.select_related("meeting"), pk=pk, meeting=meeting
    )


def _address(meeting: Meeting) -> str:
    return reverse("meetings:minutes-comments", args=[meeting.sig.slug, meeting.pk])


def _page(
    request: HttpRequest,
    meeting: Meeting,
    *,
    settled: tuple[int, Form] | None = None,
    **bound: Form,
) -> HttpResponse:
    """404 to others than editors where no text was offered, or it was taken back (I9)."""
    person, at = acting_person(request.user), timezone.now()
    is_editor = rules.can_publish(request.user, meeting)
    page = minutes_page.page_of(meeting, is_editor=is_editor, at=at)
    was_offered = meeting.minutes_revisions.readable().filter(state=minutes.State.COMMENT)
    if not is_editor and not was_offered.exists():
        raise Http404
    remarks = _remarks(meeting, is_editor)
    is_narrow = request.GET.get("show") == "waiting"
    found = _found(
        remarks.waiting() if is_narrow else remarks,
        request.GET,
        settled[0] if settled else _asked_remark(request),
    )
    context: dict[str, Any] = {
        "sig": meeting.sig,
        "tab": "meetings",
        "meeting": meeting,
        "minutes": page,
        "page": found,
        "is_narrow": is_narrow,
        "rows": [_row(comment, person, is_editor, settled) for comment in found.rows],
    }
    if page.takes_remarks and person is not None:
        context["remark_form"] = minutes_forms.RemarkForm(auto_id="remark_%s")
    answer = render(request, "meetings/minutes_comments.html", {**context, **bound})
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _found(rows: Any, params: Mapping[str, str], wanted: int | None) -> Page[MinutesComment]:
    """The page of the address, or the one on which the wanted remark is the first where it is not
    among the newest; a mark in the address goes before."""
    found = asked_page(params, rows, key="created_at", size=REMARKS_SHOWN)
    is_placed = "older" in params or "newer" in params
    if wanted is None or is_placed or wanted in {row.pk for row in found.rows}:
        return found
    remark = rows.filter(pk=wanted).first()
    if remark is None:
        return found
    mark = mark_of(remark.created_at, remark.pk + 1)
    return paginate(rows, key="created_at", size=REMARKS_SHOWN, older=mark)


def _asked_remark(request: HttpRequest) -> int | None:
    """The remark a notice points to; whatever else stands there shows the newest."""
    asked = request.GET.get("remark", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= PK_DIGITS else None


def _remarks(meeting: Meeting, is_editor: bool) -> Any:
    rows = meeting.minutes_comments.all() if is_editor else meeting.minutes_comments.readable()
    people = rows.select_related("revision", "author", "settled_by")
    return people.prefetch_related("author__accounts", "settled_by__accounts")


def _row(
    comment: MinutesComment,
    person: Person | None,
    is_editor: bool,
    settled: tuple[int, Form] | None,
) -> dict[str, Any]:
    form: Form | None = None
    if is_editor and comment.is_waiting:
        form = minutes_forms.SettleForm(auto_id=f"settle_{comment.pk}_%s")
    if settled is not None and settled[0] == comment.pk:
        form = settled[1]
    is_own = person is not None and comment.author_id == person.pk
    return {"comment": comment, "form": form, "may_withdraw": is_own and comment.is_waiting}
