"""The forms of a promotion's page: empty ones for the steps that ask for something, and who may speak."""

import datetime as dt
from typing import Any

from .forms import BallotForm, EffectForm, RecusalForm, StatementForm
from .models import Ballot, Person, Promotion
from .rules import Roles, can
from .voting import is_over


def step_forms(
    promotion: Promotion,
    viewer: Person | None,
    roles: Roles,
    mine: Ballot | None,
    now: dt.datetime,
) -> dict[str, Any]:
    """Context of the fragments that hold a form; `mine` is the reader's own live ballot."""
    filled = {"choice": mine.choice, "reason": mine.reason} if mine else None
    today = promotion.sig.day_of(now)
    return {
        "viewer": viewer,
        "may_say": can("say", viewer, promotion, roles) and not is_over(promotion, now),
        "ballot_form": BallotForm(initial=filled),
        "effect_form": EffectForm(initial={"effective_on": today}, promotion=promotion),
        "recusal_form": RecusalForm(),
        "statement_form": StatementForm(),
    }
