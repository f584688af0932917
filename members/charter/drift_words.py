"""The words of the drift page: what a standing is called, and each kind of difference as a sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import RoleTerm
from .facts import ADMIN, APPROVER, COMMITTER, CONTRIBUTOR, MAINTAINER, MENTOR, REVIEWER

STANDINGS: dict[str, str | Promise] = {
    MAINTAINER: RoleTerm.Role.MAINTAINER.label,
    COMMITTER: RoleTerm.Role.COMMITTER.label,
    CONTRIBUTOR: RoleTerm.Role.CONTRIBUTOR.label,
    APPROVER: "approver",
    REVIEWER: "reviewer",
    MENTOR: _("导师"),
    ADMIN: _("仓库管理员"),
}
ORDER = tuple(STANDINGS)
SENTENCES: dict[str, str | Promise] = {
    "matched": _(
        "%(file)s 里的 %(who)s 没有写账号，按姓名认作 %(login)s：sig-info.yaml 中只有这一位同名。"
    ),
    "only_in": _("%(who)s 在 %(left_file)s 中是 %(role)s，在 %(right_file)s 中没有列出。"),
    "login": _(
        "账号 %(who)s 在 %(left_file)s 与 %(right_file)s 中的写法不同，后者写作 %(other)s。"
    ),
    "role": _(
        "%(who)s 在 %(left_file)s 中是 %(left_role)s，在 %(right_file)s 中是 %(right_role)s。"
    ),
    "name": _(
        "%(who)s 的姓名在 %(left_file)s 中写作 %(left)s，在 %(right_file)s 中写作 %(right)s。"
    ),
    "reviewer_only": _(
        "%(who)s 是 %(role)s，但在 %(repository)s 的 OWNERS 中只是 reviewer，不是 approver。"
    ),
    "not_in_owners": _("%(who)s 是 %(role)s，但不在 %(repository)s 的 OWNERS 中。"),
    "approver_unlisted": _(
        "%(who)s 是 %(repository)s 的 OWNERS 中的 approver，README 和 sig-info.yaml 都没有列出。"
    ),
    "reviewer_unlisted": _(
        "%(who)s 是 %(repository)s 的 OWNERS 中的 reviewer，README 和 sig-info.yaml 都没有列出。"
    ),
    "approver_contributor": _(
        "%(who)s 是 %(repository)s 的 OWNERS 中的 approver，在 SIG 中只是 Contributor。"
    ),
    "display_name": _("%(repository)s 的 OWNERS 中的 %(who)s 是显示名，不是账号。"),
    "reviews_unlisted": _(
        "%(who)s 近 12 个月评审了 %(count)s 个拉取请求（占已评审的 %(percent)s%%），名册、README、sig-info.yaml 和 OWNERS 都没有列出。"
    ),
    "roster_missing": _("%(who)s 在章程文件中是 %(role)s，在今天的名册中不是。"),
    "roster_extra": _("%(who)s 在今天的名册中是 %(role)s，在章程文件中不是。"),
}
