"""What is said about a promotion before it is decided, in public or sealed as its rules say.

Statements are kept as said; the author may take one back in sight. The ledger holds a salted hash:
of a sealed one neither the words nor who spoke.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from . import rules
from .ballot_box import database_now, rules_of
from .models import Person, Promotion, Statement
from .notices.about import about_promotion
from .notices.outbox import tell_all
from .refusals import BadProposal, Closed, NotAllowed
from .steps import content_of, digest, locked, note, refuse_unless_may, refuse_wrong_state
from .transitions import State

LENGTH = 10_000
STATEMENT_CONTENT = ("id", "promotion_id", "body", "is_sealed", "salt", "at")


@transaction.atomic
def say(
    *,
    promotion_id: int,
    body: str,
    by: Person,
    at: dt.datetime,
    clock: Callable[[], dt.datetime] = database_now,
) -> Statement:
    """Speak about a promotion until its vote is over. The same again, as a double click sends it,
    changes nothing. Raises NotAllowed, WrongState, Closed, BadProposal (`body`)."""
    promotion = locked(promotion_id)
    refuse_unless_may("say", promotion, by, at)
    refuse_over(promotion, clock())
    refuse_wrong_state(promotion, "say")
    text = body.strip()
    if not 0 < len(text) <= LENGTH:
        raise BadProposal("body", _("请写 1 到 %(count)d 个字。") % {"count": LENGTH})
    last = promotion.statements.filter(author=by, retracted_at=None).last()
    if last is not None and last.body == text:
        return last
    statement = Statement.objects.create(
        promotion=promotion,
        author=by,
        body=text,
        is_sealed=rules_of(promotion).discussion == "sealed",
        salt=secrets.token_hex(16),
        at=at,
    )
    note(promotion, "said", _actor(statement, by), at, _statement_json(statement))
    _tell(statement, by, at)
    return statement


@transaction.atomic
def retract(*, statement_id: int, by: Person, at: dt.datetime) -> Statement:
    """Take back what one said oneself, until it is decided; that it was said stays in sight.

    Raises NotAllowed, WrongState.
    """
    promotion_id = Statement.objects.values_list("promotion_id", flat=True).get(pk=statement_id)
    promotion = locked(promotion_id)
    statement: Statement = promotion.statements.select_related("author").get(pk=statement_id)
    if statement.author_id != by.pk:
        raise NotAllowed(_("只有发言人本人可以撤回自己的发言。"))
    refuse_wrong_state(promotion, "say")
    if statement.retracted_at is None:
        statement.retracted_at = at
        statement.save(update_fields=["retracted_at"])
        note(promotion, "retracted", _actor(statement, by), at, {"statement": statement.pk})
    return statement


def refuse_over(promotion: Promotion, now: dt.datetime) -> None:
    closes_at = promotion.voting_closes_at
    if promotion.state == State.VOTING and closes_at is not None and closes_at <= now:
        raise Closed(promotion)


def readable(
    promotion: Promotion, viewer: Person | None, roles: rules.Roles
) -> QuerySet[Statement]:
    """What a reader may see of the discussion, oldest first; their own always."""
    statements = promotion.statements.select_related("author")
    if rules.can_read_sealed(viewer, promotion, roles):
        return statements
    own = Q(author=viewer) if viewer is not None else Q(pk=None)
    return statements.filter(Q(is_sealed=False) | own)


def statement_digest(statement: Statement, author: int) -> str:
    """`author`: their number when they spoke, for people may have been merged since."""
    return digest({**content_of(statement, STATEMENT_CONTENT), "author": author})


def _statement_json(statement: Statement) -> dict[str, Any]:
    data: dict[str, Any] = {
        "statement": statement.pk,
        "sealed": statement.is_sealed,
        "statement_sha256": statement_digest(statement, statement.author_id),
    }
    return data if statement.is_sealed else {**data, "author": statement.author_id}


def _actor(statement: Statement, by: Person) -> Person | None:
    return None if statement.is_sealed else by


def _tell(statement: Statement, by: Person, at: dt.datetime) -> None:
    """The nominator, the candidate of a public discussion, and who spoke before; not the speaker."""
    promotion = statement.promotion
    concerned = {promotion.nominated_by_id, *_speakers(promotion)}
    concerned |= set() if statement.is_sealed else {promotion.person_id}
    concerned -= {by.pk} | ({promotion.person_id} if statement.is_sealed else set())
    name = "" if statement.is_sealed else by.name
    tell_all(
        key=f"promotion:{promotion.pk}:statement:{statement.pk}",
        kind="promotion.statement",
        people=Person.objects.filter(pk__in=concerned),
        data=about_promotion(promotion, by=name),
        at=at,
    )


def _speakers(promotion: Promotion) -> set[int]:
    return set(promotion.statements.values_list("author_id", flat=True))
