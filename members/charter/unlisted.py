"""Who reviews much and is listed nowhere: figures from the contributions of the last year."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count

from ..models import Contribution, Person, Sig

MONTHS = 12
# Fewer reviews, or a smaller share of what was reviewed, are no reason to speak of somebody.
FEWEST = 5
SHARE = Fraction(1, 10)


@dataclass(frozen=True)
class Reviewing:
    """How many pull requests a person reviewed of `total` that were, in the last twelve months."""

    count: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.count / self.total)

    @property
    def is_much(self) -> bool:
        return self.count >= FEWEST and Fraction(self.count, self.total) >= SHARE


def reviewing(sig: Sig, on: dt.date) -> dict[int, Reviewing]:
    """By person's number, of the year that ends with a day of the SIG's calendar; two queries."""
    end = dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), sig.zone)
    reviews = Contribution.objects.filter(
        sig=sig,
        kind=Contribution.Kind.PULL_REVIEWED,
        at__gte=end - dt.timedelta(days=365),
        at__lt=end,
    )
    total = reviews.aggregate(total=Count("url", distinct=True))["total"]
    counted = reviews.order_by().values("person").annotate(count=Count("url", distinct=True))
    return {row["person"]: Reviewing(row["count"], total) for row in counted if total}


def people_of(numbers: set[int]) -> list[Person]:
    """Two queries."""
    return list(Person.objects.filter(pk__in=numbers).prefetch_related("accounts").order_by("pk"))
