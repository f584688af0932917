"""How a drill says what held and what did not."""

from dataclasses import dataclass

SHOWN = 5


@dataclass(frozen=True)
class Verdict:
    """One promise (an invariant of DESIGN, or a sentence), whether it held, and by what we know."""

    promise: str
    held: bool
    detail: str

    def __str__(self) -> str:
        return f"{'held  ' if self.held else 'BROKEN'} {self.promise}: {self.detail}"


def judged(promise: str, faults: list[str], detail: str) -> Verdict:
    """Held when there are no faults; else the first few of them are the detail."""
    if not faults:
        return Verdict(promise, True, detail)
    more = f" … and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return Verdict(promise, False, "; ".join(faults[:SHOWN]) + more)
