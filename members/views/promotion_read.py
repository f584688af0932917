"""What anyone may read of promotions: the list in its forms, one promotion, and its evidence."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from .. import spreadsheet
from ..ballot_box import database_now, rules_of
from ..file_change_page import groups_of
from ..mentions import mentions_of
from ..models import Promotion, Sig
from ..paging import BadCursor, asked_page
from ..policy import FIGURES
from ..promotion_export import COLUMNS, lines_of
from ..promotion_filter import PromotionFilter
from ..promotion_list import listed, open_groups, rows_of
from ..promotion_page import entry_words, page_of
from ..proof_page import proof_page
from ..rules import acting_person, may_propose, roles_of
from ..step_forms import step_forms

PAGE_SIZE = 20


def promotion_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    viewer, now = acting_person(request.user), database_now()
    roles = roles_of(viewer, sig, sig.day_of(now))
    form = PromotionFilter(request.GET)
    rows = form.apply(listed().filter(sig=sig))
    if not form.is_narrowed:
        rows = rows.exclude(state__in=Promotion.OPEN_STATES)
    try:
        page = asked_page(request.GET, rows, key="nominated_at", size=PAGE_SIZE)
    except BadCursor as error:
        raise Http404(_("这个分页地址无法识别。")) from error
    context = {
        "sig": sig,
        "tab": "promotions",
        "form": form,
        "query": form.address,
        "groups": [] if form.is_narrowed else open_groups(sig, viewer, roles, now),
        "page": page,
        "rows": rows_of(page.rows, viewer, roles, now),
        "can_nominate": may_propose(viewer, sig, roles),
    }
    return render(request, "members/promotion_list.html", context)


def promotion_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All promotions of the filter, newest first, streamed."""
    sig, form = get_object_or_404(Sig, slug=slug), PromotionFilter(request.GET)
    if not form.is_valid():
        return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
    rows = form.apply(listed().filter(sig=sig)).order_by("-nominated_at", "-pk")
    return spreadsheet.response(COLUMNS, lines_of(rows), filename=f"promotions-{sig.slug}.csv")


def promotion_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return detail_page(request, promotion_or_404(slug, pk))


def promotion_evidence(request: HttpRequest, slug: str, pk: int, figure: str) -> HttpResponse:
    """Everything behind one figure as it was frozen at nomination."""
    if figure not in FIGURES:
        raise Http404(_("没有这一项数字。"))
    promotion = promotion_or_404(slug, pk)
    context = {
        "sig": promotion.sig,
        "tab": "promotions",
        "promotion": promotion,
        "page": proof_page(
            promotion.evidence, figure, rules_of(promotion), request.GET.get("page", "")
        ),
    }
    return render(request, "members/evidence_list.html", context)


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def promotion_or_404(slug: str, pk: int) -> Promotion:
    proposals = Promotion.objects.select_related("sig", "person", "policy", "nominated_by")
    found = proposals.prefetch_related(
        "repositories", "person__accounts", "nominated_by__accounts", "endorsements"
    )
    promotion: Promotion = get_object_or_404(found, pk=min(pk, 2**63 - 1), sig__slug=slug)
    return promotion


def detail_page(request: HttpRequest, promotion: Promotion, **forms: Any) -> HttpResponse:
    """The promotion with the forms a POST may have brought back, each by its name in the templates."""
    sig, now = promotion.sig, database_now()
    viewer = acting_person(request.user)
    roles = roles_of(viewer, sig, sig.day_of(now))
    page = page_of(promotion, viewer, roles, now)
    context = {
        "sig": sig,
        "tab": "promotions",
        "promotion": promotion,
        "page": page,
        "files": groups_of(promotion, may_change=False, sees_addresses=False),
        "events": [entry_words(entry) for entry in page.events],
        "mentions": mentions_of(promotion),
        **step_forms(promotion, viewer, roles, page.my_ballot, now),
    }
    return render(request, "members/promotion_detail.html", context | forms)
