"""Filters of the lists: what the address may say, checked."""

import re
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Lower
from django.forms import CharField as TextField
from django.utils.translation import gettext_lazy as _

from members.models import Account, Repository

from .models import Comment, Issue, PullRequest

Row = TypeVar("Row", PullRequest, Issue)
NUMBER = re.compile(r"[!#]?(\d{1,9})")


class ListFilter(forms.Form):
    """What both lists can be narrowed by. Repositories are those of the SIG, handed in."""

    q = TextField(label=_("编号或标题"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("状态"), required=False)
    repository = forms.ChoiceField(label=_("仓库"), required=False)
    author = TextField(label=_("作者账号"), required=False, max_length=200)

    states: list[tuple[str, Any]] = []

    def __init__(self, data: Any, *, repositories: list[Repository]) -> None:
        super().__init__(data)
        self.repositories = repositories
        paths = sorted({repository.path for repository in repositories})
        self.choice("state").choices = [("", _("全部")), *self.states]
        self.choice("repository").choices = [("", _("全部")), *((path, path) for path in paths)]
        if len(paths) < 2:
            del self.fields["repository"]

    def choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        return field

    def clean(self) -> dict[str, Any]:
        """A byte of zero is no text, and no database takes it."""
        for name in ("q", "author", "reviewer"):
            if "\0" in (self.cleaned_data.get(name) or ""):
                self.add_error(name, ValidationError(_("含有无法识别的字符。")))
        return self.cleaned_data

    @property
    def words(self) -> dict[str, str]:
        """What is asked for and valid."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words)

    def repository_ids(self) -> list[int]:
        path = self.words.get("repository")
        return [row.pk for row in self.repositories if path in (None, row.path)]

    def narrowed(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """What every list asks alike: repository, state, author; the author is a subquery."""
        words = self.words
        rows = rows.filter(repository__in=self.repository_ids())
        if state := words.get("state"):
            rows = rows.filter(state=state)
        if author := words.get("author"):
            rows = rows.filter(author__in=_accounts(author))
        return rows


class RecordFilter(ListFilter):
    states = list(PullRequest.State.choices)
    reviewer = TextField(label=_("评审人账号"), required=False, max_length=200)
    field_order = ("q", "state", "repository", "author", "reviewer")

    def apply(self, rows: QuerySet[PullRequest]) -> QuerySet[PullRequest]:
        """The rows asked for; a constant number of subqueries, none run here."""
        words, rows = self.words, self.narrowed(rows)
        if reviewer := words.get("reviewer"):
            rows = rows.filter(_commented_by(reviewer))
        if text := words.get("q"):
            number = NUMBER.fullmatch(text)
            rows = rows.filter(Q(number=number[1]) if number else Q(title__icontains=text))
        return rows


class IssueFilter(ListFilter):
    states = list(Issue.State.choices)
    field_order = ("q", "state", "repository", "author")

    def apply(self, rows: QuerySet[Issue]) -> QuerySet[Issue]:
        words, rows = self.words, self.narrowed(rows)
        if text := words.get("q"):
            rows = rows.filter(Q(title__icontains=text) | Q(number=text.removeprefix("#")))
        return rows


def _accounts(login: str) -> QuerySet[Account]:
    """Accounts of this login on any host, through the index on lower-cased logins."""
    key = login.strip().removeprefix("@").lower()
    return Account.objects.annotate(login_key=Lower("login")).filter(login_key=key)


def _commented_by(login: str) -> Exists:
    return Exists(
        Comment.objects.filter(
            repository=OuterRef("repository"),
            kind=Comment.Kind.PULL,
            number=Cast(OuterRef("number"), output_field=Comment._meta.get_field("number")),
            author__in=_accounts(login),
        ).exclude(author=OuterRef("author"))
    )
