"""The form of a repository's choices, and in words what was changed when."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import Entry
from members.models import Repository, ReviewRule
from members.review_rule import BEGINNING, MOST_REQUIRED

from .models import RepositorySync
from .repository_choices import (
    LONGEST_INTERVAL_S,
    RULE_CHANGED,
    SHORTEST_INTERVAL_S,
    Choices,
    Rule,
    Settings,
)

LABELS_HELP = _("每行一个标签，不区分大小写；留空则不看标签。")


class LabelsField(forms.CharField):
    """Labels, one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        text = super().clean(value) or ""
        return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


class RepositoryForm(forms.Form):
    """Choices as typed; `choices()` of a valid one is what reviews.repository_choices takes."""

    revision = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reads_issues = forms.BooleanField(label=_("同步问题"), required=False)
    reads_comments = forms.BooleanField(
        label=_("同步评论"),
        required=False,
        help_text=_("不同步评论，就无从知道谁给过 lgtm 和 approve。"),
    )
    details = forms.ChoiceField(
        label=_("合入者等细节"),
        choices=RepositorySync.Details.choices,
        help_text=_("每个拉取请求要多一次请求。"),
    )
    interval_s = forms.IntegerField(
        label=_("同步间隔（秒）"),
        required=False,
        min_value=SHORTEST_INTERVAL_S,
        max_value=LONGEST_INTERVAL_S,
        help_text=_("最短 60 秒；留空则与其他仓库相同。"),
    )
    moved_to = forms.TypedChoiceField(
        label=_("已迁往"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("同一仓库换了平台或空间、编号接着用时，选它现在的位置。"),
    )
    lgtm_required = forms.IntegerField(
        label=_("所需 lgtm 数"), min_value=0, max_value=MOST_REQUIRED
    )
    approve_required = forms.IntegerField(
        label=_("所需 approve 数"), min_value=0, max_value=MOST_REQUIRED
    )
    required_labels = LabelsField(
        label=_("必须有的标签"), required=False, max_length=10_000, help_text=LABELS_HELP
    )
    blocking_labels = LabelsField(
        label=_("不得有的标签"), required=False, max_length=10_000, help_text=LABELS_HELP
    )

    settings_names = ("reads_issues", "reads_comments", "details", "interval_s", "moved_to")
    rule_names = ("lgtm_required", "approve_required", "required_labels", "blocking_labels")

    def __init__(self, *args: Any, others: Sequence[Repository], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = others
        field: Any = self.fields["moved_to"]
        field.choices = [("", _("没有迁走")), *((other.pk, str(other)) for other in others)]

    @property
    def settings_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.settings_names]

    @property
    def rule_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.rule_names]

    def choices(self) -> Choices:
        data = self.cleaned_data
        return Choices(
            Settings(**{name: data[name] for name in self.settings_names}),
            Rule(**{name: data[name] for name in self.rule_names}),
        )


def initial_of(choices: Choices, rule: Rule | None = None) -> dict[str, Any]:
    """What the form shows first; `rule` is a preset's, put in place of the one in force."""
    return {
        "revision": choices.revision,
        **vars(choices.settings),
        **vars(rule or choices.rule),
    }


# ── in words ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class RuleRow:
    """One rule of the past or the present; `since` is None for what held from the beginning."""

    rule: ReviewRule
    since: dt.datetime | None
    is_current: bool


def rule_rows(rules: Sequence[ReviewRule], current: ReviewRule) -> list[RuleRow]:
    """Every rule there was, the latest first; the only one when none was ever adopted."""
    rows = sorted(rules, key=lambda rule: rule.valid_from, reverse=True) or [current]
    return [
        RuleRow(rule, rule.valid_from if rule.valid_from != BEGINNING else None, rule == current)
        for rule in rows
    ]


@dataclass(frozen=True)
class Change:
    """One change of the past in words: when, by whom (a login, empty for the portal), what."""

    at: dt.datetime
    login: str
    sentences: Sequence[str]


NAMES: dict[str, str | Promise] = {
    "reads_issues": _("同步问题"),
    "reads_comments": _("同步评论"),
    "details": _("合入者等细节"),
    "interval_s": _("同步间隔（秒）"),
    "moved_to": _("已迁往"),
}


def changes(entries: Sequence[Entry]) -> list[Change]:
    return [
        Change(entry.at, entry.actor.partition("person:")[2], list(_sentences(entry)))
        for entry in entries
    ]


def _sentences(entry: Entry) -> Iterator[str]:
    if entry.action == RULE_CHANGED:
        yield gettext("评审规则改为 lgtm %(lgtm_required)s 个、approve %(approve_required)s 个") % {
            name: entry.data.get(name, "—") for name in ("lgtm_required", "approve_required")
        }
    for name, value in entry.data.get("after", {}).items():
        yield gettext("%(name)s：%(value)s") % {
            "name": NAMES.get(name, name),
            "value": _value(name, value),
        }


def _value(name: str, value: Any) -> str:
    if name == "details" and value in RepositorySync.Details.values:
        return str(RepositorySync.Details(value).label)
    if value is None:
        return gettext("默认") if name == "interval_s" else gettext("没有迁走")
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    return str(value)
