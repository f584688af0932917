"""Rows into members.doubles and back: who in a SIG may be two rows and one human, for its Maintainers."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from .doubles import Hint, Known, Reason, Swap, likely_pairs, squash, swaps_in
from .known_as import accounts_known_as
from .models import Contribution, Likeness, OwnersFile, Person, RoleTerm, Sig

# What one page reads and shows; nobody settles more at a sitting.
MOST_PEOPLE = 5000
MOST_VERSIONS = 2000
MOST_PAIRS = 60


@dataclass(frozen=True)
class Row:
    """Two people, the likelier one to keep first, and in sentences why they may be one."""

    kept: Person
    gone: Person
    reasons: list[str]
    asked: Likeness | None


@dataclass(frozen=True)
class Stray:
    """A login of an OWNERS file that nobody has, and whose it may have been."""

    person: Person
    login: str
    host: str
    reason: str


@dataclass(frozen=True)
class DoublesPage:
    """`more`: how many pairs wait behind those shown. `apart`: found to be two, newest first."""

    rows: list[Row]
    more: int
    strays: list[Stray]
    apart: list[Likeness]


def page_of(sig: Sig) -> DoublesPage:
    """Likely doubles of a SIG; a constant number of queries."""
    versions = _versions(sig)
    people = _people(sig, versions)
    said = _said(people)
    swaps = [swap for where, rows in versions.items() for swap in swaps_in(rows, where)]
    known = [_known(person) for person in people.values()]
    pairs = likely_pairs(known, swaps)
    asked = [row for row in said.values() if row.answer == Likeness.Answer.ASKED]
    hints: dict[tuple[int, int], list[Hint]] = {(row.first_id, row.second_id): [] for row in asked}
    for pair in pairs:
        row = said.get((pair.first, pair.second))
        if row is None or row.answer == Likeness.Answer.ASKED:
            hints[pair.first, pair.second] = _strongest(pair.hints.values())
    shown = list(hints.items())[:MOST_PAIRS]
    rows = [_row(people, key, found, said.get(key)) for key, found in shown]
    apart = [row for row in said.values() if row.answer == Likeness.Answer.DIFFERENT]
    strays = list(_strays(people, known, swaps))
    return DoublesPage(rows, len(hints) - len(shown), strays, apart[:MOST_PAIRS])


def _strays(
    people: dict[int, Person], known: Sequence[Known], swaps: Iterable[Swap]
) -> Iterator[Stray]:
    holders = {login: person.key for person in known for login in person.handles}
    seen = set()
    for swap in swaps:
        for login, other in ((swap.left, swap.entered), (swap.entered, swap.left)):
            if login in holders or other not in holders or login in seen:
                continue
            seen.add(login)
            host = swap.where.partition(":")[0]
            hint = Hint(Reason.RENAMED, 0, swap.left, swap.entered, swap.at, swap.where)
            yield Stray(people[holders[other]], login, host, sentence_of(hint))


def _strongest(hints: Iterable[Hint]) -> list[Hint]:
    return sorted(hints, key=lambda hint: -hint.weight)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────
Versions = dict[str, list[tuple[dt.datetime, frozenset[str]]]]


def _versions(sig: Sig) -> Versions:
    """What each OWNERS file of the SIG said, by file, in order of time; the newest MOST_VERSIONS."""
    files = OwnersFile.objects.filter(repository__sig=sig).select_related("repository")
    found: Versions = defaultdict(list)
    for row in reversed(files.order_by("-valid_from", "-pk")[:MOST_VERSIONS]):
        logins = frozenset(str(one).lower() for one in (*row.approvers, *row.reviewers))
        found[f"{row.repository} {row.path}"].append((row.valid_from, logins))
    return found


def _people(sig: Sig, versions: Versions) -> dict[int, Person]:
    """Who holds or held a role, contributed, or is named in OWNERS; nobody who was merged already."""
    named = {login for rows in versions.values() for _at, logins in rows for login in logins}
    owners = {account.person_id for own in accounts_known_as(named).values() for account in own}
    people = Person.objects.filter(merged_into=None).filter(
        Q(pk__in=RoleTerm.objects.filter(sig=sig).values("person"))
        | Q(pk__in=Contribution.objects.filter(sig=sig).values("person"))
        | Q(pk__in=owners)
    )
    people = people.prefetch_related("accounts__former_logins", "role_terms").order_by("pk")
    return {person.pk: person for person in people[:MOST_PEOPLE]}


def _said(people: dict[int, Person]) -> dict[tuple[int, int], Likeness]:
    """What was said of two of these people, newest first."""
    rows = Likeness.objects.select_related("first", "second", "by")
    rows = rows.prefetch_related("first__accounts", "second__accounts")
    said = {(row.first_id, row.second_id): row for row in rows.order_by("-at", "-pk")[:MOST_PEOPLE]}
    return {key: row for key, row in said.items() if key[0] in people or key[1] in people}


def _known(person: Person) -> Known:
    accounts = list(person.accounts.all())
    former = (former.login for one in accounts for former in one.former_logins.all())
    return Known(
        key=person.pk,
        name=person.name,
        organization=person.organization,
        logins=tuple((account.host, account.login) for account in accounts),
        former=tuple(former),
    )


def _row(
    people: dict[int, Person],
    key: tuple[int, int],
    hints: Sequence[Hint],
    said: Likeness | None,
) -> Row:
    pair = [
        people.get(pk) or (said.first if said and said.first_id == pk else said.second)  # type: ignore[union-attr]
        for pk in key
    ]
    kept, gone = sorted(pair, key=_claim_to_stay)
    return Row(kept, gone, [sentence_of(hint) for hint in hints], said)


def _claim_to_stay(person: Person) -> tuple[bool, bool, bool, int]:
    """Who signs in, has roles and a login of a code host is kept; else the one known longest."""
    has_login = any(account.host != account.GIT for account in person.accounts.all())
    return person.user_id is None, not person.role_terms.all(), not has_login, person.pk


# ── words ─────────────────────────────────────────────────────────────────────────────────────
def sentence_of(hint: Hint) -> str:
    values = {"one": hint.one, "other": hint.other, "where": hint.where}
    if hint.reason == Reason.RENAMED:
        day = hint.at.date().isoformat() if hint.at else ""
        return _("%(where)s 在 %(day)s 的同一次改动中移除 %(one)s、加入 %(other)s。") % {
            **values,
            "day": day,
        }
    if hint.reason == Reason.SAME_NAME and squash(hint.one) != squash(hint.other):
        return _("姓名只是词序或写法不同：%(one)s、%(other)s。") % values
    return SENTENCES[hint.reason]() % values


SENTENCES = {
    Reason.SAME_LOGIN: lambda: _("不同代码平台上的同名账号：%(one)s。"),
    Reason.COMMIT_NAME: lambda: _("提交记录中的署名 %(one)s 与 %(other)s 一致。"),
    Reason.SAME_NAME: lambda: _("姓名相同：%(one)s。"),
    Reason.SPELLED_ALIKE: lambda: _("写法只差大小写或连接符：%(one)s、%(other)s。"),
    Reason.TURNED_ROUND: lambda: _("姓与名的次序相反：%(one)s、%(other)s。"),
    Reason.ONE_LETTER: lambda: _("只差一个字母：%(one)s、%(other)s。"),
}
