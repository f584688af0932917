"""Who is who: accounts of code hosts become people, and a sign-in finds its person (ADR 0003).

The host's number (`uid`) is the identity. A login is only a claim: it binds to the first uid that
the host shows under it, and never takes an account away from another uid.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from ledger import record

from . import merging
from .chunks import chunks
from .models import Account, FormerLogin, Person

Result = TypeVar("Result")
# (uid or None, login, display name), as a code host's API gives them.
HostUser = tuple[str | int | None, str, str]
Claim = tuple[str | None, str, str]


class TiedElsewhere(PermissionDenied):
    """The signed-in user is one person, the account belongs to another who cannot be folded in."""


def account_for(host: str, login: str, uid: str | int | None = None, name: str = "") -> Account:
    """The account of one login on `host`, created with its Person when unknown.

    Matches by uid, then by lower-cased login; learns a uid, a new login of a known uid and a
    display name where only the login was known. Raises ValueError on an empty login.
    """
    return _once_more(partial(_account_for, host, _clean(login), _number(uid), name))


def accounts_for(host: str, users: Iterable[HostUser]) -> dict[str, Account]:
    """Accounts of many users by lower-cased login, in a bounded number of queries.

    Only the rare case (a rename, a login that changed hands) costs queries of its own.
    """
    pending = {(_number(uid), _clean(login)): name for uid, login, name in users}
    found: dict[str, Account] = {}
    for chunk in chunks((uid, login, name) for (uid, login), name in pending.items()):
        found.update(_once_more(partial(_accounts_for, host, chunk)))
    return found


def note_gone(account: Account, *, at: dt.datetime) -> None:
    """The code host answers that there is no such account any more; who it was stays known."""
    Account.objects.filter(pk=account.pk, gone_at=None).update(gone_at=at)


def note_back(host: str, logins: Iterable[str]) -> None:
    """The code host showed these lower-case logins: none of them is gone."""
    gone = _accounts_with_key(host).filter(gone_at__isnull=False)
    found = dict(gone.values_list("login_key", "pk"))
    back = [pk for login, pk in found.items() if login in set(logins)]
    if back:
        Account.objects.filter(pk__in=back).update(gone_at=None)


@transaction.atomic
def sign_in(
    *,
    user: User,
    host: str,
    uid: str | int,
    login: str,
    name: str = "",
    at: dt.datetime,
) -> Person:
    """Tie a user, whom `host` has just proven to be `uid`, to the person whose account has that uid.

    An account known only by its login binds on first use. The ledger hears of each new tie
    (`account.linked`: host, login and uid; never an e-mail). Raises TiedElsewhere.
    """
    account = account_for(host, login, uid, name)
    person = Person.objects.select_for_update().get(pk=account.person_id)
    own = Person.objects.filter(user_id=user.pk).first()
    if own == person:
        return person
    if own is not None:
        _fold(person, into=own, at=at)
        person = own
    else:
        # The host's word outweighs an older tie made here by hand.
        person.user = user
        person.save(update_fields=["user"])
    record.append(
        actor=person.actor,
        action="account.linked",
        subject=person.actor,
        data={"host": host, "login": account.login, "uid": account.uid},
        at=at,
    )
    return person


def _accounts_with_key(host: str) -> QuerySet[Any]:
    """Accounts with the expression of the unique index, which `iexact` would not use."""
    accounts = Account.objects.select_related("person").annotate(login_key=Lower("login"))
    return accounts.filter(host=host)


# ── one account ───────────────────────────────────────────────────────────────────────────────
def _account_for(host: str, login: str, uid: str | None, name: str) -> Account:
    accounts = _accounts_with_key(host)
    known = accounts.filter(uid=uid).first() if uid is not None else None
    holder = accounts.filter(login_key=login.lower()).first()
    if known is not None:
        if holder != known:
            known = _take_login(known, login, holder)
        elif known.login != login:
            _set(known, login=login)
        return _learn_name(known, name)
    if holder is None:
        return _create(host, login, uid, name)
    if uid is None or holder.uid is None:
        if uid is not None:
            _set(holder, uid=uid, login=login)
        return _learn_name(holder, name)
    _free_login(holder)
    return _create(host, login, uid, name)


def _take_login(account: Account, login: str, holder: Account | None) -> Account:
    """The host says `account` is now called `login`; whoever held that name here gives way."""
    if holder is not None and holder.uid is None and is_shadow(account.person):
        return _bind_claim(holder, account)
    if holder is not None:
        _free_login(holder)
    _set(account, login=login)
    return account


def _bind_claim(claim: Account, account: Account) -> Account:
    """A charter named the new login before the host told us of the rename: both are one person."""
    person, uid = claim.person, account.uid
    _set(account, uid=None, login=f"{account.login}~{uid}")
    _set(claim, uid=uid)
    _fold(account.person, into=person)
    return claim


def _free_login(account: Account) -> None:
    """The old holder keeps person, roles and uid under a name that nobody can register."""
    _set(account, login=f"{account.login}~{account.uid or f'a{account.pk}'}")


def _create(host: str, login: str, uid: str | None, name: str) -> Account:
    person = Person.objects.create(name=_name(name, login))
    return Account.objects.create(person=person, host=host, login=login, uid=uid)


def _learn_name(account: Account, name: str) -> Account:
    """A display name replaces a bare login, never a name that a charter or a person gave."""
    person = account.person
    if name and person.name in ("", account.login) and person.name != name:
        person.name = name[:200]
        person.save(update_fields=["name"])
    return account


def _set(account: Account, **values: Any) -> None:
    before = account.login
    for field, value in values.items():
        setattr(account, field, value)
    account.save(update_fields=list(values))
    # "old~7" is a name of ours, see `_free_login`.
    if account.login.lower() != before.lower() and "~" not in before:
        FormerLogin.objects.get_or_create(account=account, login=before.lower())


# ── folding a shadow ──────────────────────────────────────────────────────────────────────────
def is_shadow(person: Person) -> bool:
    """Known from what a code host or a list of attendees showed only: nothing was decided by them or
    about them, and nobody signs in as them."""
    return person.user_id is None and not any(rows.exists() for rows in _weighty(person))


def _weighty(person: Person) -> tuple[QuerySet[Any], ...]:
    return (
        person.role_terms.all(),
        person.promotions.all(),
        person.nominations.all(),
        person.ballots.all(),
        person.endorsements.all(),
        person.recusals.all(),
        person.statements.all(),
        person.leaves.all(),
        person.inquiries.all(),
    )


def _fold(shadow: Person, *, into: Person, at: dt.datetime | None = None) -> None:
    """Give all that hangs on a shadow to the person it turned out to be; its address leads there."""
    if not is_shadow(shadow) or merging.conflicts(into, shadow):
        raise TiedElsewhere(
            _("该账号属于“%(name)s”，您登录的是另一位成员；请联系管理员合并。")
            % {"name": shadow.name}
        )
    merging.take_over(kept=into, gone=shadow, at=at)


# ── many accounts ─────────────────────────────────────────────────────────────────────────────
def _accounts_for(host: str, users: list[Claim]) -> dict[str, Account]:
    uids = {uid for uid, _login, _name in users if uid}
    logins = {login.lower() for _uid, login, _name in users}
    stored = list(_accounts_with_key(host).filter(Q(uid__in=uids) | Q(login_key__in=logins)))
    by_login = {account.login.lower(): account for account in stored}
    known_uids = {account.uid for account in stored}
    found: dict[str, Account] = {}
    new: list[Claim] = []
    odd: list[Claim] = []
    seen: set[str] = set()
    for uid, login, name in users:
        holder = by_login.get(login.lower())
        marks = {f"login {login.lower()}"} | ({f"uid {uid}"} if uid else set())
        if marks & seen:
            odd.append((uid, login, name))
        elif holder is None and (uid is None or uid not in known_uids):
            new.append((uid, login, name))
        elif holder is not None and holder.login == login and uid in (None, holder.uid):
            found[login.lower()] = _learn_name(holder, name)
        else:
            odd.append((uid, login, name))
        seen |= marks
    found.update(_create_many(host, new))
    for uid, login, name in odd:
        found[login.lower()] = _account_for(host, login, uid, name)
    return found


def _create_many(host: str, users: list[Claim]) -> dict[str, Account]:
    people = Person.objects.bulk_create(
        [Person(name=_name(name, login)) for _uid, login, name in users]
    )
    accounts = Account.objects.bulk_create(
        [
            Account(person=person, host=host, login=login, uid=uid)
            for person, (uid, login, _name) in zip(people, users, strict=True)
        ]
    )
    return {account.login.lower(): account for account in accounts}


# ── small change ──────────────────────────────────────────────────────────────────────────────
def _once_more(work: Callable[[], Result]) -> Result:
    """Another process may create the same account at the same moment; then read what it wrote."""
    try:
        with transaction.atomic():
            return work()
    except IntegrityError:
        with transaction.atomic():
            return work()


def _clean(login: str) -> str:
    login = (login or "").strip()
    if not login:
        raise ValueError("an account needs a login")
    return login[:200]


def _number(uid: str | int | None) -> str | None:
    return None if uid in (None, "") else str(uid)


def _name(name: str, login: str) -> str:
    return (name or "").strip()[:200] or login
