"""Why a step of a promotion was not taken: each refusal is a sentence that names the rule."""

import datetime as dt

from django.utils.translation import gettext as _

from .models import Promotion, Sig


class Refusal(Exception):
    """Raised before any write; `str()` is the sentence for the reader, in their language."""


class NotAllowed(Refusal):
    """The rules give this step to somebody else."""


class NotEntitled(NotAllowed):
    """Only the electorate votes, and never the candidate."""


class WrongState(Refusal):
    def __init__(self, promotion: Promotion) -> None:
        super().__init__(
            _("这份提名现在是“%(state)s”，这一步已不适用。")
            % {"state": promotion.get_state_display()}
        )


class WrongKind(Refusal):
    def __init__(self, promotion: Promotion) -> None:
        super().__init__(
            _("“%(kind)s”没有这一步：只有晋升与恢复才需要附议和候选人答复。")
            % {"kind": promotion.get_kind_display()}
        )


class TooLate(Refusal):
    """The time to answer, or to open the vote, is over."""

    def __init__(self, promotion: Promotion) -> None:
        super().__init__(
            _("这一步的期限 %(at)s 已过，提名即将标为过期；可以重新提名。")
            % {"at": moment_text(promotion.answer_due_at, promotion.sig)}
        )


class NotYet(Refusal):
    """The rules ask for something first: more nominators, or days of discussion."""


class Recused(Refusal):
    def __init__(self) -> None:
        super().__init__(_("您在这份提名中已经回避；要投票，请先收回回避。"))


class SeatsTaken(Refusal):
    def __init__(self, role: str, seats: int) -> None:
        super().__init__(
            _("规则规定 %(role)s 至多 %(seats)d 席，现已满额；先有人离任，才能生效。")
            % {"role": role, "seats": seats}
        )


class AwaitsMerge(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("按规则，角色在文件改动合入后自动生效，不能手动宣布。"))


class Closed(Refusal):
    def __init__(self, promotion: Promotion) -> None:
        super().__init__(
            _("表决已于 %(at)s 截止，之后的选票不再计入。")
            % {"at": moment_text(promotion.voting_closes_at, promotion.sig)}
        )


class StillOpen(Refusal):
    def __init__(self, promotion: Promotion) -> None:
        super().__init__(
            _("结果仍可能改变：须等到 %(at)s 截止，或其余选票已不影响结果。")
            % {"at": moment_text(promotion.voting_closes_at, promotion.sig)}
        )


class AlreadyOpen(Refusal):
    """The same role is already being decided for this person; `promotion` is that proposal."""

    def __init__(self, promotion: Promotion) -> None:
        self.promotion = promotion
        super().__init__(
            _("%(name)s 的这一角色已有进行中的提名，先等它有结果。")
            % {"name": promotion.person.name}
        )


class Unqualified(Refusal):
    """What the role presupposes is missing altogether, or the role is held already (or not at all)."""


class NobodyMayVote(Refusal):
    def __init__(self) -> None:
        super().__init__(_("除候选人外没有人有表决权，无法开启表决。"))


class BadProposal(Refusal):
    """Something in the proposal cannot stand; `field` names the form field."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def moment_text(at: dt.datetime | None, sig: Sig) -> str:
    return at.astimezone(sig.zone).strftime("%Y-%m-%d %H:%M") if at else ""
