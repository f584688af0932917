"""The chain's end: whoever writes an entry or a number of the register holds its lock."""

from .canonical import GENESIS
from .models import Head


def locked() -> Head:
    """The head's row, locked until the transaction ends; an empty database gets one."""
    rows = Head.objects.select_for_update()
    head = rows.filter(pk=1).first()
    if head is None:
        Head.objects.get_or_create(pk=1, defaults={"seq": 0, "hash": GENESIS})
        head = rows.get(pk=1)
    return head
