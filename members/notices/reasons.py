"""Why a notice was not sent, in plain words; no address, no text of the notice."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASONS = {
    "no_address": gettext_lazy("没有邮箱地址。"),
    "bad_address": gettext_lazy("邮箱地址无法使用。"),
    "no_mail": gettext_lazy("本人关闭了邮件。"),
    "muted": gettext_lazy("本人不接收这类通知。"),
    "inactive": gettext_lazy("本人的登录已停用。"),
    "stale": gettext_lazy("发送之前，事情已经有了结果。"),
    "told_already": gettext_lazy("同一个人已收到这条通知。"),
    "channel_gone": gettext_lazy("这个频道已不在配置中。"),
    "bad_channel": gettext_lazy("频道地址无法识别，请检查 NOTIFY_URLS。"),
    "channel_refused": gettext_lazy("频道没有接受。"),
    "lost": gettext_lazy("每次发送都中途停止。"),
}
# What an address or a setting can mend, although nothing failed.
CAN_BE_TRIED_AGAIN = ("no_address", "bad_address", "channel_gone")


def reason_of(code: str) -> str:
    """The sentence for Notice.error; an unknown code as it is. Empty for none."""
    name, _colon, detail = code.partition(":")
    if name == "unreachable":
        return _("邮件服务器没有回应（%(detail)s）。") % {"detail": detail}
    if name == "refused":
        return _("邮件服务器拒绝了这封邮件（%(detail)s）。") % {"detail": detail}
    return str(REASONS.get(code, code))
