"""Labels of a pull request as they stood at an earlier moment, from what the host logged since."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# "添加了标签 enhancement", "删除了标签 a, b": the sentence tells, the type of old rows does not
# (GITEE API, operate log).
SENTENCE = re.compile(r"(添加|增加|删除|移除|取消)了?\s*标签[\s:：]*(.+)", re.DOTALL)
ADDING = ("添加", "增加")


@dataclass(frozen=True, slots=True)
class LabelChange:
    """One label put on or taken off, and when."""

    label: str
    is_added: bool
    at: dt.datetime


def changes_in(content: str, at: dt.datetime) -> Iterator[LabelChange]:
    """The changes one line of the log tells of; none when it tells of something else."""
    match = SENTENCE.search(content)
    if match is None:
        return
    for label in re.split(r"[,，、]", match[2]):
        if label.strip():
            yield LabelChange(label.strip(), match[1] in ADDING, at)


def labels_at(
    labels: Iterable[str], changes: Iterable[LabelChange], at: dt.datetime
) -> tuple[str, ...]:
    """What `labels`, those of today, were at a moment: every later change undone, the latest first."""
    held = dict.fromkeys(labels)
    for change in sorted(changes, key=lambda change: change.at, reverse=True):
        if change.at <= at:
            break
        if change.is_added:
            held.pop(change.label, None)
        else:
            held[change.label] = None
    return tuple(held)
