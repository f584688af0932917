"""Whom a login means: a person is found by any login they have, or had, on any host."""

from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Lower

from .models import Account


def key_of(login: str) -> str:
    """A login as it is compared: with or without an @, in any case."""
    return login.strip().removeprefix("@").lower()


def accounts_known_as(logins: Iterable[str]) -> dict[str, list[Account]]:
    """By key of each login, every account of the people who have it; one query for all of them."""
    keys = {key_of(login) for login in logins} - {""}
    if not keys:
        return {}
    named = Account.objects.annotate(login_key=Lower("login")).filter(
        Q(login_key__in=keys) | Q(former_logins__login__in=keys)
    )
    accounts = Account.objects.filter(person__in=named.values("person")).order_by("pk")
    people: dict[int, list[Account]] = {}
    for account in accounts.prefetch_related("former_logins"):
        people.setdefault(account.person_id, []).append(account)
    found: dict[str, list[Account]] = {key: [] for key in keys}
    for own in people.values():
        for key in _keys_of(own) & keys:
            found[key] += own
    return found


def _keys_of(accounts: Iterable[Account]) -> set[str]:
    return {
        key
        for account in accounts
        for key in (
            account.login.lower(),
            *(former.login for former in account.former_logins.all()),
        )
    }
