"""The page for people at /api/: what a program can read here, and how."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.models import Repository

SIG = "/sigs/{slug}"
PLACE = "/repositories/{host}/{owner}/{name}"


@dataclass(frozen=True)
class Group:
    """Addresses of one subject, each with what it gives. A test holds them to the document."""

    title: Promise
    lines: tuple[tuple[str, Promise], ...]


GROUPS = (
    Group(
        _("SIG 与仓库"),
        (
            ("/sigs", _("全部 SIG")),
            (SIG, _("一个 SIG 的名称、简介与联系方式")),
            (f"{SIG}/repositories", _("SIG 的仓库与评审规则")),
            (PLACE, _("一个仓库")),
            ("/sync", _("与代码平台的同步情况")),
        ),
    ),
    Group(
        _("成员"),
        (
            (f"{SIG}/roster", _("某一天的名册（on）")),
            (f"{SIG}/terms", _("历来的任期")),
            ("/people", _("全部成员")),
            ("/people/{login}", _("一位成员与其账号")),
            ("/people/{login}/terms", _("一位成员历来的角色")),
            ("/people/{login}/contributions", _("一位成员的贡献（kind、month）")),
        ),
    ),
    Group(
        _("提名与规则"),
        (
            (f"{SIG}/promotions", _("提名（state、role、kind、person）")),
            (f"{SIG}/promotions/{{id}}", _("一份提名的依据、选票与公开讨论")),
            (f"{SIG}/policies", _("各角色规则的全部版本")),
            (f"{SIG}/policies/{{role}}/{{version}}", _("规则的一个版本")),
        ),
    ),
    Group(
        _("评审记录"),
        (
            (f"{SIG}/pulls", _("SIG 的拉取请求，筛选与页面相同")),
            (f"{PLACE}/pulls", _("一个仓库的拉取请求，按编号排列，适合完整读取")),
            (f"{PLACE}/pulls/{{number}}", _("一份评审记录：结论、评审人与经过")),
            (f"{SIG}/issues", _("SIG 的公开问题，筛选与页面相同")),
            (f"{PLACE}/issues/{{number}}", _("一个问题")),
            (f"{SIG}/resolutions", _("决议（q、outcome、kind、standing、person）")),
            (f"{SIG}/resolutions/{{number}}", _("一份决议")),
        ),
    ),
    Group(
        _("例会"),
        (
            (f"{SIG}/meetings", _("全部例会")),
            (f"{SIG}/meetings/{{id}}", _("一次例会的议程、出席、已发布的纪要与决定")),
            (f"{SIG}/actions", _("行动项（state、person）")),
        ),
    ),
    Group(
        _("公开记录"),
        (
            ("/decisions", _("登记的决定，筛选与页面相同")),
            ("/decisions/{number}", _("一项登记的决定")),
            ("/ledger", _("记录链的条目（action、subject、since）")),
            ("/ledger/{seq}", _("一条记录")),
        ),
    ),
)


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Examples name what is really here, so that they can be tried as they stand."""
    place = Repository.objects.select_related("sig").first()
    context = {
        "root": f"{settings.SITE_URL}/api/v1",
        "groups": GROUPS,
        "slug": place.sig.slug if place else "SLUG",
        "place": f"{place.host}/{place.path}" if place else "HOST/OWNER/NAME",
    }
    return render(request, "api/guide.html", context)
