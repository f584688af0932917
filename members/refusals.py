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
