"""What lists are narrowed by, under the name by which the rooms above know it."""

from ledger.address_filter import AddressFilter

__all__ = ["AddressFilter"]
