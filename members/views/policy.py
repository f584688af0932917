"""Pages of a SIG's rules: what holds for each role, how it came to be so, and the form to change it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from ..adoption import PolicyRefused, StalePolicy, adopt, newest_version, policy_in_force
from ..ballot_box import database_now
from ..models import Person, Policy, Promotion, Sig
from ..paging import BadCursor, asked_page
from ..policy import COMMITTER, MAINTAINER, Rules
from ..policy_form import PolicyForm, initial_of
from ..policy_json import rules_from_json
from ..policy_page import coming_of, history_of, policy_row, preset_choices, preview_of, roles_page
from ..presets import NOTES, PRESETS
from ..qualifying import compare, known_of
from ..rules import acting_person, is_maintainer
from ..wording import role_label

ROLES = (COMMITTER, MAINTAINER)
PAGE_SIZE = 20


def policy_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules in force today for each role, in words."""
    sig = get_object_or_404(Sig, slug=slug)
    context = {
        "sig": sig,
        "tab": "promotions",
        "roles": roles_page(sig, ROLES, sig.day_of(database_now())),
        "may_edit": is_maintainer(request.user, sig),
    }
    return render(request, "members/policy_list.html", context)


def policy_history(request: HttpRequest, slug: str, role: str) -> HttpResponse:
    """Every version of the rules for a role, newest first, each with what it changed."""
    sig = _sig_or_404(slug, role)
    versions = _versions(sig, role)
    try:
        page = asked_page(request.GET, versions, key="version", size=PAGE_SIZE)
    except BadCursor as error:
        raise Http404(_("这个分页地址无法识别。")) from error
    on = sig.day_of(database_now())
    context = {
        **_head(sig, role),
        "page": page,
        "rows": history_of(page.rows, policy_in_force(sig, role, on), on),
        "may_edit": is_maintainer(request.user, sig),
    }
    return render(request, "members/policy_history.html", context)


def policy_detail(request: HttpRequest, slug: str, role: str, version: int) -> HttpResponse:
    """One version in words, and what was decided under it."""
    sig = _sig_or_404(slug, role)
    versions = _versions(sig, role)
    policy = get_object_or_404(versions, version=version)
    promotions = Promotion.objects.filter(policy=policy).select_related("sig", "person")
    try:
        page = asked_page(
            request.GET,
            promotions.prefetch_related("person__accounts"),
            key="nominated_at",
            size=PAGE_SIZE,
        )
    except BadCursor as error:
        raise Http404(_("这个分页地址无法识别。")) from error
    on = sig.day_of(database_now())
    row = policy_row(policy, policy_in_force(sig, role, on), on)
    context = {**_head(sig, role), "row": row, "page": page}
    return render(request, "members/policy_detail.html", context)


def policy_qualifying(request: HttpRequest, slug: str, role: str) -> HttpResponse:
    """Who meets the rules in force today, and who is nearest."""
    sig = _sig_or_404(slug, role)
    on = sig.day_of(database_now())
    rules = rules_from_json(policy_in_force(sig, role, on).rules)
    preview = preview_of(compare(known_of(sig, on), rules, rules, role))
    context = {**_head(sig, role), "preview": preview}
    return render(request, "members/policy_qualifying.html", context)


@login_required
def policy_edit(request: HttpRequest, slug: str, role: str) -> HttpResponse:
    """The form; its first button tries the rules out, the second adopts them."""
    sig = _sig_or_404(slug, role)
    by = acting_person(request.user)
    if by is None or not is_maintainer(request.user, sig):
        raise PermissionDenied(_("只有本 SIG 的 Maintainer 可以修改规则。"))
    now = database_now()
    on = sig.day_of(now)
    if request.method != "POST":
        return _edit_page(request, sig, role, _blank(request, sig, role, on), on)
    form = PolicyForm(request.POST, role=role)
    if not form.is_valid():
        return _edit_page(request, sig, role, form, on, status=400)
    if "preview" in request.POST:
        return _edit_page(request, sig, role, form, on, draft=form.rules())
    return _adopt(request, sig, role, form, by, now)


def _blank(request: HttpRequest, sig: Sig, role: str, on: dt.date) -> PolicyForm:
    """Filled with the rules in force, or with those of the preset the address names."""
    preset = request.GET.get("preset", "")
    if preset and preset not in PRESETS:
        raise Http404(_("没有这个范本。"))
    stored = rules_from_json(policy_in_force(sig, role, on).rules)
    rules = PRESETS[preset][role] if preset else stored
    return PolicyForm(role=role, initial=initial_of(rules, seen=newest_version(sig, role), on=on))


def _adopt(
    request: HttpRequest, sig: Sig, role: str, form: PolicyForm, by: Person, now: dt.datetime
) -> HttpResponse:
    data = form.cleaned_data
    on = sig.day_of(now)
    try:
        policy = adopt(
            sig=sig,
            role=role,
            rules=form.rules(),
            on=data["effective_from"],
            note=data["note"],
            seen=data["seen"],
            by=by,
            at=now,
        )
    except StalePolicy as stale:
        again = _again(request, role, stale)
        return _edit_page(request, sig, role, again, on, status=409)
    except PolicyRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _edit_page(request, sig, role, form, on, status=400)
    if policy is None:
        messages.info(request, _("这一天适用的规则与此相同，未写入任何内容。"))
        return redirect("members:policy-list", sig.slug)
    messages.success(
        request, _("已采用第 %(version)d 版，并记入公开记录。") % {"version": policy.version}
    )
    return redirect("members:policy-detail", sig.slug, role, policy.version)


def _again(request: HttpRequest, role: str, stale: StalePolicy) -> PolicyForm:
    """What was typed stays, with the number of now: sending it once more is a decision."""
    data = request.POST.copy()
    data["seen"] = str(stale.newest)
    form = PolicyForm(data, role=role)
    form.add_error(
        None,
        _(
            "您打开本页之后，已有人采用了第 %(version)d 版，所以没有保存。请对照现行规则，确认后再次保存。"
        )
        % {"version": stale.newest},
    )
    return form


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _sig_or_404(slug: str, role: str) -> Sig:
    if role not in ROLES:
        raise Http404(_("没有这个角色的规则。"))
    sig: Sig = get_object_or_404(Sig, slug=slug)
    return sig


def _versions(sig: Sig, role: str) -> QuerySet[Policy]:
    return Policy.objects.filter(sig=sig, role=role).prefetch_related("adopted_by__accounts")


def _head(sig: Sig, role: str) -> dict[str, Any]:
    return {"sig": sig, "tab": "promotions", "role": role, "role_label": role_label(role)}


def _edit_page(
    request: HttpRequest,
    sig: Sig,
    role: str,
    form: PolicyForm,
    on: dt.date,
    draft: Rules | None = None,
    status: int = 200,
) -> HttpResponse:
    policy = policy_in_force(sig, role, on)
    current = rules_from_json(policy.rules)
    context = {
        **_head(sig, role),
        "form": form,
        "row": policy_row(policy, policy, on),
        "presets": preset_choices(request.GET.get("preset", "")),
        "preset": NOTES.get(request.GET.get("preset", "")),
        "coming": coming_of(sig, role, on),
        "preview": None,
    }
    if draft is not None:
        comparison = compare(known_of(sig, on), draft, current, role)
        context["preview"] = preview_of(comparison, current, draft)
    return render(request, "members/policy_edit.html", context, status=status)
