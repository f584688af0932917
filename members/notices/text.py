"""The words of a notice in the reader's language, made when it is sent."""

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import time_zone
from ..models import Promotion, RoleTerm
from .kinds import KINDS, Kind

LONGEST_VALUE = 200
# Of an agenda a notice names so many topics, each shortened.
TOPICS_NAMED = 8
TOPIC_LENGTH = 80
CHANGES = {
    "moved": gettext_lazy("已改期"),
    "cancelled": gettext_lazy("已取消"),
    "restored": gettext_lazy("恢复举行"),
}
TURNS = {"host": gettext_lazy("请您主持"), "scribe": gettext_lazy("请您记录")}
DUTIES = {"host": gettext_lazy("由您主持"), "scribe": gettext_lazy("由您记录")}
WHAT = {
    Promotion.Kind.PROMOTE: gettext_lazy("%(name)s 担任 %(role)s"),
    Promotion.Kind.REMOVE: gettext_lazy("免去 %(name)s 的 %(role)s"),
    Promotion.Kind.STEP_DOWN: gettext_lazy("%(name)s 卸任 %(role)s"),
    Promotion.Kind.REINSTATE: gettext_lazy("恢复 %(name)s 的 %(role)s"),
    Promotion.Kind.EMERITUS: gettext_lazy("%(name)s 由 %(role)s 转为荣誉成员"),
}


@dataclass(frozen=True)
class Text:
    """One line each for `subject` and `button`; `body` is one paragraph; `url` is absolute."""

    subject: str
    body: str
    button: str
    url: str


def text_of(kind: str, data: Mapping[str, Any], language: str, reader_zone: str = "") -> Text:
    """`reader_zone`: the reader's choice of members.time_zone; the body then says both times.

    Raises KeyError when the kind is not (or no longer) in KINDS.
    """
    found: Kind = KINDS[kind]
    own = time_zone.zone_of(reader_zone)
    with translation.override(language):
        return Text(
            subject=one_line(str(found.subject) % _values(data, language, None)),
            body=one_line(str(found.body) % _values(data, language, own)),
            button=str(found.button),
            url=address(str(data["path"]), language),
        )


def language_or_default(code: str) -> str:
    """A language the portal speaks; Chinese for any other."""
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def address(path: str, language: str) -> str:
    """The absolute address of one of our pages in a language; `path` may bear another language."""
    path = "/" + path.lstrip("/")
    for code, _name in settings.LANGUAGES:
        if path.startswith(f"/{code}/"):
            path = path.removeprefix(f"/{code}")
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    return f"{settings.SITE_URL}{prefix}{path}"


def one_line(text: str) -> str:
    """Without line breaks and control characters, which could forge headers or lines of a mail."""
    kept = (" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join("".join(kept).split())


# ── values ────────────────────────────────────────────────────────────────────────────────────
def _values(data: Mapping[str, Any], language: str, own: ZoneInfo | None) -> dict[str, str]:
    values = {name: _short(data.get(name)) for name in ("name", "by", "logins", "effective_on")}
    # Who spoke in a sealed discussion is not said.
    values["by"] = values["by"] or _("有成员")
    values["sig"] = _short((data.get("sig_en") if language == "en" else "") or data.get("sig"))
    values["role"] = _label(RoleTerm.Role, data.get("role"))
    values["closes_at"] = _instant(data, "closes_at", own)
    if "title" in data:
        values |= _of_meeting(data, language, own)
    if "due_on" in data:
        values |= _of_action(data)
    if "proposal" in data:
        values["what"] = _what(data, values)
        values["result"] = _label(Promotion.State, data.get("state"))
        values["request"] = _request(data, own)
    return values


def _of_meeting(data: Mapping[str, Any], language: str, own: ZoneInfo | None) -> dict[str, str]:
    """Of a meeting: its title and instants, its topics, and what changed."""
    reason, now, was = (
        _short(data.get("reason")),
        _instant(data, "starts_at", own),
        _instant(data, "was", own),
    )
    state = str(data.get("meeting_state", ""))
    is_elsewhen = state != "cancelled" and now != was
    return {
        "title": _short((data.get("title_en") if language == "en" else "") or data["title"]),
        "starts_at": now,
        "was": was,
        "agenda": _topics(data.get("agenda") or [], language),
        "run": _run(data),
        "turn": _turn(data),
        "duty": str(DUTIES.get(str(data.get("duty")), "")),
        "late": _("公布时距会议不足三天。") if data.get("is_late") else "",
        "change": str(CHANGES.get(state, CHANGES["moved"])),
        "now": _("，改为 %(at)s") % {"at": now} if is_elsewhen else "",
        "reason": _("原因：%(reason)s") % {"reason": reason} if reason else "",
    }


def _run(data: Mapping[str, Any]) -> str:
    """Who hosts and who writes, as far as somebody is named."""
    host, scribe = _short(data.get("host")), _short(data.get("scribe"))
    told = _("主持人：%(name)s。") % {"name": host} if host else ""
    return told + (_("记录人：%(name)s。") % {"name": scribe} if scribe else "")


def _turn(data: Mapping[str, Any]) -> str:
    turn = str(TURNS.get(str(data.get("duty")), ""))
    return _("%(turn)s（提醒）") % {"turn": turn} if data.get("is_reminder") else turn


def _topics(topics: Sequence[Mapping[str, Any]], language: str) -> str:
    """The first of them by title; each is {"title", "title_en"}."""
    if not topics:
        return _("暂无议题")
    own = [(one.get("title_en") if language == "en" else "") or one["title"] for one in topics]
    named = _("；").join(one_line(title)[:TOPIC_LENGTH] for title in own[:TOPICS_NAMED])
    if len(own) <= TOPICS_NAMED:
        return named
    return _("%(topics)s；等 %(count)d 项") % {"topics": named, "count": len(own)}


def _of_action(data: Mapping[str, Any]) -> dict[str, str]:
    """Of an action item: what is to be done, by when, and whether that was a week ago."""
    due = _("行动项逾期一周") if data.get("is_late") else _("行动项到期")
    return {"text": _short(data.get("text")), "due_on": _short(data["due_on"]), "due": due}


def _what(data: Mapping[str, Any], values: Mapping[str, str]) -> str:
    return str(WHAT[Promotion.Kind(data["proposal"])]) % values


def _request(data: Mapping[str, Any], own: ZoneInfo | None) -> str:
    """What is asked of the one who is proposed: an answer, or nothing."""
    if data.get("state") != Promotion.State.NOMINATED:
        return _("这项提议不需要您先同意；理由和之后的表决都在提名页面上。")
    sentence = _("请您接受或谢绝；在您答复之前不会开始表决。")
    due = _instant(data, "answer_due_at", own)
    return sentence + (_("答复期限：%(at)s。") % {"at": due} if due else "")


def _instant(data: Mapping[str, Any], name: str, own: ZoneInfo | None) -> str:
    """An instant in the SIG's zone, the zone said, and in the reader's own: a mail is read anywhere."""
    if not data.get(name):
        return ""
    at = dt.datetime.fromisoformat(str(data[name]))
    zone = ZoneInfo(str(data.get("zone") or settings.TIME_ZONE))
    shown = _clock(at, zone)
    if own is None or not time_zone.differ(at, zone, own):
        return shown
    return _("%(at)s，即您所在时区的 %(own)s") % {"at": shown, "own": _clock(at, own)}


def _clock(at: dt.datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    said = _("北京时间") if zone.key == time_zone.SHANGHAI else time_zone.offset_of(local)
    return f"{local:%Y-%m-%d %H:%M} ({said})"


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else _short(value)


def _short(value: Any) -> str:
    return one_line(str(value or ""))[:LONGEST_VALUE]
