"""The changes of files a decision brings, as its pages show them: where, what, and how far they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.translation import gettext as _

from gitee.writing import can_write

from .file_change import DECIDED, OVER
from .file_change_words import sentence
from .file_proposal import NoHome, home_of
from .models import FileChange, Promotion, Repository

State = FileChange.State
BADGES = {
    State.READY: "waiting",
    State.PROPOSED: "waiting",
    State.MERGED: "good",
    State.NEEDLESS: "neutral",
    State.CLOSED: "blocked",
}
ADDRESS = re.compile(r"[^\s@<>:'\"]+@[^\s@<>'\"]+\.[^\s@<>'\"]+")


@dataclass(frozen=True)
class Line:
    """One file. `patch` is as the reader may see it; empty where there is nothing to change."""

    row: FileChange
    badge: str
    error: str
    patch: str
    is_asked: bool


@dataclass
class Group:
    """The files of one repository, which one pull request changes together."""

    title: str
    repository: Repository | None
    lines: list[Line] = field(default_factory=list)
    pull_url: str = ""
    pull_number: int | None = None
    # What the buttons may do, or why there is none.
    download: int | None = None
    may_propose: bool = False
    why_not: str = ""

    @property
    def key(self) -> int:
        """The repository's number in addresses; 0 is the community's own."""
        return self.repository.pk if self.repository else 0


def has_address(text: str) -> bool:
    return bool(ADDRESS.search(text))


def masked(text: str) -> str:
    """The text with every address left out."""
    return ADDRESS.sub(_("（邮箱）"), text)


def groups_of(promotion: Promotion, *, may_change: bool, sees_addresses: bool) -> list[Group]:
    """One query; none before the decision."""
    if promotion.state not in DECIDED:
        return []
    rows = promotion.file_changes.select_related("repository", "promotion__sig")
    ordered = sorted(rows, key=lambda row: (row.repository_id or 0, row.path))
    groups = groupby(ordered, key=lambda row: row.repository_id)
    return [_group(promotion, list(found), may_change, sees_addresses) for _key, found in groups]


def _group(
    promotion: Promotion, rows: Sequence[FileChange], may_change: bool, sees_addresses: bool
) -> Group:
    repository = rows[0].repository
    group = Group(_title(promotion, repository), repository)
    group.lines = [_line(row, sees_addresses) for row in rows]
    open_rows = [row for row in rows if row.state not in OVER and row.patch]
    if open_rows and (sees_addresses or not any(has_address(row.patch) for row in open_rows)):
        group.download = open_rows[0].pk
    proposed = next((row for row in rows if row.pull_number), None)
    if proposed is not None:
        group.pull_number, group.pull_url = proposed.pull_number, proposed.pull_url
    waiting = [row for row in open_rows if row.state in (State.READY, State.CLOSED)]
    if may_change and waiting and not any(row.asked_at for row in waiting):
        group.why_not = _why_not(promotion, repository)
        group.may_propose = not group.why_not
    return group


def _title(promotion: Promotion, repository: Repository | None) -> str:
    if repository is not None:
        return repository.path
    return promotion.sig.charter_repository.partition(":")[2] or _("社区的章程文件")


def _line(row: FileChange, sees_addresses: bool) -> Line:
    patch = "" if row.state in OVER else row.patch
    if not sees_addresses:
        patch = masked(patch)
    asked = row.state == State.READY and row.asked_at is not None
    return Line(row, BADGES[State(row.state)], sentence(row.error), patch, asked)


def _why_not(promotion: Promotion, repository: Repository | None) -> str:
    """Why no pull request can be made from here; empty when one can."""
    try:
        home = home_of(promotion.sig, repository)
    except NoHome:
        return _("还不知道 README 和 sig-info.yaml 在哪个仓库，只能下载补丁自行提交。")
    if not can_write(home.host):
        return _("门户没有可以写入代码平台的令牌，只能下载补丁自行提交。")
    return ""
