"""Pages of the files a decision changes: what must change, the patch, and the pull request."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import file_change
from ..ballot_box import database_now
from ..file_change_page import groups_of, has_address
from ..file_change_tasks import wake
from ..models import FileChange, Person, Promotion
from ..rules import acting_person, is_maintainer, may_change_files, roles_of


def promotion_files(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    promotion = _promotion_or_404(slug, pk)
    may_change = _may_change(request, promotion)
    context = {
        "sig": promotion.sig,
        "tab": "promotions",
        "promotion": promotion,
        "is_decided": promotion.state in file_change.DECIDED,
        "may_change": may_change,
        "groups": groups_of(
            promotion, may_change=may_change, sees_addresses=_sees_addresses(request, promotion)
        ),
    }
    return render(request, "members/promotion_files.html", context)


def promotion_patch(request: HttpRequest, slug: str, pk: int, change: int) -> HttpResponse:
    """All of one repository as one patch, of which `change` is a part."""
    promotion = _promotion_or_404(slug, pk)
    one: FileChange = get_object_or_404(promotion.file_changes, pk=change)
    rows = promotion.file_changes.filter(repository=one.repository_id).exclude(patch="")
    text = "".join(row.patch for row in rows.exclude(state__in=file_change.OVER).order_by("path"))
    if not text:
        raise Http404(_("这里没有需要改动的文件。"))
    if has_address(text) and not _sees_addresses(request, promotion):
        raise PermissionDenied(_("补丁的上下文里有成员邮箱，只有本 SIG 的 Maintainer 可以下载。"))
    response = HttpResponse(text.encode(), content_type="text/x-diff; charset=utf-8")
    name = f"promotion-{promotion.pk}-{one.repository_id or 'community'}.patch"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@login_required
def promotion_files_make(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make the changes again, from the last import now and from the code host in a moment."""
    promotion = _promotion_or_404(slug, pk)
    _changer(request, promotion)
    rows = file_change.make(promotion_id=promotion.pk, at=database_now())
    wake(promotion.pk)
    if rows:
        messages.success(
            request, _("补丁已按最近导入的文件重新生成；代码平台上的 OWNERS 随后更新。")
        )
    else:
        messages.info(request, _("正在读取代码平台上的 OWNERS，请稍后刷新。"))
    return redirect("members:promotion-files", slug, pk)


@require_POST
@login_required
def promotion_files_propose(
    request: HttpRequest, slug: str, pk: int, repository: int
) -> HttpResponse:
    """Ask for the pull request; a worker makes it."""
    promotion = _promotion_or_404(slug, pk)
    by = _changer(request, promotion)
    # 0: the community's own files, before anybody knows in which repository they live.
    home = get_object_or_404(promotion.sig.repositories, pk=repository).pk if repository else None
    asked = file_change.ask(promotion_id=promotion.pk, repository_id=home, by=by, at=database_now())
    if asked:
        messages.success(request, _("即将提交拉取请求，一分钟内请刷新查看。"))
    else:
        messages.info(request, _("这个仓库没有待提交的改动。"))
    return redirect("members:promotion-files", slug, pk)


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _promotion_or_404(slug: str, pk: int) -> Promotion:
    found = Promotion.objects.select_related("sig", "person", "policy")
    promotion: Promotion = get_object_or_404(found, pk=pk, sig__slug=slug)
    return promotion


def _may_change(request: HttpRequest, promotion: Promotion) -> bool:
    person = acting_person(request.user)
    return may_change_files(person, promotion, roles_of(person, promotion.sig))


def _sees_addresses(request: HttpRequest, promotion: Promotion) -> bool:
    """Patches hold the lines around a change, and those the addresses of others (I9)."""
    user = request.user
    return is_maintainer(user, promotion.sig) or getattr(user, "is_superuser", False)


def _changer(request: HttpRequest, promotion: Promotion) -> Person:
    person = acting_person(request.user)
    if person is None or not _may_change(request, promotion):
        raise PermissionDenied(_("只有候选人以外的 Maintainer 可以提交文件改动。"))
    return person
