"""Who and what the ledger's plain text means today, for the register (ledger.names.Directory)."""

from collections.abc import Collection

from django.db.models import Q
from django.db.models.functions import Lower

from ledger.names import Named, SigName

from .known_as import accounts_known_as
from .models import Account, Person, Sig

NAMED = "person:"
NAMELESS = "person-"


def people(actors: Collection[str]) -> dict[str, Named]:
    """By each "person:<login>" whoever has that login now, or had it; two queries."""
    logins = {actor.removeprefix(NAMED).lower(): actor for actor in actors if _is_person(actor)}
    found = {logins[login]: person for login, person in _with_accounts(set(logins)).items()}
    numbers = {_number(login): actor for login, actor in logins.items() if actor not in found}
    numbers.pop(None, None)
    rows = Person.objects.filter(pk__in=[number for number in numbers if number])
    for row in rows.only("name"):
        found[numbers[row.pk]] = Named(row.name, row.nameless_login, row.nameless_login)
    return found


def _with_accounts(logins: set[str]) -> dict[str, Named]:
    """Of several people with one login the one known longest; who has it goes before who had it."""
    accounts = Account.objects.exclude(host=Account.GIT).annotate(login_key=Lower("login"))
    known = accounts.filter(Q(login_key__in=logins) | Q(former_logins__login__in=logins))
    columns = ("login", "former_logins__login", "person__name")
    rows = list(known.order_by("pk", "former_logins__pk").values_list(*columns))
    own = {login.lower(): Named(name, login) for login, _former, name in reversed(rows)}
    had = {former: Named(name, login) for login, former, name in reversed(rows) if former}
    return {login: person for login, person in {**had, **own}.items() if login in logins}


def known_as(login: str) -> set[str]:
    """All names of the person in the ledger: by each login of theirs, and where they had none."""
    accounts = [account for own in accounts_known_as([login]).values() for account in own]
    shown = [account for account in accounts if account.host != Account.GIT]
    names = {account.login.lower() for account in shown}
    names |= {former.login for account in shown for former in account.former_logins.all()}
    ids = {account.person_id for account in accounts}
    ids |= {number} if (number := _number(login.strip().lower())) else set()
    rows = Person.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
    names |= {f"{NAMELESS}{pk}" for pk in rows.values_list("pk", flat=True)}
    return {f"{NAMED}{name}" for name in names}


def sigs() -> list[SigName]:
    return sorted(
        (SigName(sig.slug, sig.local_name, sig.zone) for sig in Sig.objects.all()),
        key=lambda sig: sig.name,
    )


def _is_person(actor: str) -> bool:
    return actor.startswith(NAMED)


def _number(login: str) -> int | None:
    """Of a person who has no login: the number in the name that stands for one."""
    digits = login.removeprefix(NAMELESS)
    if digits == login or not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        return None
    return int(digits)
