"""What the page of silent holders prints: a sentence a rule, and beside each name what may be done."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import rules, silence
from .inactivity import ANSWERED, OVERDUE, UNASKED, WAITING, Silent
from .models import Person, Promotion, Sig
from .policy import Rules
from .rulebook import rules_on
from .wording import role_label

KIND_LABELS: dict[str, Promise] = {
    "pull_merged": gettext_lazy("合入的拉取请求"),
    "pull_reviewed": gettext_lazy("评审的拉取请求"),
    "issue_opened": gettext_lazy("提出的问题"),
    "meeting_attended": gettext_lazy("出席的例会"),
}
STATES: dict[str, tuple[str, Promise]] = {
    UNASKED: ("neutral", gettext_lazy("未询问")),
    WAITING: ("waiting", gettext_lazy("等待答复")),
    OVERDUE: ("blocked", gettext_lazy("30 天未答复")),
}


@dataclass(frozen=True)
class Row:
    """One silent holder; the addresses are empty where the reader may not propose."""

    silent: Silent
    badge: str
    state: str
    may_ask: bool
    emeritus_url: str
    remove_url: str


def rows_of(found: Iterable[Silent], reader: Person | None, roles: frozenset[str]) -> list[Row]:
    return [_row(one, reader, roles) for one in found]


def _row(one: Silent, reader: Person | None, roles: frozenset[str]) -> Row:
    badge, state = STATES.get(one.status, ("good", ""))
    if one.status == ANSWERED and one.inquiry is not None:
        state = one.inquiry.get_answer_display()
    leads = rules.may_ask(reader, one.person, roles)
    proposes = leads and one.proposal is None
    sig, role = one.term.sig, one.term.role
    emeritus, remove = (
        proposal_url(sig, one.person, role, kind) if proposes else ""
        for kind in (Promotion.Kind.EMERITUS, Promotion.Kind.REMOVE)
    )
    return Row(one, badge, str(state), leads and one.status == UNASKED, emeritus, remove)


def proposal_url(sig: Sig, person: Person, role: str, kind: str) -> str:
    """The form of a proposal with the fields filled in; whoever opens it decides."""
    query = urlencode({"kind": str(kind), "role": str(role), "login": person.login})
    return f"{reverse('members:promotion-create', args=[sig.slug])}?{query}"


def rules_in_words(sig: Sig, on: dt.date) -> list[str]:
    """Whom the rules in force ask about, one sentence a role; one query."""
    book = rules_on(sig, on)
    return [_sentence(role, own) for role, own in book.items() if own.inactive_months]


def _sentence(role: str, own: Rules) -> str:
    counted = silence.counted_kinds(own)
    kinds = _("、").join(str(label) for kind, label in KIND_LABELS.items() if kind in counted)
    return ngettext(
        "%(role)s：%(count)d 个月没有规则计入的贡献（%(kinds)s）。",
        "%(role)s：%(count)d 个月没有规则计入的贡献（%(kinds)s）。",
        own.inactive_months,
    ) % {"role": role_label(role), "count": own.inactive_months, "kinds": kinds}
