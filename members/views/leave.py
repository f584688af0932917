"""Leave of absence on a page: one's own, and for Maintainers everybody's."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .. import leave as leaves
from .. import rules
from ..ballot_box import database_now
from ..forms import people_called
from ..models import Leave, Person, Sig
from ..paging import asked_page
from ..policy import MAINTAINER
from ..refusals import BadProposal, Refusal
from ..rules import acting_person

PAGE_SIZE = 30
# Nobody has as many people away at once; a page must end all the same.
LONGEST = 500
BAD_DAY = gettext_lazy("请按“2025-06-28”的格式填写一个存在的日期。")


def _day_field(label: Any, *, required: bool, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": BAD_DAY},
    )


class LeaveForm(forms.Form):
    """A leave to begin; only Maintainers are asked for whom."""

    login = forms.CharField(
        label=gettext_lazy("请假人账号"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("为他人登记时填写；不填就是您自己。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    on = _day_field(gettext_lazy("开始日期"), required=True)
    until = _day_field(
        gettext_lazy("返回日期"),
        required=False,
        help_text=gettext_lazy("回来的第一天；还不知道就不填，回来时再登记。"),
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=leaves.NOTE_LENGTH,
        required=False,
        help_text=gettext_lazy("只有您和 Maintainer 能看到，不写入公开记录。"),
    )

    def __init__(self, *args: Any, own: Person, for_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = own
        if not for_others:
            del self.fields["login"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["person"] = self._person(data.pop("login", "").strip().removeprefix("@"))
        return data

    def _person(self, login: str) -> Person | None:
        if not login:
            return self.own
        people = people_called(login)
        if len(people) == 1:
            return people[0]
        sentence = (
            _("没有找到账号“%(login)s”，请核对拼写。")
            if not people
            else _("几个代码平台上都有账号“%(login)s”，请写成“平台:账号”。")
        )
        self.add_error("login", sentence % {"login": login})
        return None


class ReturnForm(forms.Form):
    on = _day_field(gettext_lazy("返回日期"), required=True)


@dataclass(frozen=True)
class Row:
    """A leave that runs or is to come, of the reader or shown to a Maintainer, and how to end it."""

    leave: Leave
    form: ReturnForm


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig, person, roles = _reader(request, slug)
    if request.method != "POST":
        form = LeaveForm(own=person, for_others=MAINTAINER in roles)
        return _page(request, sig, person, roles, form=form)
    form = LeaveForm(request.POST, own=person, for_others=MAINTAINER in roles)
    if form.is_valid():
        try:
            leaves.start(sig=sig, by=person, at=database_now(), **form.cleaned_data)
        except BadProposal as refusal:
            form.add_error(refusal.field, str(refusal))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("请假已登记，名册会显示。"))
            return redirect("members:leave-list", slug)
    return _page(request, sig, person, roles, form=form)


@login_required
@require_POST
def leave_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The first day back, by the one who is away or a Maintainer."""
    sig, person, roles = _reader(request, slug)
    leave = get_object_or_404(Leave.objects.select_related("sig", "person"), sig=sig, pk=pk)
    if not rules.can_see_leave_note(person, leave.person, roles):
        raise PermissionDenied(_("请假只能由本人或 Maintainer 登记。"))
    form = ReturnForm(request.POST, auto_id=f"id_{pk}_%s")
    if form.is_valid():
        try:
            leaves.end(leave=leave, on=form.cleaned_data["on"], by=person, at=database_now())
        except BadProposal as refusal:
            form.add_error("on", str(refusal))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("返回日期已登记。"))
            return redirect("members:leave-list", slug)
    return _page(request, sig, person, roles, ended=(pk, form))


def _reader(request: HttpRequest, slug: str) -> tuple[Sig, Person, frozenset[str]]:
    """Members only; whoever holds no role has nothing to be away from."""
    sig = get_object_or_404(Sig, slug=slug)
    person = acting_person(request.user)
    roles = rules.roles_of(person, sig, sig.day_of(database_now()))
    if person is None or not roles:
        raise PermissionDenied(_("这一页只对本 SIG 的成员开放。"))
    return sig, person, roles


def _page(
    request: HttpRequest,
    sig: Sig,
    person: Person,
    roles: frozenset[str],
    *,
    form: LeaveForm | None = None,
    ended: tuple[int, ReturnForm] | None = None,
) -> HttpResponse:
    on, leads = sig.day_of(database_now()), MAINTAINER in roles
    shown: QuerySet[Leave] = Leave.objects.filter(sig=sig)
    if not leads:
        shown = shown.filter(person=person)
    shown = shown.select_related("person").prefetch_related("person__accounts")
    running = shown.filter(Q(ended_on=None) | Q(ended_on__gt=on))
    context = {
        "sig": sig,
        "tab": "members",
        "leads": leads,
        "today": on,
        "form": form or LeaveForm(own=person, for_others=leads),
        "rows": [_row(one, on, ended) for one in running.order_by("started_on", "id")[:LONGEST]],
        "page": asked_page(
            request.GET, shown.filter(ended_on__lte=on), key="started_on", size=PAGE_SIZE
        ),
    }
    return render(request, "members/leave_list.html", context)


def _row(leave: Leave, on: dt.date, ended: tuple[int, ReturnForm] | None) -> Row:
    if ended is not None and ended[0] == leave.pk:
        return Row(leave, ended[1])
    day = leave.ended_on or max(on, leave.started_on + dt.timedelta(days=1))
    return Row(leave, ReturnForm(initial={"on": day}, auto_id=f"id_{leave.pk}_%s"))
