"""Accounts given to a person, and taken from one they do not belong to, by whoever may say who is who."""

import datetime as dt
from collections.abc import Callable, Iterable

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from ledger import record

from . import merging, rules
from .chunks import chunks
from .models import Account, Contribution, Person, actor_of
from .people import is_shadow
from .refusals import NotAllowed, Refusal

# Rooms above that write contributions tell by which sources an account has them.
SOURCES: list[Callable[[Account], Iterable[str]]] = []


class BelongsElsewhere(Refusal):
    """The account is somebody's who is known for more than what a code host showed; `person` is."""

    def __init__(self, account: Account) -> None:
        self.person = account.person
        super().__init__(
            _("账号 %(account)s 已属于“%(name)s”，此人不只有这个账号；请改为合并两位成员。")
            % {"account": account, "name": account.person.name}
        )


class NotDetachable(Refusal):
    """The only account, or the one its owner signs in with: the host itself has proven whose it is."""


@transaction.atomic
def add(
    *, person: Person, host: str, login: str, reason: str, by: Person | None, at: dt.datetime
) -> Account:
    """Say that a login on a code host is this person's too. Their own already: nothing happens.

    Whoever was known by that login only becomes this person. `by` None: an administrator without a
    person of their own. Raises NotAllowed, BelongsElsewhere, merging.AlreadyMerged, merging.Conflicts.
    """
    person = _locked(person.pk)
    if person.merged_into_id is not None:
        raise merging.AlreadyMerged(person)
    account = _account(host, login)
    others = [person] if account is None else [person, _locked(account.person_id)]
    _refuse_unless_may(by, others, at)
    if account is not None and account.person_id == person.pk:
        return account
    came_from = ""
    if account is None:
        account = _create(person, host, login, at)
    else:
        came_from = account.person.actor
        _take(account, person, at)
    _record("account.added", account, person, reason, by, at, {"from": came_from})
    return account


@transaction.atomic
def detach(
    *, account: Account, person: Person, reason: str, by: Person | None, at: dt.datetime
) -> Person:
    """Take an account from a person it was wrongly tied to; returns whose it is now.

    With it goes what was contributed under it; roles, ballots and decisions stay with the person.
    Gone already: nothing happens. Raises NotAllowed, NotDetachable.
    """
    person = _locked(person.pk)
    account = Account.objects.select_related("person").get(pk=account.pk)
    if account.person_id != person.pk:
        return account.person
    _refuse_unless_may(by, [person], at)
    _refuse_last_or_proven(account, person)
    owner = Person.objects.create(name=account.login)
    for sources in chunks({source for tell in SOURCES for source in tell(account)}):
        Contribution.objects.filter(person=person, source__in=sources).update(person=owner)
    account.person, account.joined_at = owner, None
    account.save(update_fields=["person", "joined_at"])
    _record("account.detached", account, person, reason, by, at, {"to": owner.actor})
    return owner


def _create(person: Person, host: str, login: str, at: dt.datetime) -> Account:
    """Somebody may say the same of another person, or a sync meet the account, at this moment."""
    try:
        with transaction.atomic():
            return Account.objects.create(person=person, host=host, login=login, joined_at=at)
    except IntegrityError as error:
        there = _account(host, login)
        if there is None or there.person_id == person.pk:
            raise
        raise BelongsElsewhere(there) from error


def _account(host: str, login: str) -> Account | None:
    accounts = Account.objects.select_related("person").alias(login_key=Lower("login"))
    return accounts.filter(host=host, login_key=login.lower()).first()


def _locked(pk: int) -> Person:
    return Person.objects.select_for_update(no_key=True).get(pk=pk)


def _take(account: Account, person: Person, at: dt.datetime) -> None:
    owner = account.person
    if not is_shadow(owner):
        raise BelongsElsewhere(account)
    if against := merging.conflicts(person, owner):
        raise merging.Conflicts(against)
    if owner.accounts.count() > 1:
        # The others are nobody's business here: only a merge takes a whole person.
        raise BelongsElsewhere(account)
    merging.take_over(kept=person, gone=owner, at=at)
    account.refresh_from_db()


def _refuse_unless_may(by: Person | None, people: list[Person], at: dt.datetime) -> None:
    if by is not None and not rules.may_identify(by, people, at):
        raise NotAllowed(
            _("账号的归属须由另一人确认：相关 SIG 的 Maintainer 或管理员。本人请用该账号登录。")
        )


def _refuse_last_or_proven(account: Account, person: Person) -> None:
    if not person.accounts.exclude(pk=account.pk).exclude(host=Account.GIT).exists():
        raise NotDetachable(_("这是此人唯一的账号，无法移出。"))
    signed_in = SocialAccount.objects.filter(
        user=person.user_id, provider=account.host, uid=account.uid or ""
    )
    if person.user_id is not None and signed_in.exists():
        raise NotDetachable(_("此人用这个账号登录过，代码平台已证明账号属于此人。"))


def _record(
    action: str,
    account: Account,
    person: Person,
    reason: str,
    by: Person | None,
    at: dt.datetime,
    more: dict[str, str],
) -> None:
    record.append(
        actor=actor_of(by),
        action=action,
        subject=person.actor,
        data={
            "name": person.name,
            "host": account.host,
            "login": account.login,
            "reason": reason.strip(),
            **more,
        },
        at=at,
    )
