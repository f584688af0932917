"""Pages of promotions: list, nomination, one promotion with its vote, and the steps one may take."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from ledger.models import Entry

from .. import promotion as promotions
from ..ballot_box import database_now
from ..forms import BallotForm, EffectForm, NominationForm
from ..models import Person, Promotion, Sig
from ..paging import BadCursor, asked_page
from ..promotion_page import badge_of, listed, open_groups, page_of
from ..refusals import AlreadyOpen, BadProposal, Refusal, Unqualified
from ..rules import acting_person, can_nominate, may_propose, roles_of
from ..wording import ACTION_WORDS, EVENT_LABELS

STEPS: dict[str, Callable[..., Promotion]] = {
    "accept": promotions.accept,
    "decline": promotions.decline,
    "withdraw": promotions.withdraw,
    "open": promotions.open_voting,
    "close": promotions.close,
    "effect": promotions.take_effect,
}
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


@login_required
def promotion_create(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    by = acting_person(request.user)
    if by is None or not can_nominate(request.user, sig):
        raise PermissionDenied(_("提名他人须是本 SIG 成员；自荐须先有本 SIG 仓库的贡献。"))
    if request.method != "POST":
        initial = {
            name: request.GET.get(name, "")
            for name in ("login", "role", "kind")
            if name in request.GET
        }
        return _nomination_page(request, sig, NominationForm(sig=sig, initial=initial))
    form = NominationForm(request.POST, sig=sig)
    if not form.is_valid():
        return _nomination_page(request, sig, form)
    try:
        promotion = _nominate(form, sig, by)
    except AlreadyOpen as refusal:
        messages.warning(request, str(refusal))
        return redirect(refusal.promotion)
    except Refusal as refusal:
        form.add_error(_field_of(refusal), str(refusal))
        return _nomination_page(request, sig, form)
    messages.success(request, _("提名已记入公开记录。"))
    return redirect(promotion)


def promotion_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _detail_page(request, _promotion_or_404(slug, pk))


@login_required
def promotion_vote(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    promotion = _promotion_or_404(slug, pk)
    # Signing in leads back here by GET: there is nothing to see but the promotion.
    if request.method != "POST":
        return redirect(promotion)
    form = BallotForm(request.POST)
    if not form.is_valid():
        return _detail_page(request, promotion, ballot_form=form)
    by = acting_person(request.user)
    if by is None:
        return _refuse(request, promotion, _no_person())
    try:
        promotions.cast(promotion_id=pk, by=by, at=database_now(), **form.cleaned_data)
    except Refusal as refusal:
        return _refuse(request, promotion, str(refusal))
    messages.success(request, _("您的一票已记入公开记录；截止前可以改票。"))
    return redirect(promotion)


@login_required
def promotion_act(request: HttpRequest, slug: str, pk: int, action: str) -> HttpResponse:
    """One step of the table by the button's POST: accept, decline, withdraw, open, close, effect."""
    promotion = _promotion_or_404(slug, pk)
    if action not in STEPS:
        raise Http404(_("没有这一步。"))
    if request.method != "POST":
        return redirect(promotion)
    values: dict[str, Any] = {}
    if action == "effect":
        form = EffectForm(request.POST)
        if not form.is_valid():
            return _detail_page(request, promotion, effect_form=form)
        values = form.cleaned_data
    by = acting_person(request.user)
    if by is None:
        return _refuse(request, promotion, _no_person())
    try:
        STEPS[action](promotion_id=pk, by=by, at=database_now(), **values)
    except Refusal as refusal:
        return _refuse(request, promotion, str(refusal))
    messages.success(request, ACTION_WORDS[action].done)
    return redirect(promotion)


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _promotion_or_404(slug: str, pk: int) -> Promotion:
    proposals = Promotion.objects.select_related("sig", "person", "policy", "nominated_by")
    found = proposals.prefetch_related("repositories")
    promotion: Promotion = get_object_or_404(found, pk=pk, sig__slug=slug)
    return promotion


def _detail_page(
    request: HttpRequest,
    promotion: Promotion,
    ballot_form: BallotForm | None = None,
    effect_form: EffectForm | None = None,
) -> HttpResponse:
    sig, now = promotion.sig, database_now()
    viewer = acting_person(request.user)
    page = page_of(promotion, viewer, roles_of(viewer, sig, sig.day_of(now)), now)
    mine = page.my_ballot
    filled = {"choice": mine.choice, "reason": mine.reason} if mine else None
    context = {
        "sig": sig,
        "tab": "promotions",
        "promotion": promotion,
        "page": page,
        "events": [_event(entry) for entry in page.events],
        "ballot_form": ballot_form or BallotForm(initial=filled),
        "effect_form": effect_form or EffectForm(initial={"effective_on": sig.day_of(now)}),
    }
    return render(request, "members/promotion_detail.html", context)


def _event(entry: Entry) -> tuple[Entry, Any, str]:
    """A ledger entry, what it is called, and the login of who did it."""
    label = EVENT_LABELS.get(entry.action, entry.action)
    return entry, label, entry.actor.removeprefix("person:")


def _nomination_page(request: HttpRequest, sig: Sig, form: NominationForm) -> HttpResponse:
    context = {"sig": sig, "tab": "promotions", "form": form}
    return render(request, "members/promotion_create.html", context)


def _nominate(form: NominationForm, sig: Sig, by: Person) -> Promotion:
    data = form.cleaned_data
    names = ("person", "kind", "role", "duty", "repositories", "reason")
    return promotions.nominate(
        sig=sig, by=by, at=database_now(), **{name: data[name] for name in names}
    )


def _field_of(refusal: Refusal) -> str | None:
    if isinstance(refusal, BadProposal):
        return refusal.field
    return "login" if isinstance(refusal, Unqualified) else None


def _refuse(request: HttpRequest, promotion: Promotion, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect(promotion)


def _no_person() -> str:
    return _("您登录的用户没有对应的成员，请用代码平台账号登录。")
