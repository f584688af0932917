"""What one may do about promotions: nominate, vote, and the other steps of the table."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from .. import promotion as promotions
from ..ballot_box import database_now
from ..forms import BallotForm, EffectForm, NominationForm, RecusalForm, StatementForm
from ..models import Person, Promotion, Sig
from ..refusals import AlreadyOpen, BadProposal, Refusal, Unqualified
from ..rules import acting_person, may_propose, roles_of
from ..wording import ACTION_WORDS
from .promotion_read import detail_page, promotion_or_404

STEPS: dict[str, Callable[..., object]] = {
    "endorse": promotions.endorse,
    "accept": promotions.accept,
    "decline": promotions.decline,
    "withdraw": promotions.withdraw,
    "open": promotions.open_voting,
    "recuse": promotions.recuse,
    "rejoin": promotions.rejoin,
    "close": promotions.close,
    "effect": promotions.take_effect,
}


@login_required
def promotion_create(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    by = acting_person(request.user)
    if by is None or not may_propose(by, sig, roles_of(by, sig, sig.day_of(database_now()))):
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


@login_required
def promotion_vote(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    promotion = promotion_or_404(slug, pk)
    # Signing in leads back here by GET: there is nothing to see but the promotion.
    if request.method != "POST":
        return redirect(promotion)
    form = BallotForm(request.POST)
    if not form.is_valid():
        return detail_page(request, promotion, ballot_form=form)
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
    """One step of the table by the button's POST; the clock's own step is not among them."""
    promotion = promotion_or_404(slug, pk)
    if action not in STEPS:
        raise Http404(_("没有这一步。"))
    if request.method != "POST":
        return redirect(promotion)
    values: dict[str, Any] = {}
    name, form = _form_of(action, promotion, request.POST)
    if form is not None:
        if not form.is_valid():
            return detail_page(request, promotion, **{name: form})
        values = form.cleaned_data
    by = acting_person(request.user)
    if by is None:
        return _refuse(request, promotion, _no_person())
    try:
        STEPS[action](promotion_id=pk, by=by, at=database_now(), **values)
    except BadProposal as refusal:
        if form is None or refusal.field not in form.fields:
            return _refuse(request, promotion, str(refusal))
        form.add_error(refusal.field, str(refusal))
        return detail_page(request, promotion, **{name: form})
    except Refusal as refusal:
        return _refuse(request, promotion, str(refusal))
    messages.success(request, ACTION_WORDS[action].done)
    return redirect(promotion)


@login_required
def promotion_say(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A statement in the discussion."""
    promotion = promotion_or_404(slug, pk)
    if request.method != "POST":
        return redirect(promotion)
    form = StatementForm(request.POST)
    if not form.is_valid():
        return detail_page(request, promotion, statement_form=form)
    by = acting_person(request.user)
    if by is None:
        return _refuse(request, promotion, _no_person())
    try:
        promotions.say(promotion_id=pk, body=form.cleaned_data["body"], by=by, at=database_now())
    except Refusal as refusal:
        return _refuse(request, promotion, str(refusal))
    messages.success(request, _("发言已保存。"))
    return redirect(promotion)


@login_required
def promotion_retract(request: HttpRequest, slug: str, pk: int, statement: int) -> HttpResponse:
    """One's own statement taken back."""
    promotion = promotion_or_404(slug, pk)
    said = get_object_or_404(promotion.statements, pk=statement)
    if request.method != "POST":
        return redirect(promotion)
    by = acting_person(request.user)
    if by is None:
        return _refuse(request, promotion, _no_person())
    try:
        promotions.retract(statement_id=said.pk, by=by, at=database_now())
    except Refusal as refusal:
        return _refuse(request, promotion, str(refusal))
    messages.success(request, _("发言已撤回，撤回的痕迹会保留。"))
    return redirect(promotion)


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _form_of(action: str, promotion: Promotion, data: QueryDict) -> tuple[str, Form | None]:
    """The form a step asks for, and its name in the page's context."""
    if action == "effect":
        return "effect_form", EffectForm(data, promotion=promotion)
    if action == "recuse":
        return "recusal_form", RecusalForm(data)
    return "", None


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
