"""Pages of notices: one's own and what one wants to be told, leaving by a link, the outbox, reminding."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from ..ballot_box import database_now
from ..models import Notice, Person, Promotion
from ..notices import addresses, consent, sending
from ..notices.kinds import KINDS
from ..notices.mail import NotSent
from ..notices.page import AddressForm, OutboxFilter, PreferenceForm, Shown
from ..notices.reasons import reason_of
from ..notices.reminders import remind_now
from ..notices.text import language_or_default
from ..paging import asked_page
from ..refusals import Refusal
from ..rules import acting_person, can_see_outbox

PAGE_SIZE = 30
NO_MEMBER = gettext_lazy("您的登录没有对应的成员，因此没有通知。请用代码平台账号登录。")


# ── one's own ─────────────────────────────────────────────────────────────────────────────────
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """What one was told, and what one wants to be told."""
    if acting_person(request.user) is None:
        messages.info(request, NO_MEMBER)
        return redirect("home")
    person = _person(request)
    if request.method != "POST":
        form = PreferenceForm.showing(consent.preference_of(person))
        return _own_page(request, person, form)
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return _own_page(request, person, form)
    consent.set_preference(person=person, **form.values)
    messages.success(request, _("通知设置已保存。"))
    return redirect("members:notices")


def _person(request: HttpRequest) -> Person:
    person = acting_person(request.user)
    if person is None:
        raise PermissionDenied(NO_MEMBER)
    return person


def _own_page(
    request: HttpRequest, person: Person, form: PreferenceForm, address_form: Any = None
) -> HttpResponse:
    page = asked_page(
        request.GET, Notice.objects.filter(person=person), key="made_at", size=PAGE_SIZE
    )
    context = {
        "person": person,
        "form": form,
        "address_form": address_form or AddressForm(),
        "page": page,
        "rows": [Shown(row) for row in page.rows],
    }
    return render(request, "members/notices/own.html", context)


# ── one's address ─────────────────────────────────────────────────────────────────────────────
@never_cache
@login_required
@require_POST
def address_ask(request: HttpRequest) -> HttpResponse:
    """Send a confirmation link to a new address."""
    person, form = _person(request), AddressForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"]
        language = language_or_default(get_language() or "")
        try:
            addresses.ask(person=person, email=email, language=language)
        except addresses.TooMany as refusal:
            form.add_error("email", str(refusal))
        except NotSent as fault:
            form.add_error("email", reason_of(fault.code))
    if not form.is_valid():
        preference = PreferenceForm.showing(consent.preference_of(person))
        return _own_page(request, person, preference, form)
    messages.success(request, _("确认邮件已发出，请在三天内打开其中的链接。"))
    return redirect("members:notices")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button: mail scanners open links, and must not confirm anything."""
    person = _person(request)
    try:
        if request.method == "POST":
            addresses.confirm(token=token, person=person)
            messages.success(request, _("邮箱已确认，今后的通知发到这个地址。"))
            return redirect("members:notices")
        email = addresses.read(token=token, person=person)
    except addresses.BadLink as refusal:
        messages.error(request, str(refusal))
        return redirect("members:notices")
    return render(request, "members/notices/address.html", {"email": email})


@never_cache
@login_required
@require_POST
def address_forget(request: HttpRequest) -> HttpResponse:
    addresses.forget(person=_person(request))
    messages.success(request, _("邮箱已删除，今后不再发送邮件。"))
    return redirect("members:notices")


# ── leaving by a link ─────────────────────────────────────────────────────────────────────────
@never_cache
# The token is the authority: mail programs post without cookies (RFC 8058).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """POST stops mail of one kind (`all=1`: all mail); GET shows a page with these two buttons."""
    try:
        person, kind = consent.read_token(token)
    except consent.BadToken as error:
        raise Http404(_("退订链接不完整，请从邮件中重新打开。")) from error
    stopped = ""
    if request.method == "POST" and request.POST.get("all"):
        consent.stop_mail(person=person)
        stopped = _("今后不再给您发送邮件。")
    elif request.method == "POST":
        consent.mute(person=person, kind=kind)
        stopped = _("今后不再给您发送这类邮件：%(kind)s。") % {"kind": KINDS[kind].label}
    context = {"label": KINDS[kind].label, "stopped": stopped}
    return render(request, "members/notices/unsubscribe.html", context)


# ── the outbox ────────────────────────────────────────────────────────────────────────────────
@never_cache
@login_required
def outbox(request: HttpRequest) -> HttpResponse:
    """Every notice for those who keep the portal running: to whom, of which kind, what became of it."""
    _refuse_strangers(request)
    form = OutboxFilter(request.GET)
    rows = Notice.objects.select_related("person").prefetch_related("person__accounts")
    if form.state_asked:
        rows = rows.filter(state=form.state_asked)
    page = asked_page(request.GET, rows, key="made_at", size=PAGE_SIZE)
    context = {
        "form": form,
        "page": page,
        "rows": [Shown(row) for row in page.rows],
        "has_failed": Notice.objects.filter(state=Notice.State.FAILED).exists(),
    }
    return render(request, "members/notices/outbox.html", context)


@login_required
@require_POST
def outbox_retry(request: HttpRequest, pk: int) -> HttpResponse:
    _refuse_strangers(request)
    notice = get_object_or_404(Notice, pk=pk)
    if sending.retry(notice_id=notice.pk):
        messages.success(request, _("已重新排队，很快会再试一次。"))
    else:
        messages.info(request, _("这条通知不需要再试：它已发出、正在等待，或本人不接收。"))
    return redirect("members:outbox")


@login_required
@require_POST
def outbox_retry_failed(request: HttpRequest) -> HttpResponse:
    _refuse_strangers(request)
    number = sending.retry_failed()
    sentence = ngettext("%(number)d 条通知已重新排队。", "%(number)d 条通知已重新排队。", number)
    messages.success(request, sentence % {"number": number})
    return redirect("members:outbox")


def _refuse_strangers(request: HttpRequest) -> None:
    if not can_see_outbox(request.user):
        raise PermissionDenied(_("只有管理员可以查看通知的发送情况。"))


# ── reminding ─────────────────────────────────────────────────────────────────────────────────
@login_required
def remind(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A Maintainer has those reminded who have not voted."""
    promotion = get_object_or_404(Promotion.objects.select_related("sig"), pk=pk, sig__slug=slug)
    # Signing in leads back here by GET: there is nothing to see but the promotion.
    if request.method != "POST":
        return redirect(promotion)
    by = acting_person(request.user)
    if by is None:
        raise PermissionDenied(_("您的登录没有对应的成员，不能提醒他人。"))
    try:
        number = remind_now(promotion_id=pk, by=by, at=database_now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect(promotion)
    sentence = ngettext(
        "已提醒 %(number)d 位尚未表决的成员。", "已提醒 %(number)d 位尚未表决的成员。", number
    )
    messages.success(request, sentence % {"number": number})
    return redirect(promotion)
