"""Finding the one thing an address names."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

Row = TypeVar("Row", bound=Model)


def only(rows: QuerySet[Row], missing: str) -> Row:
    """The one row there can be. Raises Http404, which tells `missing`."""
    row = rows.first()
    if row is None:
        raise Http404(missing)
    return row
