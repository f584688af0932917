"""Resolutions: the SIG's list in its forms (page, CSV, feed), one resolution, and recording one."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from ledger.decisions import url_in_register
from ledger.models import Entry
from members import spreadsheet
from members.ballot_box import database_now
from members.mentions import mentions_of
from members.models import Person, Sig
from members.paging import asked_page
from members.refusals import BadProposal, Refusal
from members.rules import acting_person

from .. import resolution as resolutions
from ..models import Resolution
from ..models.resolution import ResolutionQuerySet
from ..resolution_forms import ResolutionFilter, ResolutionForm
from ..resolution_page import OUTCOME_BADGES, create_url
from ..rules import can_resolve, can_resolve_in
from ..subject import text_of

COLUMNS = (
    "number",
    "title",
    "outcome",
    "subject",
    "decided_by",
    "decided_at",
    "supersedes",
    "superseded_by",
    "reasons",
    "url",
)
CHUNK = 500


def resolution_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    form = ResolutionFilter(request.GET)
    context = {
        "sig": sig,
        "tab": "reviews",
        "form": form,
        "page": asked_page(request.GET, form.apply(_listed(sig)), key="decided_at"),
        "query": form.address,
        "may_record": can_resolve_in(request.user, sig),
    }
    return render(request, "reviews/resolution_list.html", context)


def resolution_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All resolutions of the filter, newest first, streamed."""
    sig, form = get_object_or_404(Sig, slug=slug), ResolutionFilter(request.GET)
    if not form.is_valid():
        return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
    rows = form.apply(_listed(sig)).order_by("-decided_at", "-pk")
    return spreadsheet.response(COLUMNS, _cells(rows), filename=f"resolutions-{sig.slug}.csv")


def resolution_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    resolution = get_object_or_404(
        Resolution.objects.with_all(), sig__slug=slug, number=min(number, 2**31 - 1)
    )
    entry = resolutions.entry_of(resolution)
    context = {
        "sig": resolution.sig,
        "tab": "reviews",
        "resolution": resolution,
        "role": entry.data["role"].capitalize() if entry else "",
        "entry": entry,
        "entry_url": url_in_register(entry) if entry else "",
        "reasons_hash": resolutions.hash_of(resolution.reasons),
        "is_as_recorded": _is_as_recorded(resolution, entry),
        "supersede_url": _supersede_url(request, resolution),
        "mentions": mentions_of(resolution.on),
    }
    return render(request, "reviews/resolution_detail.html", context)


@login_required
def resolution_create(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, then what will be public, then the record: `step` says which button was pressed."""
    sig = get_object_or_404(Sig, slug=slug)
    by = acting_person(request.user)
    if by is None or not can_resolve_in(request.user, sig):
        raise PermissionDenied(_("决议由本 SIG 的 Maintainer 和 Committer 记录。"))
    if request.method != "POST":
        return _form_page(request, sig, ResolutionForm(sig=sig, initial=_asked(request)))
    form = ResolutionForm(request.POST, sig=sig)
    step = request.POST.get("step", "preview")
    if not form.is_valid() or step == "edit":
        return _form_page(request, sig, form)
    try:
        if step != "record":
            return _preview_page(request, sig, form, by)
        made = resolutions.adopt(
            proposal=form.proposal, token=form.form_token, by=by, at=database_now()
        )
    except resolutions.AlreadyRecorded as refusal:
        messages.warning(request, str(refusal))
        return redirect(refusal.resolution)
    except Refusal as refusal:
        form.add_error(_field_of(refusal), str(refusal))
        return _form_page(request, sig, form)
    messages.success(request, _("第 %(number)d 号决议已写入公开记录。") % {"number": made.number})
    return redirect(made)


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _listed(sig: Sig) -> ResolutionQuerySet:
    return Resolution.objects.filter(sig=sig).with_all()


def _cells(rows: ResolutionQuerySet) -> Iterator[tuple[Any, ...]]:
    for row in rows.iterator(chunk_size=CHUNK):
        yield (
            row.number,
            row.title,
            row.outcome,
            row.subject,
            row.decided_by.login,
            row.decided_at.isoformat(),
            row.supersedes.number if row.supersedes else "",
            row.successor.number if row.successor else "",
            row.reasons,
            settings.SITE_URL + row.get_absolute_url(),
        )


def _is_as_recorded(resolution: Resolution, entry: Entry | None) -> bool:
    """Whether what the table holds is what was recorded when it was adopted."""
    stored = {
        "title": resolution.title,
        "outcome": resolution.outcome,
        "subject": resolution.subject,
        "reasons_sha256": resolutions.hash_of(resolution.reasons),
    }
    return entry is not None and stored.items() <= entry.data.items()


def _supersede_url(request: HttpRequest, resolution: Resolution) -> str:
    """Where to record the one that takes its place; empty for who may not, or when one did."""
    subject = resolution.on
    if subject is None or resolution.successor is not None:
        return ""
    if not can_resolve(request.user, subject.repository):
        return ""
    return create_url(resolution.sig, subject, resolution.number)


def _asked(request: HttpRequest) -> dict[str, str]:
    names = ("subject", "supersedes", "title", "outcome")
    return {name: request.GET[name] for name in names if name in request.GET}


def _form_page(request: HttpRequest, sig: Sig, form: ResolutionForm) -> HttpResponse:
    context = {"sig": sig, "tab": "reviews", "form": form}
    return render(request, "reviews/resolution_create.html", context)


def _preview_page(request: HttpRequest, sig: Sig, form: ResolutionForm, by: Person) -> HttpResponse:
    steps = resolutions.check(proposal=form.proposal, by=by, at=database_now())
    proposal = form.proposal.tidied()
    outcome = Resolution.Outcome(proposal.outcome)
    context = {
        "sig": sig,
        "tab": "reviews",
        "form": form,
        "proposal": proposal,
        "outcome": outcome,
        "badge": OUTCOME_BADGES[outcome],
        "by": by,
        "steps": steps,
        "subject": text_of(proposal.subject),
        "token": form.form_token,
    }
    return render(request, "reviews/resolution_preview.html", context)


def _field_of(refusal: Refusal) -> str | None:
    return refusal.field if isinstance(refusal, BadProposal) else "subject"
