"""Tables as CSV, under the name by which the rooms above know them (ledger.spreadsheet)."""

from ledger.spreadsheet import FORMULA_STARTS, cell, lines, response

__all__ = ["FORMULA_STARTS", "cell", "lines", "response"]
