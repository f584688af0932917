"""One page of the list behind a figure, out of evidence that is a list already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from .checklist import Proof, figure_label, homes_of, proof_of
from .evidence import items_of
from .policy import Rules

SIZE = 50


@dataclass(frozen=True)
class ProofPage:
    """`number` counts from 1; `newer` and `older` are the neighbours' numbers, None at the ends."""

    label: str
    total: int
    number: int
    pages: int
    proofs: Sequence[Proof]

    @property
    def newer(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def proof_page(
    stored: Mapping[str, Any], figure: str, rules: Rules, asked: str, *, is_live: bool = False
) -> ProofPage:
    """The page an address asks for, newest proofs first; one query. Raises Http404 beyond the ends."""
    items = items_of(stored, figure)
    pages = max(1, -(-len(items) // SIZE))
    number = _number(asked or "1", pages)
    shown = items[(number - 1) * SIZE : number * SIZE]
    found = {} if is_live else homes_of(shown)
    return ProofPage(
        label=figure_label(figure, rules),
        total=len(items),
        number=number,
        pages=pages,
        proofs=[proof_of(item, found, is_live=is_live) for item in shown],
    )


def _number(asked: str, pages: int) -> int:
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    if not 1 <= number <= pages:
        raise Http404(_("这个分页地址无法识别。"))
    return number
