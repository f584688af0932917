"""What every form that narrows a list by its address offers to pages, files and feeds."""

from urllib.parse import urlencode

from django import forms


class AddressFilter(forms.Form):
    @property
    def address(self) -> str:
        """The filter as the query of an address, without page marks and empty fields."""
        asked = {name: self.data.get(name) for name in self.fields}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def complaint(self) -> str:
        """What is wrong with the address, a line for each field, for those who see no form."""
        return "\n".join(
            f"{name}: {' '.join(map(str, errors))}" for name, errors in self.errors.items()
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether the address asks for anything, valid or not."""
        return any(self.data.get(name) for name in self.fields)
