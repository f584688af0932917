"""How far a running sync is, as the sync row keeps it and the page shows it."""

from dataclasses import asdict, dataclass, field
from typing import Any

from gitee.pacing import Budget

from .streams import STREAMS


@dataclass
class Progress:
    """Counts of one run: rows read and rows written a list, and requests sent.

    `total` is what the server counts in the list being read, `remaining` how many requests it still
    allows; None when it does not say. Round 0 reads a list whole.
    """

    stream: str = ""
    round: int = 1
    read_here: int = 0
    total: int | None = None
    requests: int = 0
    remaining: int | None = None
    read: dict[str, int] = field(default_factory=lambda: {stream.name: 0 for stream in STREAMS})
    written: dict[str, int] = field(default_factory=lambda: {stream.name: 0 for stream in STREAMS})

    def begin(self, stream: str, round_number: int) -> None:
        self.stream, self.round, self.read_here, self.total = stream, round_number, 0, None

    def add(self, *, read: int, written: int, total: int | None) -> None:
        """A page was stored. The first page's total counts: later questions ask for less."""
        if self.total is None:
            self.total = total
        self.read_here += read
        self.read[self.stream] += read
        self.written[self.stream] += written

    def spend(self, requests: int, budget: Budget | None) -> None:
        """How many requests were sent by now, and what is left of the allowance."""
        self.requests = requests
        self.remaining = budget.remaining if budget else None

    @property
    def written_in_all(self) -> int:
        return sum(self.written.values())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
