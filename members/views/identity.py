"""Pages on which people say who is who: accounts of a person, merging two, likely doubles of a SIG."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ledger.actions import sentence
from ledger.models import Entry

from .. import account as accounts
from .. import doubles_page, likeness, merging
from ..ballot_box import database_now
from ..identity_forms import AccountForm, AskForm, NoteForm, OtherForm, ReasonForm
from ..models import Account, Person, Sig
from ..refusals import Refusal
from ..rules import acting_person, can_identify, can_see_doubles
from .person import person_or_404

HISTORY = ("account.linked", "account.added", "account.detached", "person.merged")
LATEST = 20


# ── one person ────────────────────────────────────────────────────────────────────────────────
@login_required
def person_identity(request: HttpRequest, login: str) -> HttpResponse:
    person = person_or_404(login)
    if person.merged_into is not None:
        return redirect("members:person-identity", person.merged_into.login)
    return _identity_page(request, person)


@login_required
def account_add(request: HttpRequest, login: str) -> HttpResponse:
    person = person_or_404(login)
    # Signing in leads back here by GET: the form stands on the page of the person's accounts.
    if request.method != "POST":
        return redirect("members:person-identity", person.login)
    _permit(request, person)
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _identity_page(request, person, account_form=form)
    by = acting_person(request.user)
    try:
        account = accounts.add(person=person, by=by, at=database_now(), **form.cleaned_data)
    except Refusal as refusal:
        form.add_error("login", str(refusal))
        return _identity_page(request, person, account_form=form)
    messages.success(request, _("账号 %(account)s 已归入此人。") % {"account": account})
    return redirect("members:person-identity", person.login)


@login_required
def account_detach(request: HttpRequest, login: str, pk: int) -> HttpResponse:
    person = person_or_404(login)
    account = get_object_or_404(Account, pk=pk)
    _permit(request, person)
    if account.person_id != person.pk:
        return redirect("members:person-identity", person.login)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.detach(
                account=account,
                person=person,
                reason=form.cleaned_data["reason"],
                by=acting_person(request.user),
                at=database_now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("账号 %(account)s 已移出。") % {"account": account})
            return redirect("members:person-identity", person.login)
    context = {"person": person, "account": account, "form": form}
    return render(request, "members/identity_detach.html", context)


@login_required
def merge_ask(request: HttpRequest, login: str) -> HttpResponse:
    person = person_or_404(login)
    if request.method != "POST":
        return redirect("members:person-identity", person.login)
    by = acting_person(request.user)
    if by is None or by.pk != person.pk:
        raise PermissionDenied(_("只能为自己申请合并。"))
    form = AskForm(request.POST)
    if not form.is_valid():
        return _identity_page(request, person, ask_form=form)
    try:
        likeness.ask(
            first=person,
            second=form.cleaned_data["person"],
            note=form.cleaned_data["note"],
            by=by,
            at=database_now(),
        )
    except Refusal as refusal:
        form.add_error("other", str(refusal))
        return _identity_page(request, person, ask_form=form)
    messages.success(request, _("申请已记下，由相关 SIG 的 Maintainer 核实后合并。"))
    return redirect("members:person-identity", person.login)


@login_required
def person_merge(request: HttpRequest, login: str) -> HttpResponse:
    """GET: what merging `?other=` into this person would move. POST: do it."""
    kept = person_or_404(login)
    asked = OtherForm(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST" and _is_done(request.POST.get("gone", ""), kept):
        messages.info(request, _("这两位成员已经合并。"))
        return redirect(kept)
    if not asked.is_valid():
        _permit(request, kept)
        return _identity_page(request, kept, merge_form=asked)
    gone = asked.cleaned_data["person"]
    _permit(request, kept, gone)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if kept.pk == gone.pk:
        asked.add_error("other", str(likeness.SamePerson()))
        return _identity_page(request, kept, merge_form=asked)
    if request.method == "POST" and form.is_valid():
        by, reason = acting_person(request.user), form.cleaned_data["reason"]
        try:
            merged = merging.merge(
                kept_id=kept.pk, gone_id=gone.pk, reason=reason, by=by, at=database_now()
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已合并，公开记录里写明了移动的内容。"))
            return redirect(merged)
    context = {
        "kept": kept,
        "gone": gone,
        "preview": merging.preview(kept, gone),
        "form": form,
        "swap_url": merge_url(gone, kept),
    }
    return render(request, "members/identity_merge.html", context)


def merge_url(kept: Person, gone: Person) -> str:
    """Address of the preview of a merge."""
    query = urlencode({"other": f"person-{gone.pk}"})
    return f"{reverse('members:person-merge', args=[kept.login])}?{query}"


def _is_done(gone: str, kept: Person) -> bool:
    """The same button pressed twice: the second finds the merge done."""
    if not (gone.isascii() and gone.isdigit() and len(gone) < 19):
        return False
    return Person.objects.filter(pk=int(gone), merged_into=kept).exists()


def _permit(request: HttpRequest, *people: Person) -> None:
    if not can_identify(request.user, people, database_now()):
        raise PermissionDenied(
            _("账号归属与合并由相关 SIG 的 Maintainer 或管理员确认，且不能是本人。")
        )


def _identity_page(request: HttpRequest, person: Person, **forms: Any) -> HttpResponse:
    may = can_identify(request.user, [person], database_now())
    is_own = acting_person(request.user) == person
    if not may and not is_own:
        _permit(request, person)
    prefilled = {name: request.GET[name] for name in ("host", "login") if name in request.GET}
    context = {
        "person": person,
        "accounts": Account.objects.filter(person=person),
        "may": may,
        "is_own": is_own,
        "account_form": AccountForm(initial=prefilled),
        "merge_form": OtherForm(),
        "ask_form": AskForm(),
        "entries": _history(person),
        **forms,
    }
    return render(request, "members/identity_detail.html", context)


def _history(person: Person) -> list[tuple[Entry, str]]:
    """What the ledger says of the person's accounts, newest first, in words."""
    entries = Entry.objects.filter(subject=person.actor, action__in=HISTORY).order_by("-seq")
    return [(entry, _words_of(entry)) for entry in entries[:LATEST]]


def _words_of(entry: Entry) -> str:
    if entry.action == "account.linked":
        return _("此人用 %(host)s:%(login)s 登录，代码平台证明了归属。") % entry.data
    return sentence(entry)


# ── likely doubles ────────────────────────────────────────────────────────────────────────────
@login_required
def doubles(request: HttpRequest, slug: str) -> HttpResponse:
    sig = _led_sig(request, slug)
    page = doubles_page.page_of(sig)
    context = {
        "sig": sig,
        "tab": "members",
        "page": page,
        "rows": [(row, merge_url(row.kept, row.gone)) for row in page.rows],
        "form": NoteForm(),
    }
    return render(request, "members/identity_doubles.html", context)


@login_required
@require_POST
def doubles_apart(request: HttpRequest, slug: str) -> HttpResponse:
    sig = _led_sig(request, slug)
    first, second = (_person_of(request, name) for name in ("first", "second"))
    _permit(request, first, second)
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        likeness.set_apart(
            first=first,
            second=second,
            note=note,
            by=acting_person(request.user),
            at=database_now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已记下：这是两位不同的成员，不再提示。"))
    return redirect("members:doubles", sig.slug)


def _led_sig(request: HttpRequest, slug: str) -> Sig:
    sig = get_object_or_404(Sig, slug=slug)
    if not can_see_doubles(request.user, sig):
        raise PermissionDenied(_("这一页供本 SIG 的 Maintainer 核对成员。"))
    return sig


def _person_of(request: HttpRequest, name: str) -> Person:
    number = request.POST.get(name, "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404(_("没有这位成员。"))
    return get_object_or_404(Person, pk=int(number))
