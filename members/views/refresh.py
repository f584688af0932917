"""The page on which a Maintainer records what a meeting changed about duties and scopes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..ballot_box import database_now
from ..models import Person, Repository, Sig
from ..policy import MAINTAINER
from ..refresh import Stale, holders, refresh
from ..refresh_form import RefreshForm
from ..refusals import BadProposal, Refusal
from ..rules import acting_person, roles_of


@login_required
def role_refresh(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    by, now = acting_person(request.user), database_now()
    on = sig.day_of(now)
    if by is None or MAINTAINER not in roles_of(by, sig, on):
        raise PermissionDenied(_("只有 Maintainer 可以登记例会对职责与负责仓库的调整。"))
    form = RefreshForm(
        request.POST if request.method == "POST" else None,
        terms=holders(sig, on),
        repositories=list(Repository.objects.filter(sig=sig)),
        # A meeting's agenda may lead here with its own name.
        initial={"meeting": request.GET.get("meeting", "")[:200]},
    )
    if request.method != "POST" or not form.is_valid():
        return _page(request, sig, form)
    return _save(request, sig, form, by)


def _save(request: HttpRequest, sig: Sig, form: RefreshForm, by: Person) -> HttpResponse:
    try:
        changed = refresh(
            sig=sig,
            wanted=form.wanted(),
            seen=form.cleaned_data["seen"],
            meeting=form.cleaned_data["meeting"],
            by=by,
            at=database_now(),
        )
    except Stale as refusal:
        messages.error(request, str(refusal))
        return redirect("members:role-refresh", sig.slug)
    except BadProposal as refusal:
        form.add_error("meeting" if refusal.field == "meeting" else None, str(refusal))
        return _page(request, sig, form)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, sig, form)
    if changed:
        sentence = ngettext(
            "%(count)d 人的职责或负责仓库已更新，并记入公开记录。",
            "%(count)d 人的职责或负责仓库已更新，并记入公开记录。",
            len(changed),
        )
        messages.success(request, sentence % {"count": len(changed)})
    else:
        messages.info(request, _("没有改动，什么也没有写入。"))
    return redirect("members:roster", sig.slug)


def _page(request: HttpRequest, sig: Sig, form: RefreshForm) -> HttpResponse:
    context = {"sig": sig, "tab": "members", "form": form}
    return render(request, "members/role_refresh.html", context)
