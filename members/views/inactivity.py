"""Who has shown nothing for long: the list for members, asking by mail, and answering for oneself."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .. import inactivity as inactivities
from .. import rules
from ..ballot_box import database_now
from ..inactivity_page import proposal_url, rows_of, rules_in_words
from ..models import Inquiry, Person, Promotion, Sig
from ..paging import asked_page
from ..policy import MAINTAINER, ROLES
from ..refusals import BadProposal, Refusal
from ..rules import acting_person

PAGE_SIZE = 30


class AnswerForm(forms.Form):
    """The person's own word on whether they go on."""

    choice = forms.ChoiceField(
        label=gettext_lazy("您的打算"),
        choices=[
            (Inquiry.Answer.STAYS, gettext_lazy("继续履职：角色不变")),
            (Inquiry.Answer.LEAVE, gettext_lazy("暂时请假：角色保留，下一步登记请假的日期")),
            (Inquiry.Answer.STEPS_DOWN, gettext_lazy("卸任：下一步填写卸任的提议，由您本人提交")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择继续、请假或卸任。")},
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=inactivities.NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("本 SIG 的成员可以看到，不写入公开记录。"),
    )


class AskForm(forms.Form):
    person = forms.ModelChoiceField(Person.objects.filter(merged_into=None))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD"])
def inactivity(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    on = sig.day_of(database_now())
    person, roles = _reader(request, sig, on)
    if not roles:
        raise PermissionDenied(_("这一页只对本 SIG 的成员开放。"))
    history = Inquiry.objects.filter(sig=sig).select_related("person", "asked_by")
    page = asked_page(
        request.GET,
        history.prefetch_related("person__accounts", "asked_by__accounts"),
        key="asked_at",
        size=PAGE_SIZE,
    )
    context = {
        "sig": sig,
        "tab": "members",
        "rules": rules_in_words(sig, on),
        "rows": rows_of(inactivities.silent_on(sig, on), person, roles),
        "leads": MAINTAINER in roles,
        "page": page,
        "asked": [(one, inactivities.is_overdue(one, sig, on)) for one in page.rows],
    }
    return render(request, "members/inactivity_list.html", context)


@login_required
@require_POST
def inquiry_create(request: HttpRequest, slug: str) -> HttpResponse:
    """A Maintainer's button beside a name."""
    sig = get_object_or_404(Sig, slug=slug)
    form, by = AskForm(request.POST), acting_person(request.user)
    if by is None or not form.is_valid():
        raise PermissionDenied(_("只有其他 Maintainer 可以询问一位成员是否继续。"))
    person = form.cleaned_data["person"]
    try:
        inactivities.ask(person=person, sig=sig, by=by, at=database_now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("已向 %(name)s 发出询问，答复会显示在这里。") % {"name": person.name}
        )
    return redirect("members:inactivity", slug)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The question with its answer; for the one who was asked, the form to answer it."""
    inquiry = get_object_or_404(
        Inquiry.objects.select_related("sig", "person", "asked_by"), sig__slug=slug, pk=pk
    )
    at = database_now()
    on = inquiry.sig.day_of(at)
    person, roles = _reader(request, inquiry.sig, on)
    if not rules.may_see_inquiry(person, inquiry.person, roles):
        raise PermissionDenied(_("这一页只对被询问的人和本 SIG 的成员开放。"))
    if request.method != "POST":
        return _inquiry_page(request, inquiry, person, roles, AnswerForm(), on)
    form = AnswerForm(request.POST)
    if not form.is_valid() or person is None:
        return _inquiry_page(request, inquiry, person, roles, form, on)
    try:
        inactivities.answer(inquiry_id=pk, by=person, at=at, **form.cleaned_data)
    except BadProposal as refusal:
        form.add_error(refusal.field, str(refusal))
        return _inquiry_page(request, inquiry, person, roles, form, on)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("members:inquiry-detail", slug, pk)
    messages.success(request, _("您的答复已记录。"))
    return redirect(_next_step(inquiry, form.cleaned_data["choice"], roles))


def _next_step(inquiry: Inquiry, choice: str, roles: frozenset[str]) -> str:
    """Where an answer leads: nothing follows by itself, so the next form stands ready."""
    if choice == Inquiry.Answer.LEAVE and roles:
        return reverse("members:leave-list", args=[inquiry.sig.slug])
    if choice == Inquiry.Answer.STEPS_DOWN and roles:
        role = max(roles, key=ROLES.index)
        return proposal_url(inquiry.sig, inquiry.person, role, Promotion.Kind.STEP_DOWN)
    return reverse("members:inquiry-detail", args=[inquiry.sig.slug, inquiry.pk])


def _reader(request: HttpRequest, sig: Sig, on: dt.date) -> tuple[Person | None, frozenset[str]]:
    person = acting_person(request.user)
    return person, rules.roles_of(person, sig, on)


def _inquiry_page(
    request: HttpRequest,
    inquiry: Inquiry,
    person: Person | None,
    roles: frozenset[str],
    form: AnswerForm,
    on: dt.date,
) -> HttpResponse:
    mine = rules.may_answer(person, inquiry.person)
    context = {
        "sig": inquiry.sig,
        "tab": "members",
        "inquiry": inquiry,
        "overdue": inactivities.is_overdue(inquiry, inquiry.sig, on),
        "mine": mine,
        "is_member": bool(roles),
        "form": form if mine and inquiry.answered_at is None else None,
    }
    return render(request, "members/inactivity_inquiry.html", context)
