"""Which numbers of people mean the same human being today, for records that name them by number."""

from collections.abc import Mapping
from dataclasses import dataclass

from .models import Person


@dataclass(frozen=True)
class Merged:
    """`target`: of each person who was merged, the one they were merged into."""

    target: Mapping[int, int]

    @classmethod
    def read(cls) -> "Merged":
        rows = Person.objects.exclude(merged_into=None).values_list("pk", "merged_into_id")
        return cls({pk: into for pk, into in rows if into is not None})

    def today(self, number: int) -> int:
        seen = set()
        while number in self.target and number not in seen:
            seen.add(number)
            number = self.target[number]
        return number

    def is_same(self, one: int, other: int) -> bool:
        return self.today(one) == self.today(other)

    def into(self, number: int) -> list[int]:
        """Everyone who was merged into this person."""
        return [gone for gone in self.target if self.today(gone) == number]

    def touches(self, number: int) -> bool:
        """The person was merged, or somebody into them."""
        return number in self.target or bool(self.into(number))
