"""Text that every form of a page can hold, under the name by which the rooms above know it."""

from ledger.printable import UNWRITABLE, printable

__all__ = ["UNWRITABLE", "printable"]
