"""RFCs of a SIG by state, and the steps one takes by hand."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from members.ballot_box import database_now
from members.models import Person, Sig
from members.paging import asked_page
from members.refusals import BadProposal, Refusal
from members.rules import acting_person, roles_of

from .. import rfc as rfcs
from ..models import Rfc
from ..resolution_forms import SuccessorForm
from ..resolution_page import rfc_groups, rfc_lines
from ..rules import can_move_rfc

State = Rfc.State
STEPS: dict[str, Callable[..., Rfc]] = {"submit": rfcs.submit, "take_back": rfcs.take_back}


def rfc_list(request: HttpRequest, slug: str) -> HttpResponse:
    """All states with the newest of each, or with `?state=` one of them page by page."""
    sig = get_object_or_404(Sig, slug=slug)
    context = {"sig": sig, "tab": "issues", "states": State.choices}
    state = request.GET.get("state", "")
    if state not in State.values:
        return render(request, "reviews/rfc_list.html", context | {"groups": rfc_groups(sig)})
    page = asked_page(request.GET, rfcs.rfcs_of(sig).filter(state=state), key="state_changed_at")
    context |= {"state": State(state), "page": page, "lines": rfc_lines(list(page.rows))}
    return render(request, "reviews/rfc_list.html", context)


@login_required
def rfc_move(request: HttpRequest, slug: str, pk: int, action: str) -> HttpResponse:
    """One step of the table by the button's POST: submit, take_back."""
    rfc = _rfc_or_404(slug, pk)
    if action not in STEPS:
        raise Http404(_("没有这一步。"))
    # Signing in leads back here by GET: there is nothing to see but the issue.
    if request.method != "POST":
        return redirect(rfc.issue)
    try:
        STEPS[action](rfc_id=pk, by=_person(request), at=database_now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        rfc.refresh_from_db(fields=["state"])
        messages.success(request, _("RFC 现在是“%(state)s”。") % {"state": rfc.get_state_display()})
    return redirect(rfc.issue)


@login_required
def rfc_supersede(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Naming the RFC that takes the place of this one."""
    rfc = _rfc_or_404(slug, pk)
    sig, person = rfc.issue.repository.sig, _person(request)
    if not can_move_rfc("supersede", person, rfc, roles_of(person, sig)):
        messages.error(request, _("这份 RFC 不能由您指定后继，或已被取代。"))
        return redirect(rfc.issue)
    form = SuccessorForm(request.POST or None, sig=sig)
    if form.is_valid():
        try:
            rfcs.name_successor(rfc_id=pk, by=person, at=database_now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(
                refusal.field if isinstance(refusal, BadProposal) else None, str(refusal)
            )
        else:
            messages.success(request, _("已记入公开记录：这份 RFC 被取代。"))
            return redirect(rfc.issue)
    context = {"sig": sig, "tab": "issues", "rfc": rfc, "form": form}
    return render(request, "reviews/rfc_supersede.html", context)


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _rfc_or_404(slug: str, pk: int) -> Rfc:
    rows = Rfc.objects.select_related("issue__repository__sig", "issue__author")
    rfc: Rfc = get_object_or_404(rows, pk=pk, issue__repository__sig__slug=slug)
    return rfc


def _person(request: HttpRequest) -> Person:
    person = acting_person(request.user)
    if person is None:
        raise PermissionDenied(_("您登录的用户没有对应的成员，请用代码平台账号登录。"))
    return person
