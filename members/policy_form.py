"""The form of a role's rules: every rule as a field with its help, checked as a whole."""

import datetime as dt
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .adoption import NOTE_LENGTH
from .models import RoleTerm
from .policy import BASES, DISCUSSIONS, EFFECTS, FIGURES, ROLES, SELF, Rules
from .policy_faults import faults_of
from .policy_json import DAYS, MONTHS, NOMINATORS
from .policy_words import BASE_LABELS, DISCUSSION_LABELS, EFFECT_LABELS, FIGURE_LABELS, share_text

ROLE_LABELS = dict(RoleTerm.Role.choices)
MEMBERS = [(role, ROLE_LABELS[role]) for role in ROLES[::-1]]
EVIDENCE = "evidence_"
NO_LIMIT = gettext_lazy("0 表示不限。")
MOST = 10_000
# Digits only: a number such as 1e999999 would keep a processor busy for long.
SHARE = re.compile(r"[0-9]{1,6}(/[0-9]{1,6}|[.][0-9]{1,6})?%?")


class ShareField(forms.CharField):
    """A share as "1/2", "0.65" or "65%"; cleans to a Fraction."""

    def __init__(self, *, whole_too: bool = False, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.whole_too = whole_too

    def prepare_value(self, value: Any) -> Any:
        return share_text(value) if isinstance(value, Fraction) else value

    def clean(self, value: Any) -> Fraction | None:
        text = super().clean(value).replace("％", "%").replace("／", "/").replace(" ", "")
        if not text:
            return None
        share = _share(text) if SHARE.fullmatch(text) else None
        if share is None or share > 1:
            raise forms.ValidationError(_("请写成 1/2、2/3 或 65% 这样的比例。"))
        if share == 1 and not self.whole_too:
            raise forms.ValidationError(_("不能要求“超过全部”：请填小于 1 的比例。"))
        return share


def _share(text: str) -> Fraction | None:
    try:
        return Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ZeroDivisionError:
        return None


class WholeField(forms.IntegerField):
    """A number from `least` to `most`."""

    def __init__(self, *, least: int = 0, most: int = MOST, **kwargs: Any) -> None:
        super().__init__(min_value=least, max_value=most, **kwargs)


def _choices(labels: Mapping[str, Any], keys: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(key, labels[key]) for key in keys]


def _several(label: Any, choices: list[tuple[str, Any]], help_text: Any = "", **kwargs: Any) -> Any:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
        **kwargs,
    )


class PolicyForm(forms.Form):
    """Rules for `role` as typed; `rules()` of a valid one is what members.adoption takes.

    Names of fields are the keys of members.policy.Rules; a figure's is "evidence_" and its name.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    prerequisite_role = forms.ChoiceField(
        label=gettext_lazy("须先担任"),
        required=False,
        help_text=gettext_lazy("第一次贡献起即视为 Contributor。"),
    )
    prerequisite_months = WholeField(
        label=gettext_lazy("担任满几个月"), most=MONTHS, help_text=gettext_lazy("0 表示担任即可。")
    )
    evidence_months = WholeField(
        label=gettext_lazy("贡献的统计范围（月）"),
        most=MONTHS,
        help_text=gettext_lazy("只统计最近几个月的贡献；0 表示不限时间。"),
    )
    active_window_months = WholeField(
        label=gettext_lazy("月份的统计范围（月）"),
        least=1,
        most=MONTHS,
        help_text=gettext_lazy("在最近几个月里数有合入的月份，含当月。"),
    )

    nominators = _several(
        gettext_lazy("可以提名的人"),
        [*MEMBERS, (SELF, gettext_lazy("本人（自荐）"))],
    )
    nominators_needed = WholeField(
        label=gettext_lazy("提名与附议的人数"),
        least=1,
        most=20,
        help_text=gettext_lazy("含提名人；人数不足时不能开启表决。"),
    )
    nominators_from_different_employers = forms.BooleanField(
        label=gettext_lazy("须来自不同的单位"),
        required=False,
        help_text=gettext_lazy("按附议当时登记的所属单位判断，没有登记的不计。"),
    )
    answer_working_days = WholeField(
        label=gettext_lazy("候选人的答复期限（工作日）"),
        least=1,
        most=DAYS,
        help_text=gettext_lazy("逾期未答复，提名过期。"),
    )
    discussion = forms.ChoiceField(
        label=gettext_lazy("讨论"), choices=_choices(DISCUSSION_LABELS, DISCUSSIONS)
    )
    discussion_working_days = WholeField(
        label=gettext_lazy("开启表决前至少讨论（工作日）"),
        most=DAYS,
        help_text=gettext_lazy("0 表示随时可以开启表决。"),
    )

    electorate = _several(gettext_lazy("有表决权的人"), MEMBERS, gettext_lazy("候选人总是回避。"))
    threshold = ShareField(
        label=gettext_lazy("赞成须超过"),
        help_text=gettext_lazy("写成 1/2、2/3 或 65%；恰好等于不算超过。"),
    )
    threshold_of = forms.ChoiceField(
        label=gettext_lazy("占谁的比例"),
        choices=_choices(BASE_LABELS, BASES),
        help_text=gettext_lazy("以全体现任 Maintainer 为基数时，只数 Maintainer 的赞成票。"),
    )
    min_in_favour = WholeField(label=gettext_lazy("至少几票赞成"), help_text=NO_LIMIT)
    quorum = ShareField(
        label=gettext_lazy("法定人数"),
        whole_too=True,
        help_text=gettext_lazy("有表决权的人中至少多大比例须投票，弃权也算；0 表示不要求。"),
    )
    lazy_consensus = forms.BooleanField(
        label=gettext_lazy("默示同意"),
        required=False,
        help_text=gettext_lazy("期限内无人反对即通过，不需要达到上面的比例。免去角色不适用。"),
    )
    vote_working_days = WholeField(
        label=gettext_lazy("表决时长（工作日）"),
        least=1,
        most=DAYS,
        help_text=gettext_lazy("按中国的节假日与调休计算，开启当天不算。"),
    )
    objection_roles = _several(
        gettext_lazy("可以阻止通过的角色"),
        MEMBERS,
        gettext_lazy("其写明理由的反对会阻止通过；都不选则反对只计票。"),
        required=False,
    )
    objection_outvoted_by = ShareField(
        label=gettext_lazy("赞成超过多少可以越过反对"),
        whole_too=True,
        help_text=gettext_lazy("赞成占赞成与反对之和的比例；1 表示不能被越过。"),
    )
    removal_threshold = ShareField(
        label=gettext_lazy("免去角色时赞成须超过"),
        required=False,
        help_text=gettext_lazy("留空则与上面相同。"),
    )
    removal_threshold_of = forms.ChoiceField(
        label=gettext_lazy("免去角色时占谁的比例"),
        required=False,
        choices=[("", gettext_lazy("与上面相同")), *_choices(BASE_LABELS, BASES)],
    )

    effect = forms.ChoiceField(
        label=gettext_lazy("通过之后怎样生效"), choices=_choices(EFFECT_LABELS, EFFECTS)
    )
    seats_min = WholeField(label=gettext_lazy("席位下限"), help_text=NO_LIMIT)
    seats_max = WholeField(label=gettext_lazy("席位上限"), help_text=NO_LIMIT)
    term_months = WholeField(
        label=gettext_lazy("任期（月）"), most=MONTHS, help_text=gettext_lazy("0 表示没有任期。")
    )
    inactive_months = WholeField(
        label=gettext_lazy("几个月没有贡献视为不活跃"),
        most=MONTHS,
        help_text=gettext_lazy("届时先询问本人，从不自动改变角色；0 表示不检查。"),
    )

    effective_from = forms.DateField(
        label=gettext_lazy("生效日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("不早于今天。进行中的提名仍按提名时的版本决定。"),
        error_messages={"invalid": gettext_lazy("请按“2025-06-28”的格式填写一个存在的日期。")},
    )
    note = forms.CharField(
        label=gettext_lazy("为什么修改"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("会公开，并写入公开记录。"),
    )

    # How the page groups them; what is left goes with the day and the note.
    SECTIONS = (
        (gettext_lazy("资格"), ("prerequisite_role", "prerequisite_months")),
        (
            gettext_lazy("贡献"),
            (*(EVIDENCE + name for name in FIGURES), "evidence_months", "active_window_months"),
        ),
        (
            gettext_lazy("提名与讨论"),
            (
                "nominators",
                "nominators_needed",
                "nominators_from_different_employers",
                "answer_working_days",
                "discussion",
                "discussion_working_days",
            ),
        ),
        (
            gettext_lazy("表决"),
            (
                "electorate",
                "vote_working_days",
                "threshold",
                "threshold_of",
                "min_in_favour",
                "quorum",
                "lazy_consensus",
                "objection_roles",
                "objection_outvoted_by",
                "removal_threshold",
                "removal_threshold_of",
            ),
        ),
        (
            gettext_lazy("任职"),
            ("effect", "seats_min", "seats_max", "term_months", "inactive_months"),
        ),
    )

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role
        below = ROLES[: ROLES.index(role)]
        field: Any = self.fields["prerequisite_role"]
        field.choices = [("", _("不要求")), *((name, ROLE_LABELS[name]) for name in below)]
        for name in FIGURES:
            label = _("%(figure)s至少") % {"figure": FIGURE_LABELS[name]}
            self.fields[EVIDENCE + name] = WholeField(label=label, help_text=NO_LIMIT)

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.SECTIONS]

    def clean(self) -> dict[str, Any]:
        """What each field cannot see alone."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        for name, sentence in faults_of(self.rules(), self.role).items():
            self.add_error(name, sentence)
        return data

    def rules(self) -> Rules:
        data = self.cleaned_data
        figures = {name: data[EVIDENCE + name] for name in FIGURES if data[EVIDENCE + name]}
        roles: dict[str, Any] = {
            name: tuple(role for role in order if role in data[name])
            for name, order in (
                ("nominators", NOMINATORS),
                ("electorate", ROLES[::-1]),
                ("objection_roles", ROLES[::-1]),
            )
        }
        rest = {name: data[name] for name in RULE_FIELDS if name not in roles}
        return Rules(evidence=figures, **roles, **rest)


RULE_FIELDS = tuple(
    name
    for _title, names in PolicyForm.SECTIONS
    for name in names
    if name in Rules.__dataclass_fields__
)


def initial_of(rules: Rules, *, seen: int, on: dt.date) -> dict[str, Any]:
    """The form filled with rules, effective from a day."""
    values = {name: getattr(rules, name) for name in RULE_FIELDS}
    figures = {EVIDENCE + name: rules.evidence.get(name, 0) for name in FIGURES}
    return {**values, **figures, "seen": seen, "effective_from": on}
