"""Filters of the lists: what the address may say, checked and turned into conditions."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.address_filter import AddressFilter
from members.known_as import accounts_known_as, key_of
from members.models import Account, Repository, Sig

from . import search
from .models import Issue, PullRequest

DAYS = (dt.date(2000, 1, 1), dt.date(2099, 12, 31))
OPEN_ISSUES = (Issue.State.OPEN, Issue.State.PROGRESSING)


class TextField(forms.CharField):
    def __init__(self, *, label: Any, max_length: int = 200) -> None:
        super().__init__(label=label, required=False, max_length=max_length)


class LoginField(TextField):
    """A login of anyone; the form then finds all accounts of that person."""

    widget = forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"})


class DayField(forms.DateField):
    # A browser's day picker reads and sends this one format, in every language of the page.
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, *, label: Any) -> None:
        bounds = [MinValueValidator(DAYS[0]), MaxValueValidator(DAYS[1])]
        super().__init__(label=label, required=False, input_formats=["%Y-%m-%d"], validators=bounds)


class Filter(AddressFilter):
    """What an address may ask of a list.

    An invalid value is told at its field, and nothing is listed: a filter that was quietly left out
    would pass for an answer.
    """

    # Always in sight; the others below "more".
    main: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        """In place of each login asked for, all accounts of that person."""
        asked = {
            name: login
            for name, field in self.fields.items()
            if isinstance(field, LoginField) and (login := self.cleaned_data.get(name))
        }
        known = accounts_known_as(asked.values())
        for name, login in asked.items():
            self.cleaned_data[name] = known.get(key_of(login), [])
            if not self.cleaned_data[name]:
                text = _("没有账号为“%(login)s”的成员。")
                self.add_error(name, ValidationError(text, params={"login": login}))
        return self.cleaned_data

    @property
    def words(self) -> dict[str, Any]:
        """What is asked for, cleaned; {} when anything is invalid."""
        return self.cleaned_data if self.is_valid() else {}

    # ── for templates ──
    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.main if name in self.fields]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.main]

    @property
    def has_more(self) -> bool:
        """Whether one of the fields below "more" is used."""
        return any(self.data.get(field.name) for field in self.more_fields)


class LenientFilter(AddressFilter):
    """A filter to which an invalid value is as if it were not asked for."""

    @property
    def words(self) -> dict[str, Any]:
        """What is asked for and valid."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words)

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """All of them: nothing is folded away (see templates/reviews/_filters.html)."""
        return list(self)


class ListFilter(Filter):
    """What both lists can be narrowed by, within the repositories of one SIG."""

    q = TextField(label=_("编号、标题或作者"), max_length=100)
    state = forms.ChoiceField(label=_("状态"), required=False)
    repository = forms.ChoiceField(label=_("仓库"), required=False)
    author = LoginField(label=_("作者账号"))
    label = TextField(label=_("标签"))

    states: Sequence[tuple[str, Any]] = ()

    def __init__(self, data: Any, *, sig: Sig, repositories: Sequence[Repository]) -> None:
        super().__init__(data)
        self.sig = sig
        self.repositories = repositories
        paths = sorted({repository.path for repository in repositories})
        self._offer("state", self.states)
        self._offer("repository", [(path, path) for path in paths])
        if len(paths) < 2:
            del self.fields["repository"]

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", _("全部")), *choices]

    # ── for lists ──
    @property
    def places(self) -> list[Repository]:
        """Repositories asked for; none when the address is invalid."""
        if not self.is_valid():
            return []
        path = self.words.get("repository")
        return [row for row in self.repositories if path in ("", None, row.path)]

    @property
    def uses_tokens(self) -> bool:
        """Whether the index of tokens leads to the rows, across repositories."""
        return bool(self.words.get("q") or self.words.get("label"))

    def condition(self, match: Callable[[str], Q] = search.matching) -> Q:
        """What a row must be, its repository and its people left out. `match` reads the words."""
        words = self.words
        condition = match(words.get("q", ""))
        if label := words.get("label"):
            condition &= search.labelled(label)
        if state := words.get("state"):
            condition &= Q(state=state)
        return condition

    def _start_of(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), tzinfo=self.sig.zone)


class RecordFilter(ListFilter):
    verdict = forms.ChoiceField(label=_("评审结论"), required=False)
    reviewer = LoginField(label=_("评审人账号"))
    dated = forms.ChoiceField(
        label=_("时间依据"),
        required=False,
        choices=[("", _("更新时间")), ("merged", _("合入时间"))],
    )
    since = DayField(label=_("起始日期"))
    until = DayField(label=_("截止日期"))

    states = PullRequest.State.choices
    main = ("q", "state", "verdict", "repository")
    field_order = (
        *("q", "state", "verdict", "repository"),
        *("author", "reviewer", "label", "dated", "since", "until"),
    )

    def __init__(self, data: Any, *, sig: Sig, repositories: Sequence[Repository]) -> None:
        super().__init__(data, sig=sig, repositories=repositories)
        self._offer("verdict", PullRequest.Verdict.choices)

    def clean_until(self) -> dt.date | None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data["until"]
        if since and until and until < since:
            raise ValidationError(_("截止日期早于起始日期。"))
        return until

    @property
    def key(self) -> str:
        """The time by which the list is ordered and its period counts."""
        return "merged_at" if self.words.get("dated") else "updated_at"

    def condition(self, match: Callable[[str], Q] = search.matching) -> Q:
        words, condition = self.words, super().condition(match)
        if verdict := words.get("verdict"):
            condition &= Q(verdict=verdict)
        if words.get("dated"):
            condition &= Q(merged_at__isnull=False)
        if since := words.get("since"):
            condition &= Q(**{f"{self.key}__gte": self._start_of(since)})
        if until := words.get("until"):
            after = self._start_of(until + dt.timedelta(days=1))
            condition &= Q(**{f"{self.key}__lt": after})
        return condition


class IssueFilter(ListFilter):
    assignee = LoginField(label=_("负责人账号"))
    unassigned = forms.BooleanField(label=_("没有负责人"), required=False)
    unanswered = forms.BooleanField(label=_("没有答复"), required=False)
    milestone = TextField(label=_("里程碑"))
    age = forms.IntegerField(
        label=_("至少几天前提出"), required=False, min_value=0, max_value=36_500
    )
    order = forms.ChoiceField(
        label=_("次序"),
        required=False,
        choices=[("", _("最新提出的在前")), ("waiting", _("等待最久的在前"))],
    )

    states = Issue.State.choices
    main = ("q", "state", "repository", "order", "unanswered")
    field_order = (
        *("q", "state", "repository", "order", "unanswered"),
        *("author", "assignee", "unassigned", "label", "milestone", "age"),
    )

    def __init__(
        self, data: Any, *, sig: Sig, repositories: Sequence[Repository], at: dt.datetime
    ) -> None:
        """`at`: the moment from which ages count."""
        super().__init__(data, sig=sig, repositories=repositories)
        self.at = at

    def clean_unassigned(self) -> bool:
        asked = bool(self.cleaned_data["unassigned"])
        if asked and self.cleaned_data.get("assignee"):
            raise ValidationError(_("不能同时要求某位负责人与没有负责人。"))
        return asked

    @property
    def is_oldest_first(self) -> bool:
        return bool(self.words.get("order"))

    @property
    def uses_tokens(self) -> bool:
        return super().uses_tokens or bool(
            self.words.get("assignee") or self.words.get("milestone")
        )

    def condition(self, match: Callable[[str], Q] = search.matching) -> Q:
        """Unanswered ones are those still waiting for it, unless a state is asked for."""
        words, condition = self.words, super().condition(match)
        if accounts := words.get("assignee"):
            condition &= search.assigned_to(_logins(accounts))
        if words.get("unassigned"):
            condition &= Q(assignee_login="")
        if milestone := words.get("milestone"):
            condition &= search.in_milestone(milestone)
        if words.get("unanswered"):
            condition &= Q(answered_at=None)
        if (words.get("unanswered") or words.get("order")) and not words.get("state"):
            condition &= Q(state__in=OPEN_ISSUES)
        if (days := words.get("age")) is not None:
            condition &= Q(created_at__lte=self.at - dt.timedelta(days=days))
        return condition


def _logins(accounts: Sequence[Account]) -> list[str]:
    """Logins these accounts have or had: an assignee is known by login only."""
    former = [one.login for account in accounts for one in account.former_logins.all()]
    return [*(account.login for account in accounts), *former]
