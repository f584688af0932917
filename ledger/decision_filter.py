"""What the register can be narrowed by: checked, turned into conditions, and named one by one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .actions import GROUPS
from .address_filter import AddressFilter
from .bigrams import words_of
from .models import RegisterRow
from .names import SigName, directory
from .register import NAMED, PERSON
from .token_index import exactly, holding_word

ALL = ("", _("全部"))
NUMBER = re.compile(r"(#?)(\d{1,9})")
STANDING, SUPERSEDED = "standing", "superseded"


@dataclass(frozen=True)
class Dropped:
    """One condition in use: its name, its value, and the address of the list without it."""

    label: str
    value: str
    address: str


class DecisionFilter(AddressFilter):
    """Every value is optional; an invalid one is told at its field, and nothing is listed."""

    q = forms.CharField(label=_("登记号、姓名、标题或理由"), required=False, max_length=100)
    group = forms.ChoiceField(label=_("类别"), required=False, choices=[ALL, *GROUPS.items()])
    sig = forms.ChoiceField(label=_("SIG"), required=False)
    year = forms.ChoiceField(label=_("年份"), required=False)
    person = forms.CharField(
        label=_("相关人员的账号"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    standing = forms.ChoiceField(
        label=_("效力"),
        required=False,
        choices=[ALL, (STANDING, _("未被取代")), (SUPERSEDED, _("已被取代"))],
    )

    def __init__(self, data: Any, *, sigs: Sequence[SigName]) -> None:
        super().__init__(data)
        self._offer("sig", [(sig.slug, sig.name) for sig in sigs])
        self._offer("year", [(str(year), str(year)) for year in _years()])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [ALL, *choices]

    def rows(self, *, without: str = "") -> QuerySet[RegisterRow]:
        """The decisions asked for, in no order; `without` one of the conditions. None when invalid."""
        rows = RegisterRow.objects.all()
        if not self.is_valid():
            return rows.none()
        for name, condition in self._conditions().items():
            if name != without:
                rows = rows.filter(condition)
        return rows

    def _conditions(self) -> dict[str, Q]:
        if not hasattr(self, "_asked"):
            self._asked = dict(_conditions(self.cleaned_data))
        return self._asked

    def droppable(self) -> list[Dropped]:
        """The conditions without any one of which the list would not be empty; a query for each."""
        if not self.is_valid():
            return []
        used = [name for name, value in self.cleaned_data.items() if value]
        return [
            Dropped(str(self.fields[name].label), self._shown(name), self._without(name))
            for name in used
            if self.rows(without=name).exists()
        ]

    def _without(self, name: str) -> str:
        asked = {other: self.data.get(other) for other in self.fields if other != name}
        return urlencode({other: value for other, value in asked.items() if value})

    def _shown(self, name: str) -> str:
        """The value as the page words it."""
        value = str(self.cleaned_data[name])
        choices: Any = getattr(self.fields[name], "choices", ())
        return next((str(label) for key, label in choices if key == value), value)


def newest_saying(question: str, limit: int) -> list[RegisterRow]:
    """The newest decisions that the words of `q` find, with their entries: for the search over all rooms."""
    if not words_of(question):
        return []
    rows = RegisterRow.objects.filter(_saying(question)).select_related("entry")
    return list(rows.defer("search_text", "search_tokens").order_by("-number")[:limit])


def _conditions(words: dict[str, Any]) -> Iterator[tuple[str, Q]]:
    for name in ("group", "sig"):
        if words[name]:
            yield name, Q(**{name: words[name]})
    if words["year"]:
        yield "year", Q(year=int(words["year"]))
    if words["standing"]:
        yield "standing", Q(superseded_by__isnull=words["standing"] == STANDING)
    if words["person"]:
        yield "person", _concerning(words["person"])
    if words["q"]:
        yield "q", _saying(words["q"])


def _concerning(login: str) -> Q:
    """Decisions that name the person by any name they have or had; the record outlives them, so a
    login that nobody has any more is looked for as it is."""
    own = f"{NAMED}{login.strip().removeprefix('@').lower()}"
    condition = Q()
    for name in sorted(directory().known_as(login) | {own}):
        condition |= exactly(PERSON, name)
    return condition


def _saying(question: str) -> Q:
    """Every word occurs; `12` is also a number of the register, `#12` only that."""
    condition = Q()
    for word in words_of(question):
        number = NUMBER.fullmatch(word)
        if number is None:
            condition &= holding_word(word)
        elif number[1]:
            condition &= Q(number=int(number[2]))
        else:
            condition &= Q(number=int(number[2])) | holding_word(word)
    return condition


def _years() -> list[int]:
    """Every year from the first decision to the last, newest first."""
    ends = RegisterRow.objects.aggregate(first=Min("year"), last=Max("year"))
    if ends["first"] is None:
        return []
    return list(range(ends["last"], ends["first"] - 1, -1))
