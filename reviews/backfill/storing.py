"""Merges read from a clone into the mirror's tables: what is unknown is added, nothing overwritten."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from members.chunks import chunks
from members.models import Account, Repository
from members.people import accounts_for

from .. import outcome, search
from ..models import PullRequest, Review
from ..verdict import is_bot
from .ancestry import Merge, Remark
from .message import Named

# Where a host keeps a pull request's page, below the repository's.
PAGES = {"gitcode": "merge_requests"}
# What merge commits know and the lists of a code host do not, or no longer.
AUTHOR = ("author", "author_login", "search_text", "search_tokens")
OWN = ("merge_sha", "merged_by", "merged_by_login")


@dataclass
class Tally:
    """Pull requests of one backfill. `refined` were known and learned something."""

    created: int = 0
    refined: int = 0
    unchanged: int = 0
    remarks: list[Remark] = field(default_factory=list)


def store(
    repository: Repository,
    merges: Iterable[Merge],
    *,
    names_are_logins: bool = False,
    dry_run: bool = False,
    report: Callable[[int], object] = lambda count: None,
) -> Tally:
    """Store merges, a chunk a transaction; `report` hears of each chunk's size when it stands.

    Idempotent: told again, it writes nothing. `names_are_logins`: the display names that could be
    logins are logins of the repository's host. `dry_run` counts and takes everything back.
    """
    tally = Tally()
    for chunk in chunks(merges):
        work = _Chunk(repository, chunk, names_are_logins)
        try:
            work.write(tally, dry_run=dry_run)
        except IntegrityError:
            # A sync may store the same pull requests at the same moment; then refine what it wrote.
            work.write(tally, dry_run=dry_run)
        report(len(chunk))
    return tally


class _Chunk:
    """A few hundred merges on their way into the tables."""

    def __init__(
        self, repository: Repository, merges: Sequence[Merge], names_are_logins: bool
    ) -> None:
        self.repository, self.merges = repository, merges
        self.names_are_logins = names_are_logins
        self.accounts: dict[tuple[str, str], Account] = {}

    def write(self, tally: Tally, *, dry_run: bool) -> None:
        with transaction.atomic():
            stored = self._stored()
            new = [merge for merge in self.merges if merge.told.number not in stored]
            silent = [
                merge
                for merge in self.merges
                if merge.told.number in stored and not stored[merge.told.number].merge_sha
            ]
            self._meet(new, silent, stored)
            rows = PullRequest.objects.bulk_create([self._row(merge) for merge in new])
            self._refine(stored, silent)
            witnessed = self._witness(stored | {row.number: row for row in rows})
            changed = {merge.told.number for merge in (*new, *silent)} | witnessed
            outcome.settle_pulls(self.repository, changed)
            transaction.set_rollback(dry_run)
        tally.created += len(new)
        tally.refined += len(changed) - len(new)
        tally.unchanged += len(self.merges) - len(changed)
        tally.remarks.extend(self._disagreements(stored))

    def _stored(self) -> dict[int, PullRequest]:
        numbers = [merge.told.number for merge in self.merges]
        rows = PullRequest.objects.filter(repository=self.repository, number__in=numbers)
        return {row.number: row for row in rows}

    def _disagreements(self, stored: dict[int, PullRequest]) -> Iterable[Remark]:
        for merge in self.merges:
            row = stored.get(merge.told.number)
            if row and row.merge_sha and row.merge_sha != merge.sha:
                text = f"!{row.number} again, merged by {row.merge_sha[:12]} as stored"
                yield Remark(merge.sha, text)

    # ── people ────────────────────────────────────────────────────────────────────────────────
    def _meet(
        self, new: Sequence[Merge], silent: Sequence[Merge], stored: dict[int, PullRequest]
    ) -> None:
        """Accounts of everyone that will be named; nobody is made for rows that know their own."""
        named = {merge.told.author for merge in new}
        named |= {
            merge.told.author for merge in silent if not stored[merge.told.number].author_login
        }
        named |= {merge.told.merged_by for merge in (*new, *silent)}
        named |= {one for merge in self.merges for one in merge.told.reviewed_by}
        users: dict[str, set[tuple[None, str, str]]] = {}
        for one in named:
            if one:
                host, login = self._identity(one)
                users.setdefault(host, set()).add((None, login, one.name))
        for host, claims in users.items():
            found = accounts_for(host, sorted(claims, key=lambda claim: claim[1:]))
            self.accounts |= {(host, login): account for login, account in found.items()}

    def _identity(self, one: Named) -> tuple[str, str]:
        """(host, login). A display name is an account of git's own, apart from every code host's."""
        name = one.name.strip()
        if one.is_login or is_bot(name) or (self.names_are_logins and _could_be_login(name)):
            return self.repository.host, name
        # Databases disagree on the lower case of other letters than ASCII; so it is done here.
        folded = "".join(letter if letter.isascii() else letter.lower() for letter in name)
        return Account.GIT, folded[:200]

    def _account(self, one: Named | None) -> Account | None:
        if one is None:
            return None
        host, login = self._identity(one)
        return self.accounts[host, login.lower()]

    # ── rows ──────────────────────────────────────────────────────────────────────────────────
    def _row(self, merge: Merge) -> PullRequest:
        told = merge.told
        row = PullRequest(
            number=told.number,
            title=told.title,
            repository=self.repository,
            host=self.repository.host,
            state=PullRequest.State.MERGED,
            html_url=address_of(self.repository, told.number),
            created_at=merge.created_at,
            updated_at=merge.merged_at,
            merged_at=merge.merged_at,
            base_ref=told.base_ref,
            head_ref=told.head_ref,
            **self._own(merge),
        )
        self._sign(row, told.author)
        return row

    def _sign(self, row: PullRequest, author: Named | None) -> None:
        """Say who wrote it, in the columns that searches look at too."""
        row.author, row.author_login = self._account(author), author.name if author else ""
        columns = ("number", "title", "author_login", "labels", "milestone")
        found_by = search.columns_of({name: getattr(row, name) for name in columns})
        for name, value in found_by.items():
            setattr(row, name, value)

    def _own(self, merge: Merge) -> dict[str, Any]:
        by = merge.told.merged_by
        return {
            "merge_sha": merge.sha,
            "merged_by": self._account(by),
            "merged_by_login": by.name if by else "",
        }

    def _refine(self, stored: dict[int, PullRequest], silent: Sequence[Merge]) -> None:
        """What the lists do not tell; people only where nobody is named, as of accounts long gone."""
        rows = []
        for merge in silent:
            row = stored[merge.told.number]
            own = self._own(merge)
            row.merge_sha = own["merge_sha"]
            if not row.merged_by_login:
                row.merged_by, row.merged_by_login = own["merged_by"], own["merged_by_login"]
            if not row.author_login:
                self._sign(row, merge.told.author)
            rows.append(row)
        PullRequest.objects.bulk_update(rows, [*OWN, *AUTHOR])

    def _witness(self, pulls: dict[int, PullRequest]) -> set[int]:
        """Reviewers the merge commits name; returns the numbers that learned of one."""
        wanted = {
            (pulls[merge.told.number].pk, self._account(one).pk): merge.told.number  # type: ignore[union-attr]
            for merge in self.merges
            for one in merge.told.reviewed_by
        }
        known = {
            (row.pull_id, row.account_id): row
            for row in Review.objects.filter(pull__in={pull for pull, _account in wanted})
        }
        rows = [known.get(key) or Review(pull_id=key[0], account_id=key[1]) for key in wanted]
        rows = [row for row in rows if not row.is_witnessed]
        updated_at = {pull.pk: pull.updated_at for pull in pulls.values()}
        for row in rows:
            row.is_witnessed = True
            row.pull_updated_at = updated_at[row.pull_id]
        Review.objects.bulk_create([row for row in rows if row.pk is None])
        Review.objects.bulk_update([row for row in rows if row.pk], ["is_witnessed"])
        return {wanted[row.pull_id, row.account_id] for row in rows}


def address_of(repository: Repository, number: int) -> str:
    """The pull request's page on its code host, empty where the host is not known."""
    host = settings.CODE_HOSTS.get(repository.host)
    page = PAGES.get(repository.host, "pulls")
    return f"{host['url']}/{repository.path}/{page}/{number}" if host else ""


def _could_be_login(name: str) -> bool:
    return name.isascii() and not any(letter.isspace() or letter == "/" for letter in name)
