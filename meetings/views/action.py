"""The SIG's action items on one page, and the buttons that add and close them."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import action, action_history, forms, rules
from meetings.models import ActionItem, Meeting
from members.models import Sig
from members.paging import asked_page
from members.rules import acting_person
from members.views.person import person_or_404

from .access import deed, permit, person_of, signed_in
from .meeting import action_rows, meeting_page, rows_over_sigs

OPEN_SHOWN = 200
CLOSED_SHOWN = 20


def action_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    who = request.GET.get("person", "").strip().replace("\0", "")[:200]
    items = ActionItem.objects.filter(sig=sig)
    if who:
        login = who.removeprefix("@")
        mine = Q(owner__accounts__login__iexact=login) | Q(owner_name__iexact=who)
        items = items.filter(pk__in=ActionItem.objects.filter(mine, sig=sig).values("pk"))
    unfinished = items.filter(state=ActionItem.State.OPEN)
    ordered = unfinished.order_by(F("due_on").asc(nulls_last=True), "pk")
    page = asked_page(
        request.GET,
        items.exclude(state=ActionItem.State.OPEN)
        .exclude(closed_at=None)
        .select_related("sig", "owner", "meeting__sig")
        .prefetch_related("owner__accounts"),
        key="closed_at",
        size=CLOSED_SHOWN,
    )
    rows = action_rows(ordered[: OPEN_SHOWN + 1], request.user, sig)
    context = {
        "sig": sig,
        "tab": "meetings",
        "who": who,
        "rows": rows[:OPEN_SHOWN],
        "more": OPEN_SHOWN if len(rows) > OPEN_SHOWN else 0,
        "page": page,
    }
    return render(request, "meetings/action_list.html", context)


def person_actions(request: HttpRequest, login: str) -> HttpResponse:
    """What one person took on in any SIG."""
    person = person_or_404(login)
    person = person.merged_into or person
    items = ActionItem.objects.filter(owner=person)
    ordered = items.filter(state=ActionItem.State.OPEN).order_by(
        F("due_on").asc(nulls_last=True), "pk"
    )
    closed = items.exclude(state=ActionItem.State.OPEN).exclude(closed_at=None)
    page = asked_page(
        request.GET,
        closed.select_related("sig", "owner", "meeting__sig").prefetch_related("owner__accounts"),
        key="closed_at",
        size=CLOSED_SHOWN,
    )
    rows = rows_over_sigs(ordered[: OPEN_SHOWN + 1], request.user)
    context = {
        "person": person,
        "rows": rows[:OPEN_SHOWN],
        "more": OPEN_SHOWN if len(rows) > OPEN_SHOWN else 0,
        "page": page,
        "is_own": acting_person(request.user) == person,
    }
    return render(request, "meetings/person_actions.html", context)


def action_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _detail(request, _item_or_404(slug, pk))


@signed_in
def action_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Another owner or day, by the hosts."""
    item = _item_or_404(slug, pk)
    back = reverse("meetings:action-detail", args=[slug, pk])
    if request.method != "POST":
        return redirect(back)
    permit(rules.can_edit_meeting(request.user, item.meeting))
    form = forms.ActionChangeForm(request.POST)
    if not form.is_valid():
        return _detail(request, item, form)
    try:
        action.change(item=item, by=person_of(request), at=timezone.now(), **form.cleaned_data)
    except action.AlreadyClosed as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    messages.success(request, _("行动项已更新。"))
    return redirect(back)


def _item_or_404(slug: str, pk: int) -> ActionItem:
    items = ActionItem.objects.select_related("sig", "owner", "meeting__sig")
    return get_object_or_404(items.prefetch_related("owner__accounts"), pk=pk, sig__slug=slug)


def _detail(
    request: HttpRequest, item: ActionItem, form: forms.ActionChangeForm | None = None
) -> HttpResponse:
    """One item with its history; `form` came back with errors."""
    may_change = item.state == ActionItem.State.OPEN and rules.can_edit_meeting(
        request.user, item.meeting
    )
    if may_change and form is None:
        initial = {"owner": item.owner.login if item.owner else "", "due_on": item.due_on}
        form = forms.ActionChangeForm(initial=initial)
    context = {
        "sig": item.sig,
        "tab": "meetings",
        "item": item,
        "is_overdue": item.is_overdue(item.sig.day_of(timezone.now())),
        "may_close": rules.can_close_action(request.user, item),
        "form": form if may_change else None,
        "history": action_history.of(item),
    }
    return render(request, "meetings/action_detail.html", context)


@deed
def action_add(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting))
    form = forms.ActionForm(request.POST, auto_id="action_%s")
    if not form.is_valid():
        return meeting_page(request, meeting, action_form=form)
    action.add(meeting=meeting, by=person_of(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("行动项已记下。"))
    return redirect(f"{meeting.get_absolute_url()}#actions")


@signed_in
def action_close(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    item = get_object_or_404(
        ActionItem.objects.select_related("sig", "owner"), pk=pk, sig__slug=slug
    )
    back = reverse("meetings:action-list", args=[slug])
    if request.method != "POST":
        return redirect(back)
    form = forms.ActionCloseForm(request.POST)
    if not form.is_valid():
        raise BadRequest("state must be done or dropped")
    if item.state == ActionItem.State.OPEN:
        permit(rules.can_close_action(request.user, item))
    state = form.cleaned_data["state"]
    try:
        action.close(item=item, state=state, by=person_of(request), at=timezone.now())
    except action.AlreadyClosed as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    messages.success(
        request,
        _("行动项的状态已改为“%(state)s”。") % {"state": ActionItem.State(state).label},
    )
    return redirect(back)
