"""Why a file could not be changed, or a change not be proposed, in the language of the page."""

import json

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    # The file.
    "layout": _("文件第 %(line)s 行的写法无法逐行修改，请手工修改。"),
    "unreadable": _("改动后的文件读不出预期的结果，请手工修改，并检查姓名和职责中的符号。"),
    "shared_group": _(
        "sig-info.yaml 把 %(inside)s 和 %(outside)s 写在同一组，而负责范围只含前者；请先手工拆开。"
    ),
    "unknown_repository": _("sig-info.yaml 没有列出仓库 %(repository)s，请先补上。"),
    "no_list": _("README 里没有成员列表，不知道该写在哪里。"),
    "no_mapping": _("文件不是 YAML 键值。"),
    "broken": _("文件无法读取：%(detail)s"),
    "missing": _("代码平台上没有这个文件。"),
    # The code host.
    "no_home": _("还不知道 README 和 sig-info.yaml 在哪个仓库；请管理员导入章程时用 --home 指明。"),
    "no_token": _("没有配置可以写入 %(host)s 的令牌，请下载补丁自行提交。"),
    "forbidden": _("令牌没有所需的权限，或已经失效（%(detail)s）。"),
    "not_found": _("代码平台上找不到仓库，或令牌看不到它（%(detail)s）。"),
    "refused": _("代码平台没有接受（%(detail)s）。"),
    "unavailable": _("代码平台暂时没有应答（%(detail)s），稍后自动再试。"),
    "no_branch": _("仓库没有默认分支。"),
}


def keep(code: str, **values: str) -> str:
    """What FileChange.error holds."""
    return json.dumps({"code": code, **values}, ensure_ascii=False)


def sentence(error: str) -> str:
    """What a kept error says to the reader; empty for none."""
    if not error:
        return ""
    values = json.loads(error)
    known = SENTENCES.get(values["code"])
    return str(known) % values if known is not None else gettext("未知原因。")
