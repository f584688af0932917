"""Every kind of notice: what it is called, what it says, what its text needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class UnknownKind(ValueError):
    """A caller names a kind that is not in KINDS, or leaves out what its text needs."""


@dataclass(frozen=True)
class Kind:
    """`subject` and `body` are templates filled by members.notices.text; `needs` are keys of the data.

    `is_public`: also told to the channels of NOTIFY_URLS, so its text may hold nothing private.
    """

    name: str
    label: Promise
    subject: Promise
    body: Promise
    button: Promise
    needs: tuple[str, ...]
    is_public: bool = False


PROMOTION = ("promotion", "proposal", "name", "role", "sig", "path")
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "promotion.nominated",
            _("关于我的提名"),
            _("关于您的提名：%(what)s（%(sig)s）"),
            _("%(by)s 在 %(sig)s 提出：%(what)s。%(request)s"),
            _("查看提名"),
            (*PROMOTION, "by"),
        ),
        Kind(
            "promotion.opened",
            _("表决开始"),
            _("表决开始：%(what)s（%(sig)s）"),
            _("%(sig)s 开始表决：%(what)s。截止时间：%(closes_at)s。截止前可以改票。"),
            _("查看依据并表决"),
            (*PROMOTION, "closes_at"),
            is_public=True,
        ),
        Kind(
            "promotion.reminder",
            _("提醒我表决"),
            _("请表决：%(what)s（%(sig)s）"),
            _("您还没有就这项提名表决：%(what)s。截止时间：%(closes_at)s。无法判断时可以弃权，与候选人有利害关系时请回避。"),
            _("查看依据并表决"),
            (*PROMOTION, "closes_at"),
        ),
        Kind(
            "promotion.decided",
            _("表决结果"),
            _("%(result)s：%(what)s（%(sig)s）"),
            _("%(sig)s 的一项提名已有结果：%(what)s，%(result)s。计票与每一票的理由都在提名页面上。"),
            _("查看结果"),
            (*PROMOTION, "state"),
            is_public=True,
        ),
        Kind(
            "promotion.in_effect",
            _("角色变更生效"),
            _("已生效：%(what)s（%(sig)s）"),
            _("%(sig)s 的角色变更自 %(effective_on)s 起生效：%(what)s。"),
            _("查看提名"),
            (*PROMOTION, "effective_on"),
            is_public=True,
        ),
        Kind(
            "promotion.statement",
            _("讨论中的新发言"),
            _("新的发言：%(what)s（%(sig)s）"),
            _("%(by)s 就这项提名发言：%(what)s。发言内容请在提名页面上查看。"),
            _("查看讨论"),
            (*PROMOTION, "by"),
        ),
        Kind(
            "inquiry.asked",
            _("询问我是否继续"),
            _("请答复：您是否继续在 %(sig)s 担任 %(role)s"),
            _("%(by)s 想了解您的打算：门户近来没有看到您在 %(sig)s 的活动。您可以继续担任 %(role)s，也可以请假或卸任。答复之前，您的角色不会有任何变化。"),
            _("查看并答复"),
            ("sig", "role", "by", "path"),
        ),
        Kind(
            "member.merged",
            _("我的账号被合并"),
            _("您在门户的记录已合并"),
            _("%(by)s 确认 %(logins)s 属于同一个人，这些账号的角色、提名与贡献现在都记在 %(name)s 名下。如果有误，请联系 SIG 的 Maintainer。"),
            _("查看个人页面"),
            ("name", "logins", "by", "path"),
        ),
        Kind(
            "meeting.announced",
            _("会议议程公布"),
            _("议程公布：%(title)s，%(starts_at)s（%(sig)s）"),
            _("%(sig)s 的%(title)s将于 %(starts_at)s 召开，议程已经公布：%(agenda)s。%(run)s%(late)s"),
            _("查看议程"),
            ("sig", "title", "starts_at", "agenda", "path"),
            is_public=True,
        ),
        Kind(
            "meeting.changed",
            _("会议改期或取消"),
            _("%(change)s：%(title)s（%(sig)s）"),
            _("%(sig)s 的%(title)s%(change)s：原定 %(was)s%(now)s。%(reason)s"),
            _("查看会议"),
            ("sig", "title", "meeting_state", "was", "path"),
            is_public=True,
        ),
        Kind(
            "meeting.your_turn",
            _("轮到我主持或记录"),
            _("%(turn)s：%(title)s，%(starts_at)s（%(sig)s）"),
            _("%(sig)s 的%(title)s将于 %(starts_at)s 召开，%(duty)s。如果您这次不便，请在会议页面上交还，由下一位接替。"),
            _("查看会议"),
            ("sig", "title", "starts_at", "meeting", "duty", "path"),
        ),
        Kind(
            "minutes.overdue",
            _("纪要逾期未发布"),
            _("纪要待发布：%(title)s（%(sig)s）"),
            _("%(sig)s 的%(title)s（%(starts_at)s）还没有发布纪要。草稿随时可以继续写；如果会议没有召开，请在会议页面上取消。"),
            _("编辑纪要"),
            ("sig", "title", "starts_at", "path"),
        ),
        Kind(
            "minutes.offered",
            _("纪要征求意见"),
            _("纪要征求意见：%(title)s（%(sig)s）"),
            _("%(sig)s 的%(title)s（%(starts_at)s）的纪要正在征求意见，尚非正式纪要。意见截止时间：%(closes_at)s。"),
            _("查看征求意见稿"),
            ("sig", "title", "starts_at", "closes_at", "path"),
        ),
        Kind(
            "minutes.remarked",
            _("对纪要的意见"),
            _("对纪要的意见：%(title)s（%(sig)s）"),
            _("%(by)s 对 %(sig)s 的%(title)s纪要提出了意见，请处理并答复。"),
            _("查看意见"),
            ("sig", "title", "by", "path"),
        ),
        Kind(
            "minutes.settled",
            _("我的意见得到答复"),
            _("您对纪要的意见已有答复：%(title)s（%(sig)s）"),
            _("%(by)s 处理了您对 %(sig)s 的%(title)s纪要提出的意见，结果与答复在意见页面上。"),
            _("查看答复"),
            ("sig", "title", "by", "path"),
        ),
        Kind(
            "minutes.remarks_closed",
            _("征求意见截止"),
            _("征求意见已截止：%(title)s（%(sig)s）"),
            _("%(sig)s 的%(title)s（%(starts_at)s）的纪要征求意见已经截止，还没有发布。请处理意见并发布纪要，或者延长期限。"),
            _("发布纪要"),
            ("sig", "title", "starts_at", "path"),
        ),
        Kind(
            "action.due",
            _("我的行动项到期"),
            _("%(due)s：%(text)s（%(sig)s）"),
            _("由您负责的行动项“%(text)s”期限为 %(due_on)s，目前还没有完成。完成之后请在它的页面上标记；需要改期时请告诉主持人。"),
            _("查看行动项"),
            ("sig", "text", "due_on", "path"),
        ),
    )
}  # fmt: skip


def checked(kind: str, data: Mapping[str, Any]) -> Kind:
    """The kind; raises UnknownKind before anything is written when its text could not be made."""
    found = KINDS.get(kind)
    if found is None:
        raise UnknownKind(f"no notice of kind {kind!r}")
    missing = [name for name in found.needs if name not in data]
    if missing:
        raise UnknownKind(f"a notice of kind {kind!r} needs {', '.join(missing)}")
    return found
