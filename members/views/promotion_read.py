"""What anyone may read of promotions: the list and one promotion."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from ledger.models import Entry

from ..ballot_box import database_now
from ..models import Promotion, Sig
from ..paging import BadCursor, asked_page
from ..promotion_page import badge_of, listed, open_groups, page_of
from ..rules import acting_person, may_propose, roles_of
from ..step_forms import step_forms
from ..wording import EVENT_LABELS

PAGE_SIZE = 20


def promotion_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    viewer = acting_person(request.user)
    roles = roles_of(viewer, sig)
    decided = listed().filter(sig=sig).exclude(state__in=Promotion.OPEN_STATES)
    try:
        page = asked_page(
            request.GET,
            decided,
            key="nominated_at",
            size=PAGE_SIZE,
        )
    except BadCursor as error:
        raise Http404(_("这个分页地址无法识别。")) from error
    context = {
        "sig": sig,
        "tab": "promotions",
        "groups": open_groups(sig, viewer, roles),
        "page": page,
        "decided": [(promotion, badge_of(promotion)) for promotion in page.rows],
        "can_nominate": may_propose(viewer, sig, roles),
    }
    return render(request, "members/promotion_list.html", context)


def promotion_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return detail_page(request, promotion_or_404(slug, pk))


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def promotion_or_404(slug: str, pk: int) -> Promotion:
    proposals = Promotion.objects.select_related("sig", "person", "policy", "nominated_by")
    found = proposals.prefetch_related("repositories")
    promotion: Promotion = get_object_or_404(found, pk=pk, sig__slug=slug)
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
        "events": [_event(entry) for entry in page.events],
        **step_forms(promotion, viewer, roles, page.my_ballot, now),
    }
    return render(request, "members/promotion_detail.html", context | forms)


def _event(entry: Entry) -> tuple[Entry, Any, str]:
    """A ledger entry, what it is called, and the login of who did it."""
    label = EVENT_LABELS.get(entry.action, entry.action)
    return entry, label, entry.actor.removeprefix("person:")
