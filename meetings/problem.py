"""What in a minutes file was not understood: one code each, worded in English and in Chinese."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# English for the command line, and the same for the pages (Chinese, with its catalogue).
WORDING: dict[str, tuple[str, str | Promise]] = {
    "heading_missing": (
        "no heading that gives the day, such as '# Thursday April 2, 2020 at 9:30pm GMT+8'",
        _("没有写明日期的标题"),
    ),
    "heading_unreadable": (
        "the heading is not understood: {text}",
        _("标题无法识别：{text}"),
    ),
    "date_unreadable": ("there is no such date: {text}", _("没有这个日期：{text}")),
    "weekday_wrong": (
        "{written} contradicts the date: {date} is a {actual}; the date is kept",
        _("“{written}”与日期不符：{date} 是 {actual}；保留日期"),
    ),
    "clock_contradicts": (
        "{text} gives 24-hour and 12-hour time at once; read as {clock}",
        _("“{text}”同时写了 24 小时制与 12 小时制；按 {clock} 处理"),
    ),
    "clock_unreadable": ("there is no such time: {text}", _("没有这个时刻：{text}")),
    "time_missing": (
        "no time is given; placed at the start of the day",
        _("没有写明时刻；记在当天零点"),
    ),
    "zone_missing": (
        "no time zone is given; read in the SIG's",
        _("没有写明时区；按 SIG 的时区处理"),
    ),
    "file_date_differs": (
        "the heading says {heading}, the file's name {file}; placed on {file}, because"
        " the name tells two files apart that share one heading",
        _(
            "标题写的是 {heading}，文件名是 {file}；按文件名记在 {file}，因为文件名能区分标题相同的文件"
        ),
    ),
    "section_missing": ("there is no section {name}", _("缺少 {name} 一节")),
    "section_unknown": (
        "the section {name} is not part of the template; kept in the text only",
        _("{name} 一节不属于模板；只保留在正文中"),
    ),
    "section_twice": (
        "the section {name} comes a second time; kept in the text only",
        _("{name} 一节重复出现；只保留在正文中"),
    ),
    "section_empty": ("the section {name} is empty", _("{name} 一节是空的")),
    "todo": ("the section {name} says TODO", _("{name} 一节写着 TODO")),
    "attendee_unnamed": (
        "'{text}' names no person; kept as a group",
        _("“{text}”没有指明是谁；记为团队"),
    ),
    "participants_differ": (
        "the participants in Notes differ from Attendees: only in Notes: {notes};"
        " only in Attendees: {attendees}",
        _("纪要正文中的与会者与出席名单不一致：只在正文中：{notes}；只在名单中：{attendees}"),
    ),
    "link_empty": ("{label}: no link is given", _("{label}：没有写链接")),
    "number_skipped": (
        "numbering goes from {before} to {after} in {name}",
        _("{name} 中编号从 {before} 跳到 {after}"),
    ),
    "not_understood": (
        "not understood in {name}: {text}",
        _("{name} 中无法识别：{text}"),
    ),
    # Of decisions and action items that stand as lines in the text (meetings.structure).
    "line_unmarked": (
        "not a list item, so not recorded: {text}",
        _("行首没有列表符号（- 或 *），不会登记：{text}"),
    ),
    "decision_empty": ("a decision without words", _("“决定”后面没有内容")),
    "action_empty": ("an action item without words", _("“行动项”没有写明内容")),
    "supersedes_unclear": (
        "cannot tell which decision is superseded: {text}; kept in the text only",
        _("无法确定取代的是哪一条决定：{text}；只保留在文字中"),
    ),
    "supersedes_unknown": (
        "there is no decision D-{number}; kept in the text only",
        _("没有编号为 D-{number} 的决定；只保留在文字中"),
    ),
    "supersedes_over": (
        "D-{number} was superseded or withdrawn already; kept in the text only",
        _("D-{number} 已被取代或撤下；只保留在文字中"),
    ),
    "supersedes_later": (
        "D-{number} is not of an earlier meeting; kept in the text only",
        _("D-{number} 不是更早的例会作出的；只保留在文字中"),
    ),
    "due_impossible": (
        "there is no such day: {text}; kept in the text only",
        _("没有这个日期：{text}；只保留在文字中"),
    ),
    "owners_several": (
        "several owners: {text}; kept as written, no person is set",
        _("写了不止一位负责人：{text}；按原文保留，未对应到成员"),
    ),
    "owner_unknown": (
        "cannot tell who is meant by {text}; kept as written",
        _("无法确定“{text}”是哪位成员；按原文保留"),
    ),
}


@dataclass(frozen=True)
class Problem:
    """`line` counts from 1; 0 is the file as a whole."""

    line: int
    code: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """English, for the command line."""
        return WORDING[self.code][0].format(**self.values)

    @property
    def local_text(self) -> str:
        """In the language of the page."""
        return str(WORDING[self.code][1]).format(**self.values)

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "code": self.code, "values": self.values}


def from_json(rows: list[dict[str, Any]]) -> list[Problem]:
    """Problems as stored with a meeting; a code of an older version is left out."""
    return [
        Problem(row["line"], row["code"], row["values"]) for row in rows if row["code"] in WORDING
    ]
