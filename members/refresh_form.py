"""The form that lists everyone with a role, their duty and scope, for a meeting to go through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Repository, RoleTerm
from .policy import COMMITTER
from .refresh import DUTY_LENGTH, MEETING_LENGTH, Wanted, fingerprint


@dataclass(frozen=True)
class Row:
    term: RoleTerm
    duty: BoundField
    # None for roles without a scope.
    repositories: BoundField | None


class RefreshForm(forms.Form):
    """One duty a term, for Committers also repositories; `wanted()` is what a valid form asks for."""

    meeting = forms.CharField(
        label=gettext_lazy("决定的会议"),
        max_length=MEETING_LENGTH,
        help_text=gettext_lazy("例如“2026-03-05 例会，第 2 项”。会公开。"),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self,
        *args: Any,
        terms: Sequence[RoleTerm],
        repositories: Sequence[Repository],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.terms = terms
        self.fields["seen"].initial = fingerprint(terms)
        choices = [(one.pk, one.path) for one in repositories]
        for term in terms:
            self._add(term, choices)

    def _add(self, term: RoleTerm, choices: list[tuple[int, str]]) -> None:
        self.fields[f"duty-{term.pk}"] = forms.CharField(
            label=_("%(name)s 的职责") % {"name": term.person.name},
            max_length=DUTY_LENGTH,
            required=False,
            initial=term.duty,
        )
        if term.role == COMMITTER:
            self.fields[f"repositories-{term.pk}"] = forms.TypedMultipleChoiceField(
                label=_("%(name)s 的负责仓库") % {"name": term.person.name},
                choices=choices,
                coerce=int,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[one.pk for one in term.repositories.all()],
            )

    def rows(self) -> Iterator[Row]:
        for term in self.terms:
            scope = f"repositories-{term.pk}"
            yield Row(term, self[f"duty-{term.pk}"], self[scope] if scope in self.fields else None)

    def wanted(self) -> list[Wanted]:
        """Raises nothing: what a row does not ask for (a scope) stays as it is."""
        return [self._wanted(term) for term in self.terms]

    def _wanted(self, term: RoleTerm) -> Wanted:
        name = f"repositories-{term.pk}"
        kept = [one.pk for one in term.repositories.all()]
        scope = self.cleaned_data[name] if name in self.fields else kept
        return Wanted(term.pk, self.cleaned_data[f"duty-{term.pk}"], frozenset(scope))
