"""What an address may ask of the search over meetings and their minutes."""

from django import forms
from django.utils.translation import gettext_lazy

from ledger.bigrams import words_of
from members.address_filter import AddressFilter

LONGEST = 100


class MinutesSearch(AddressFilter):
    """One question; a longer one is told at its field, and nothing is listed."""

    q = forms.CharField(
        label=gettext_lazy("搜索纪要与决定"),
        required=False,
        max_length=LONGEST,
        widget=forms.SearchInput,
    )

    @property
    def is_asked(self) -> bool:
        """Whether there is anything to look for, or to complain about."""
        return bool(words_of(self.data.get("q", "")))

    @property
    def question(self) -> str:
        """The question when it is valid, else empty."""
        return self.cleaned_data["q"] if self.is_valid() else ""
