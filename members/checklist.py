"""The rules of a role as a checklist: each with its figure, what is missing, and the proofs behind it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext, ngettext_lazy
from django.utils.translation import gettext as _

from .evidence import items_of, read
from .models import Contribution
from .policy import Check, Evidence, Rules, checks, months_after
from .wording import FIGURE_LABELS, role_label

# A checklist shows the newest proofs of each figure; the list of all has its own page.
SHOWN = 5
MONTHS_IN_ROLE = "months_in_role"

MISSING = {
    "merged": ngettext_lazy("还差 %d 个合入的拉取请求", "还差 %d 个合入的拉取请求"),
    "main_reviews": ngettext_lazy("还差 %d 次主要评审", "还差 %d 次主要评审"),
    "reviewed": ngettext_lazy("还差 %d 次评审", "还差 %d 次评审"),
    "merged_or_reviewed": ngettext_lazy("还差 %d 个拉取请求", "还差 %d 个拉取请求"),
    "active_months": ngettext_lazy("还差 %d 个有合入的月份", "还差 %d 个有合入的月份"),
    "issues_opened": ngettext_lazy("还差 %d 个问题", "还差 %d 个问题"),
    "meetings_attended": ngettext_lazy("还差 %d 次例会", "还差 %d 次例会"),
    MONTHS_IN_ROLE: ngettext_lazy("还差 %d 个月", "还差 %d 个月"),
}
# What brings a figure forward; for somebody who never did it.
NEXT_STEPS = {
    "merged": gettext_lazy("提交拉取请求，合入后计入。"),
    "main_reviews": gettext_lazy(
        "给他人的拉取请求写 approve，或在计入的评审人中意见最多，合入后计入。"
    ),
    "reviewed": gettext_lazy("评审他人的拉取请求并写 lgtm，合入后计入。"),
    "merged_or_reviewed": gettext_lazy("提交拉取请求，或评审他人的；同一个只计一次，合入后计入。"),
    "active_months": gettext_lazy("在还没有合入的月份里合入至少一个拉取请求。"),
    "issues_opened": gettext_lazy("在本 SIG 的仓库里提出问题。"),
    "meetings_attended": gettext_lazy("出席例会，纪要发布后计入。"),
}


@dataclass(frozen=True)
class Proof:
    """One thing behind a figure. `url` is empty where its record is no longer kept (`is_gone`)."""

    title: str
    url: str
    at: dt.datetime
    is_gone: bool = False


@dataclass(frozen=True)
class CheckLine:
    """One rule as the checklist prints it. `name` is a figure or MONTHS_IN_ROLE.

    `now`, where it is asked for, sets the figure of today beside the one of nomination.
    """

    name: str
    label: str
    figure: str
    needed: int
    is_met: bool
    missing: str
    next_step: str
    total: int
    now: str = ""
    proofs: Sequence[Proof] = ()

    @property
    def more(self) -> int:
        return self.total - len(self.proofs)


def check_lines(rules: Rules, stored: Mapping[str, Any], on: dt.date) -> list[CheckLine]:
    """Every rule with its figure on a day, without proofs."""
    shown = read(stored)
    return [_line(check, rules, stored, shown) for check in checks(rules, shown, on)]


def with_today(
    lines: Sequence[CheckLine], rules: Rules, now: Evidence, on: dt.date
) -> list[CheckLine]:
    """The same lines, each with what the figure is today."""
    figures = [str(max(check.figure, 0)) for check in checks(rules, now, on)]
    return [
        replace(line, now=_beside(line.figure, figure))
        for line, figure in zip(lines, figures, strict=True)
    ]


def _beside(then: str, now: str) -> str:
    if then == now:
        return _("提名时与今天都是 %(now)s") % {"now": now}
    return _("提名时 %(then)s，今天 %(now)s") % {"then": then, "now": now}


def with_proofs(
    lines: Sequence[CheckLine], stored: Mapping[str, Any], *, is_live: bool = False
) -> list[CheckLine]:
    """The same lines with the newest proofs; one query. Live evidence needs no look at its records."""
    newest = {line.name: items_of(stored, line.name)[:SHOWN] for line in lines}
    found = {} if is_live else homes_of(item for items in newest.values() for item in items)
    return [
        replace(line, proofs=[proof_of(item, found, is_live=is_live) for item in newest[line.name]])
        for line in lines
    ]


def homes_of(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Where the records behind stored items stand today, by source; one query."""
    sources = {item["source"] for item in items if item.get("source")}
    if not sources:
        return {}
    rows = Contribution.objects.filter(source__in=sources)
    return dict(rows.values_list("source", "url"))


def proof_of(item: Mapping[str, Any], found: Mapping[str, str], *, is_live: bool = False) -> Proof:
    """An item of stored evidence; its link is the record's address of today."""
    source = str(item.get("source", ""))
    # Evidence of the first release names no source: then its address is all there is.
    is_known = is_live or not source or source in found
    return Proof(
        title=_title(item) or source or item["url"],
        url=found.get(source, item["url"]) if is_known else "",
        at=dt.datetime.fromisoformat(item["at"]),
        is_gone=not is_known,
    )


def _title(item: Mapping[str, Any]) -> str:
    own = item.get("title_en", "") if get_language() == "en" else ""
    return str(own or item["title"])


def _line(check: Check, rules: Rules, stored: Mapping[str, Any], shown: Evidence) -> CheckLine:
    return CheckLine(
        name=check.name,
        label=_label(check, rules),
        figure=str(max(check.figure, 0)),
        needed=check.needed,
        is_met=check.is_met,
        missing=_missing(check, shown),
        next_step="" if check.is_met else _next_step(check),
        total=len(stored.get("figures", {}).get(check.name, {}).get("items", [])),
    )


def _label(check: Check, rules: Rules) -> str:
    if check.name == MONTHS_IN_ROLE:
        return _("担任 %(role)s 满月数") % {"role": role_label(check.role)}
    return figure_label(check.name, rules)


def figure_label(name: str, rules: Rules) -> str:
    """What a figure counts, with the months it looks through where the rules say so."""
    label = str(FIGURE_LABELS[name])
    months = [months for months in (rules.evidence_months,) if months]
    if name == "active_months":
        months.append(rules.active_window_months)
    if not months:
        return label
    return ngettext(
        "最近 %(count)d 个月中%(figure)s", "最近 %(count)d 个月中%(figure)s", min(months)
    ) % {"count": min(months), "figure": label}


def _missing(check: Check, shown: Evidence) -> str:
    if check.is_met:
        return ""
    if check.figure < 0:
        return _("还不是 %(role)s") % {"role": role_label(check.role)}
    text = str(MISSING[check.name] % check.missing)
    since = shown.held_since.get(check.role)
    if check.name == MONTHS_IN_ROLE and since is not None:
        day = months_after(since, check.needed).isoformat()
        return _("%(missing)s，到 %(day)s 满足") % {"missing": text, "day": day}
    return text


def _next_step(check: Check) -> str:
    if check.name != MONTHS_IN_ROLE:
        return str(NEXT_STEPS[check.name])
    if check.figure >= 0:
        return ""
    if check.role == "contributor":
        return _("第一个合入的拉取请求或计入的评审，使您成为 Contributor。")
    return _("先成为 %(role)s。") % {"role": role_label(check.role)}
