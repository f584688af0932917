"""What the actions of the record are called; those that decide something have a sentence.

The rooms above write entries; this table only names them, so that the record needs none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .models import Entry


@dataclass(frozen=True)
class Action:
    """A deciding action: its name for the filter, and a sentence with places for the data."""

    label: str | Promise
    sentence: str | Promise


DECIDING: dict[str, Action] = {
    "promotion.approved": Action(_("提名通过"), _("%(name)s 的 %(role)s 角色变动已通过表决。")),
    "promotion.rejected": Action(_("提名未通过"), _("%(name)s 的 %(role)s 角色变动未通过表决。")),
    "promotion.expired": Action(
        _("提名过期"), _("%(name)s 的 %(role)s 角色变动在期限内无人答复或表决，已过期。")
    ),
    "promotion.in_effect": Action(
        _("提名生效"), _("%(name)s 的 %(role)s 角色变动自 %(on)s 起生效。")
    ),
    "role.started": Action(_("角色开始"), _("%(name)s 自 %(on)s 起担任 %(role)s。")),
    "role.changed": Action(_("角色调整"), _("%(name)s 作为 %(role)s 的职责或负责仓库有调整。")),
    "role.ended": Action(_("角色结束"), _("%(name)s 自 %(on)s 起不再担任 %(role)s。")),
    "person.merged": Action(
        _("成员合并"), _("%(merged_name)s 与 %(name)s 是同一人，记录合并到 %(name)s 名下。")
    ),
    "account.added": Action(_("账号归入"), _("账号 %(host)s:%(login)s 归入 %(name)s。")),
    "account.detached": Action(
        _("账号移出"), _("账号 %(host)s:%(login)s 不属于 %(name)s，已移出。")
    ),
    "policy.adopted": Action(
        _("规则变更"), _("%(role)s 的规则采用第 %(version)s 版（%(preset)s），自 %(from)s 起适用。")
    ),
    "repository.rule_changed": Action(
        _("评审规则变更"),
        _(
            "%(repository)s 的评审规则改为 lgtm %(lgtm_required)s 个、approve %(approve_required)s 个。"
        ),
    ),
    "resolution.adopted": Action(_("决议"), _("第 %(number)s 号决议（%(outcome)s）：%(title)s")),
    "resolution.superseded": Action(_("决议被取代"), _("第 %(number)s 号决议被取代：%(title)s")),
    "rfc.superseded": Action(_("RFC 被取代"), _("RFC #%(number)s 被取代：%(title)s")),
    "meeting.decided": Action(_("会议决定"), _("会议决定 D-%(number)s：%(text)s")),
    "meeting.decision_amended": Action(
        _("会议决定更正"), _("会议决定 D-%(number)s 随纪要更正：%(text)s")
    ),
    "meeting.decision_superseded": Action(
        _("会议决定被取代"), _("会议决定 D-%(number)s 由 D-%(superseded_by)s 取代：%(text)s")
    ),
    "meeting.decision_restored": Action(
        _("会议决定恢复有效"), _("会议决定 D-%(number)s 不再被取代，恢复有效：%(text)s")
    ),
    "meeting.decision_withdrawn": Action(
        _("会议决定撤下"), _("会议决定 D-%(number)s 随纪要更正撤下：%(text)s")
    ),
    "minutes.published": Action(_("纪要发布"), _("发布纪要：%(title)s")),
    "minutes.amended": Action(_("纪要更正"), _("更正已发布的纪要：%(title)s")),
    "minutes.imported": Action(_("纪要导入"), _("导入纪要：%(title)s")),
}
# The groups of the register, and of which an action is, by the first part of its name.
GROUPS: dict[str, str | Promise] = {
    "roles": _("提名与角色"),
    "resolutions": _("决议"),
    "meetings": _("会议决定"),
    "rules": _("规则变更"),
    "minutes": _("纪要"),
    "people": _("成员与账号"),
}
GROUPS_BY_PART = {
    "promotion": "roles",
    "role": "roles",
    "resolution": "resolutions",
    "rfc": "resolutions",
    "meeting": "meetings",
    "policy": "rules",
    "repository": "rules",
    "minutes": "minutes",
    "person": "people",
    "account": "people",
}
# A new deciding action of no group fails here, when the portal starts.
GROUP_OF = {name: GROUPS_BY_PART[name.partition(".")[0]] for name in DECIDING}
# What the outcome of a resolution is called.
OUTCOMES = {"accepted": _("接受"), "rejected": _("不接受"), "deferred": _("暂缓")}
# Rules that a SIG wrote itself have no name of a preset.
PRESETS = {"own": _("自订")}
# Addresses of what an entry is about, by the kind of its subject: the name, and where its parts come
# from: KEY is what follows the kind, anything else a name in the data.
KEY = ""
PAGES = {
    "promotion": ("members:promotion-detail", ("sig", KEY)),
    "meeting": ("meetings:meeting-detail", ("sig", KEY)),
    "resolution": ("reviews:resolution-detail", ("sig", "number")),
    "decision": ("meetings:decision-detail", ("sig", "number")),
    "rfc": ("reviews:issue-detail", ("owner", "name", "number")),
    "person": ("members:person-detail", (KEY,)),
    "sig": ("sig-home", (KEY,)),
}


class _Data(dict[str, Any]):
    """Values for a sentence; what an entry does not say shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def sentence(entry: Entry) -> str:
    """The entry in words, in the language of the page."""
    action = DECIDING.get(entry.action)
    if action is None:
        return entry.action
    return str(action.sentence) % _Data(_shown(entry.data))


def _shown(data: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(data)
    if values.get("title_en") and get_language() == "en":
        values["title"] = values["title_en"]
    if isinstance(values.get("role"), str):
        values["role"] = values["role"].capitalize()
    if isinstance(values.get("outcome"), str):
        values["outcome"] = OUTCOMES.get(values["outcome"], values["outcome"])
    if isinstance(values.get("preset"), str):
        values["preset"] = PRESETS.get(values["preset"], values["preset"])
    return values


def url_of(entry: Entry) -> str:
    """Page of the entry's subject, empty where there is none."""
    kind, _colon, key = entry.subject.partition(":")
    name, parts = PAGES.get(kind, ("", ()))
    if not name or not key:
        return ""
    try:
        return reverse(name, args=[entry.data.get(part, "") if part else key for part in parts])
    except NoReverseMatch:
        return ""
