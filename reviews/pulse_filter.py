"""What the addresses of 评审概况 and 例外 may say: a period and one repository of the SIG."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from members.models import Repository, Sig

from .forms import LenientFilter
from .pulse import Scope

PERIODS = [("", _("近 12 个月")), ("24", _("近 24 个月"))]
MONTHS = {"": 12, "24": 24}


class PulseFilter(LenientFilter):
    """Invalid values are told at the field, and the figures are those of the default."""

    period = forms.ChoiceField(label=_("时期"), choices=PERIODS, required=False)
    repository = forms.ChoiceField(label=_("仓库"), required=False)

    def __init__(
        self, data: MultiValueDict[str, str], *, sig: Sig, repositories: Sequence[Repository]
    ) -> None:
        super().__init__(data)
        self.sig = sig
        self.repositories = repositories
        self.paths = sorted({repository.path for repository in repositories})
        choice: Any = self.fields["repository"]
        choice.choices = [("", _("全部")), *((path, path) for path in self.paths)]
        if len(self.paths) < 2:
            del self.fields["repository"]

    @property
    def several(self) -> bool:
        return len(self.paths) > 1

    @property
    def repository_ids(self) -> list[int]:
        path = self.words.get("repository")
        return [row.pk for row in self.repositories if path in (None, row.path)]

    def scope(self, at: dt.datetime) -> Scope:
        """The question at an instant (aware)."""
        months = MONTHS[self.words.get("period", "")]
        return Scope(self.sig, self.repository_ids, months, self.sig.day_of(at))
