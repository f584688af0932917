"""The decided change becomes the roster's: by a Maintainer's word, a meeting or the merged files."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from . import limits, role_term
from .ballot_box import rules_of
from .models import Person, Promotion, RoleTerm
from .notices.about import about_promotion
from .notices.outbox import tell, tell_all
from .policy import ROLES, Rules
from .refusals import AwaitsMerge, BadProposal, NotYet, SeatsTaken
from .steps import claim, enter
from .transitions import GIVING, Kind, State

EndedAs = RoleTerm.EndedAs
ENDED_AS = {
    Kind.PROMOTE: EndedAs.PROMOTED,
    Kind.REINSTATE: EndedAs.PROMOTED,
    Kind.REMOVE: EndedAs.REMOVED,
    Kind.STEP_DOWN: EndedAs.STEPPED_DOWN,
    Kind.EMERITUS: EndedAs.EMERITUS,
}
LATEST = dt.timedelta(days=366)


@transaction.atomic
def take_effect(
    *,
    promotion_id: int,
    effective_on: dt.date,
    ratified_in: str = "",
    by: Person | None,
    at: dt.datetime,
) -> Promotion:
    """Terms end and begin on one day, in one transaction.

    `ratified_in`: the meeting that ratified the result, where the rules ask for one. `by` None: the
    files were seen merged, where the rules wait for that; then nobody's word does. Leaving by one's
    own wish waits for nothing. Raises NotAllowed, AwaitsMerge, NotYet, WrongState, SeatsTaken,
    BadProposal (`effective_on`, `ratified_in`).
    """
    promotion = claim(promotion_id, "effect", by, at)
    rules = rules_of(promotion)
    _refuse_other_way(promotion, rules, by, ratified_in.strip())
    terms = RoleTerm.objects.select_for_update().filter(
        person=promotion.person, sig=promotion.sig, ended_on=None
    )
    ending = [term for term in terms if _is_ended_by(term, promotion)]
    _refuse_bad_day(promotion, ending, effective_on, at)
    # An import may have brought the role in the meantime; then it stands already.
    begins = promotion.kind in GIVING and not any(term.role == promotion.role for term in terms)
    if begins:
        _refuse_without_seat(promotion, rules, effective_on)
    reason = f"promotion:{promotion.pk}"
    for term in ending:
        ended_as = ENDED_AS[Kind(promotion.kind)]
        role_term.end(term=term, on=effective_on, reason=reason, ended_as=ended_as, by=by, at=at)
    if begins:
        _begin(promotion, rules, effective_on, by, at)
    promotion.effective_on, promotion.ratified_in = effective_on, ratified_in.strip()
    data = {"on": effective_on.isoformat(), "ratified_in": promotion.ratified_in}
    enter(promotion, State.IN_EFFECT, "in_effect", by, at, data)
    _tell(promotion, at)
    return promotion


def _begin(
    promotion: Promotion, rules: Rules, on: dt.date, by: Person | None, at: dt.datetime
) -> None:
    role_term.start(
        person=promotion.person,
        sig=promotion.sig,
        role=promotion.role,
        on=on,
        duty=promotion.duty,
        repositories=promotion.repositories.all(),
        reason=f"promotion:{promotion.pk}",
        due_on=limits.term_due_on(rules, on),
        by=by,
        at=at,
    )


def way_of(promotion: Promotion) -> str:
    """What puts it in force: "maintainer", "meeting" or "merged"; one's own wish waits for nothing."""
    return "maintainer" if promotion.is_own_wish else rules_of(promotion).effect


def _refuse_other_way(
    promotion: Promotion, rules: Rules, by: Person | None, ratified_in: str
) -> None:
    way = way_of(promotion)
    if way == "merged" and by is not None:
        raise AwaitsMerge
    if way != "merged" and by is None:
        raise NotYet(_("按规则须由 Maintainer 宣布生效。"))
    if way == "meeting" and not ratified_in:
        raise BadProposal("ratified_in", _("按规则须经例会批准，请写明是哪一次会议。"))


def _is_ended_by(term: RoleTerm, promotion: Promotion) -> bool:
    if promotion.kind not in GIVING:
        return term.role == promotion.role
    return ROLES.index(term.role) < ROLES.index(promotion.role)


def _refuse_bad_day(
    promotion: Promotion, ending: Iterable[RoleTerm], on: dt.date, at: dt.datetime
) -> None:
    decided_on = promotion.sig.day_of(promotion.decided_at or at)
    earliest = max([decided_on, *(term.started_on for term in ending)])
    latest = decided_on + LATEST
    if not earliest <= on <= latest:
        raise BadProposal(
            "effective_on",
            _("生效日期须在 %(earliest)s 与 %(latest)s 之间。")
            % {"earliest": earliest.isoformat(), "latest": latest.isoformat()},
        )


def _refuse_without_seat(promotion: Promotion, rules: Rules, on: dt.date) -> None:
    """The SIG's row is locked while seats are counted: two promotions must not take the last one."""
    if not rules.seats_max:
        return
    type(promotion.sig).objects.select_for_update().get(pk=promotion.sig_id)
    holders = RoleTerm.objects.active(on).filter(sig=promotion.sig, role=promotion.role)
    check = limits.seat_check(rules, holders.values("person").distinct().count())
    if check is not None and not check.is_met:
        raise SeatsTaken(promotion.get_role_display(), rules.seats_max)


def _tell(promotion: Promotion, at: dt.datetime) -> None:
    """The candidate, whoever nominated them, and the SIG's channels."""
    key, kind = f"promotion:{promotion.pk}:in_effect", "promotion.in_effect"
    data = about_promotion(promotion)
    people = {person.pk: person for person in (promotion.person, promotion.nominated_by)}
    tell_all(key=key, kind=kind, people=people.values(), data=data, at=at)
    tell(key=key, kind=kind, person=None, data=data, at=at)
