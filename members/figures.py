"""What counts toward each figure: pure, so that one person's path and a whole SIG's are counted alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .policy import FIGURES, Rules

MERGED, REVIEWED = "pull_merged", "pull_reviewed"
ISSUE, MEETING = "issue_opened", "meeting_attended"


@dataclass(frozen=True)
class Deed:
    """One contribution of one person; `day` of the SIG's calendar, `subject` what is counted once."""

    kind: str
    is_main: bool
    day: date
    subject: str


def subject_of(source: str, home: int | None = None) -> str:
    """What a contribution's source is about: "gitee:owner/name!12:pull_merged" names pull request 12.

    `home` is the key of the repository where it lives today: a repository that moved keeps its
    numbers, and one pull request may be mirrored in both places.
    """
    subject = source
    for kind in (MERGED, REVIEWED, ISSUE, MEETING):
        subject = subject.partition(f":{kind}")[0]
    sign = "!" if "!" in subject else "#"
    _place, sign, number = subject.partition(sign)
    return f"{home}{sign}{number}" if home and sign else subject


def counted(deeds: Sequence[Deed], rules: Rules, on: date) -> dict[str, list[int]]:
    """For each figure the indices of the deeds behind it, in the order given, each subject once.

    Reviews of one's own pull requests count nowhere: after two accounts became one person, or where
    one pull request is mirrored twice, there may be some. Deeds after `on` are the caller's to leave out.
    """
    recent = [index for index, deed in enumerate(deeds) if _is_within(deed.day, on, rules)]
    own = {deed.subject for deed in deeds if deed.kind == MERGED}
    merged = _one_each(deeds, recent, MERGED)
    reviewed = [
        index for index in _one_each(deeds, recent, REVIEWED) if deeds[index].subject not in own
    ]
    main = {deeds[index].subject for index in recent if deeds[index].is_main}
    lately = [
        index for index in merged if months_ago(deeds[index].day, on) < rules.active_window_months
    ]
    return {
        "merged": merged,
        "main_reviews": [index for index in reviewed if deeds[index].subject in main],
        "reviewed": reviewed,
        "merged_or_reviewed": sorted([*merged, *reviewed]),
        "active_months": lately,
        "issues_opened": _one_each(deeds, recent, ISSUE),
        "meetings_attended": _one_each(deeds, recent, MEETING),
    }


def values(deeds: Sequence[Deed], behind: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """The figures themselves: how many deeds stand behind each, or in how many months they lie."""
    return {name: _value(name, deeds, behind[name]) for name in FIGURES}


def _value(name: str, deeds: Sequence[Deed], indices: Sequence[int]) -> int:
    if name == "active_months":
        return len({deeds[index].day.replace(day=1) for index in indices})
    return len(indices)


def months_ago(day: date, on: date) -> int:
    """Calendar months between: 0 is the running month, so six months are the running and five before."""
    return (on.year - day.year) * 12 + on.month - day.month


def _is_within(day: date, on: date, rules: Rules) -> bool:
    return not rules.evidence_months or months_ago(day, on) < rules.evidence_months


def _one_each(deeds: Sequence[Deed], indices: Iterable[int], kind: str) -> list[int]:
    """The first index of each subject."""
    first: dict[str, int] = {}
    for index in indices:
        if deeds[index].kind == kind:
            first.setdefault(deeds[index].subject, index)
    return list(first.values())
