"""From rows to members.policy and back: whose clock counts, who may vote, how the votes stand."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import DateField, Func, Value

from .models import Ballot, Leave, Promotion, Recusal, RoleTerm, Sig
from .policy import Electorate, Rules, Tally, Vote, count, for_kind
from .policy_json import rules_from_json

# The instant itself: CURRENT_TIMESTAMP is the transaction's start on PostgreSQL, before any wait.
NOW_SQL = {
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')",
}


def database_now() -> dt.datetime:
    """The database's clock (aware, UTC): web machines may disagree, a deadline may not."""
    with connection.cursor() as cursor:
        cursor.execute(NOW_SQL[connection.vendor])
        (value,) = cursor.fetchone()
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    return value.astimezone(dt.UTC)


class DatabaseDay(Func):
    """Today in a SIG's zone by the database's clock, inside a query: no question of its own is needed."""

    output_field = DateField()

    def __init__(self, sig: Sig) -> None:
        # How far the zone is from UTC may be asked of any clock: it changes twice a year at most.
        offset = dt.datetime.now(sig.zone).utcoffset() or dt.timedelta()
        super().__init__(Value(f"{int(offset.total_seconds()):+d} seconds"))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="DATE('now', %(expressions)s)")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "((clock_timestamp() AT TIME ZONE 'UTC') + (%(expressions)s)::interval)::date"
        return self.as_sql(compiler, connection, template=template)


def rules_of(promotion: Promotion) -> Rules:
    """The rules a promotion is decided under: its own version, as it applies to its kind."""
    return for_kind(rules_from_json(promotion.policy.rules), promotion.kind)


def electorate_of(promotion: Promotion, on: dt.date) -> Electorate:
    """Everyone who holds a role in the SIG on a day, but for the candidate, who stands aside, and who
    was on leave when the vote opened (is on leave that day while it has not). Two or three queries."""
    absent = {promotion.person_id, *recused_from(promotion), *on_leave_of(promotion, on)}
    terms = RoleTerm.objects.active(on).filter(sig_id=promotion.sig_id)
    roles: dict[int, frozenset[str]] = {}
    for person_id, role in terms.values_list("person_id", "role"):
        if person_id not in absent:
            roles[person_id] = roles.get(person_id, frozenset()) | {role}
    return Electorate(roles)


def recused_from(promotion: Promotion) -> frozenset[int]:
    """Who stands aside in this decision at present."""
    live = Recusal.objects.filter(promotion_id=promotion.pk, withdrawn_at=None)
    return frozenset(live.values_list("person_id", flat=True))


def on_leave_of(promotion: Promotion, on: dt.date) -> frozenset[int]:
    """Who is not entitled for being on leave: fixed when the vote opens, else as of the day."""
    if promotion.voting_opens_at is not None:
        return frozenset(promotion.on_leave)
    return frozenset(Leave.objects.on(on, promotion.sig_id).values_list("person_id", flat=True))


def votes_of(ballots: Iterable[Ballot]) -> list[Vote]:
    return [Vote(ballot.voter_id, ballot.choice, ballot.reason) for ballot in ballots]


def tally_of(promotion: Promotion, electorate: Electorate) -> Tally:
    """The count of the live ballots under the promotion's own version of the rules."""
    ballots = Ballot.objects.filter(promotion=promotion, superseded_at=None)
    return count(rules_of(promotion), votes_of(ballots), electorate)


def outcome_json(tally: Tally, electorate: Electorate) -> dict[str, Any]:
    """What a closed promotion keeps: the count, and who was entitled with which roles."""
    roles = {str(person): sorted(held) for person, held in sorted(electorate.roles.items())}
    return {**tally.to_json(), "electorate": roles}


def recount(promotion: Promotion) -> dict[str, Any]:
    """Count a decided promotion anew with the electorate of its decision; equals `outcome` (I3)."""
    stored = promotion.outcome.get("electorate", {})
    electorate = Electorate({int(person): frozenset(held) for person, held in stored.items()})
    return outcome_json(tally_of(promotion, electorate), electorate)
