"""Rows against entries: the rooms above say what must agree, without this one importing them."""

from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.utils.module_loading import import_string

Witness = Callable[[], Iterable[str]]


def faults() -> Iterator[str]:
    """What does not agree with the record, a sentence each, in the order of LEDGER_WITNESSES."""
    for name in settings.LEDGER_WITNESSES:
        witness: Witness = import_string(name)
        yield from witness()
