"""What a decided change of roles must change in the community's files: made, followed, settled.

One FileChange a file. Made from the files of the last import, or from texts just read from the code
host; made again whenever a file turns out to be another. A change is over when its file says so.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.db.models.functions import Lower

from ledger import record

from .charter import edit_owners, edit_readme, edit_sig_info, patch
from .charter.facts import OWNERS, SIG_INFO, CharterError
from .charter.target import EditRefused, Holding, Target
from .effect import take_effect, way_of
from .file_change_words import keep
from .models import (
    Account,
    CharterSource,
    FileChange,
    FormerLogin,
    Person,
    Promotion,
    Repository,
    RoleTerm,
    Sig,
    actor_of,
)
from .policy import ROLES
from .refusals import Refusal
from .steps import about
from .transitions import GIVING

logger = logging.getLogger(__name__)
State = FileChange.State
OVER = (State.MERGED, State.NEEDLESS)
DECIDED = (Promotion.State.APPROVED, Promotion.State.IN_EFFECT)


@dataclass(frozen=True)
class Place:
    """One file: of a repository of the SIG, or of the community's own (`repository` None)."""

    kind: str
    path: str
    text: str
    repository: Repository | None = None


# ── what the files shall say ──────────────────────────────────────────────────────────────────
def target_of(promotion: Promotion) -> Target:
    """The candidate with the roles they hold once the promotion is in force."""
    terms = open_terms(promotion.person, promotion.sig)
    roles = {term.role: _holding(term) for term in terms}
    if promotion.state == Promotion.State.IN_EFFECT:
        return target(promotion.person, roles)
    if promotion.kind in GIVING:
        below = ROLES[: ROLES.index(promotion.role)]
        roles = {role: held for role, held in roles.items() if role not in below}
        scope = tuple(sorted(one.path for one in promotion.repositories.all()))
        roles[promotion.role] = Holding(promotion.duty, scope)
    else:
        roles.pop(promotion.role, None)
    return target(promotion.person, roles)


def roster_target(person: Person, sig: Sig) -> Target:
    """The person as the roster has them."""
    return target(person, {term.role: _holding(term) for term in open_terms(person, sig)})


def open_terms(person: Person, sig: Sig) -> Sequence[RoleTerm]:
    terms = RoleTerm.objects.filter(person=person, sig=sig, ended_on=None)
    return list(terms.prefetch_related("repositories"))


def _holding(term: RoleTerm) -> Holding:
    return Holding(term.duty, tuple(sorted(one.path for one in term.repositories.all())))


def target(person: Person, roles: Mapping[str, Holding]) -> Target:
    """Every login of the person counts, former ones too: files name people as they were once called."""
    accounts = Account.objects.filter(person=person).exclude(host=Account.GIT)
    former = FormerLogin.objects.filter(account__person=person).values_list("login", flat=True)
    logins = {*accounts.values_list(Lower("login"), flat=True), *former, person.login.lower()}
    return Target(
        login=person.login,
        name=person.name,
        organization=person.organization,
        logins=frozenset(logins),
        roles=dict(roles),
    )


def edited(place: Place, wanted: Target) -> str:
    """The file's text with the person as wanted. Raises EditRefused; broken files as such."""
    try:
        if place.kind == OWNERS:
            repository = place.repository.path if place.repository else ""
            return edit_owners.edit(place.text, wanted, repository=repository, file=place.path)
        edit = edit_sig_info.edit if place.kind == SIG_INFO else edit_readme.edit
        return edit(place.text, wanted, file=place.path)
    except CharterError as error:
        raise EditRefused("broken", detail=str(error)) from error


# ── which files ───────────────────────────────────────────────────────────────────────────────
def places_of(sig: Sig, read: Iterable[Place] = ()) -> list[Place]:
    """The files of the last import; those just `read` from the code host take their place."""
    repositories = {one.path.lower(): one for one in sig.repositories.all()}
    found: dict[tuple[int | None, str], Place] = {}
    for source in sig.charter_sources.exclude(text=""):
        repository = repositories.get(source.repository.lower())
        if source.kind == OWNERS and repository is None:
            continue
        place = Place(source.kind, path_of(sig, source), source.text, repository)
        found[_key(place)] = place
    for place in read:
        found[_key(place)] = place
    return list(found.values())


def path_of(sig: Sig, source: CharterSource) -> str:
    """Where the file stands in its repository."""
    if source.kind == OWNERS or not sig.charter_folder:
        return source.path
    return f"{sig.charter_folder}/{source.path}"


def _key(place: Place) -> tuple[int | None, str]:
    return place.repository.pk if place.repository else None, place.path


# ── made, and made again ──────────────────────────────────────────────────────────────────────
@transaction.atomic
def make(*, promotion_id: int, at: dt.datetime, read: Iterable[Place] = ()) -> list[FileChange]:
    """Make the promotion's changes, or make them again where a file is another now.

    A change that is wanted no more because its file says so already is over. Does nothing before
    the decision. `read` are texts the caller just had from the code host.
    """
    promotion = _locked(promotion_id)
    if promotion.state not in DECIDED:
        return []
    wanted = target_of(promotion)
    known = {(row.repository_id, row.path): row for row in promotion.file_changes.all()}
    for place in places_of(promotion.sig, read):
        row = known.get(_key(place)) or FileChange(
            promotion=promotion, repository=place.repository, path=place.path, made_at=at
        )
        _bring_up_to_date(row, place, wanted, at)
    _settle(promotion, at)
    return list(promotion.file_changes.all())


def refresh(sig: Sig, at: dt.datetime) -> None:
    """After an import: every change that is not over is held against the files as they are now."""
    waiting = FileChange.objects.filter(promotion__sig=sig).exclude(state__in=OVER)
    ids = waiting.order_by("promotion_id").values_list("promotion_id", flat=True).distinct()
    for promotion_id in list(ids):
        make(promotion_id=promotion_id, at=at)


def _locked(promotion_id: int) -> Promotion:
    promotions = Promotion.objects.select_related("sig", "person", "policy")
    return promotions.select_for_update(of=("self",)).get(pk=promotion_id)


def _bring_up_to_date(row: FileChange, place: Place, wanted: Target, at: dt.datetime) -> None:
    if row.state in OVER:
        return
    row.base_sha256, row.made_at = sha256(place.text.encode()).hexdigest(), at
    try:
        text = patch.unified(place.text, edited(place, wanted), place.path)
    except EditRefused as refusal:
        row.patch, row.error = "", keep(refusal.code, **refusal.values)
        _save(row, State(row.state), at)
        return
    if text:
        row.patch, row.error = text, "" if not row.patch else row.error
        _save(row, State(row.state), at)
    elif row.pk:
        note_merged(row, at)
    elif place.kind != OWNERS or _concerns(place, wanted):
        _save(row, State.NEEDLESS, at)


def _concerns(place: Place, wanted: Target) -> bool:
    """An OWNERS file in which nothing has to be done is worth a line where the role is about it."""
    return place.repository is not None and wanted.answers_for(place.repository.path)


def _save(row: FileChange, state: State, at: dt.datetime) -> None:
    if row.pk is None or row.state != state:
        row.state_changed_at = at
    row.state = state
    row.save()


# ── proposed, merged, closed ──────────────────────────────────────────────────────────────────
@transaction.atomic
def ask(*, promotion_id: int, repository_id: int | None, by: Person, at: dt.datetime) -> int:
    """A Maintainer wants the pull request to be made; returns how many files it is about."""
    promotion = _locked(promotion_id)
    rows = promotion.file_changes.filter(repository=repository_id).exclude(patch="")
    rows = rows.filter(state__in=(State.READY, State.CLOSED))
    return rows.update(
        state=State.READY, asked_by=by, asked_at=at, next_try_at=at, attempts=0, error=""
    )


@transaction.atomic
def note_proposed(rows: Sequence[FileChange], *, number: int, url: str, at: dt.datetime) -> None:
    """The pull request stands: what was asked for is done. Told once, whoever was first."""
    ids = [row.pk for row in rows]
    ready = FileChange.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    ready = ready.filter(state=State.READY)
    ready = ready.select_related("promotion__sig", "promotion__person", "asked_by")
    fresh = list(ready)
    for row in fresh:
        row.pull_number, row.pull_url, row.error, row.next_try_at = number, url[:500], "", None
        _save(row, State.PROPOSED, at)
    if fresh:
        paths = sorted(row.path for row in fresh)
        data = {"paths": paths, "pull_number": number, "pull_url": url}
        _record(fresh[0].promotion, "proposed", data, fresh[0].asked_by, at)


def note_merged(row: FileChange, at: dt.datetime) -> None:
    """The file says so now, through our pull request or by somebody's hand."""
    row.error, row.next_try_at = "", None
    _save(row, State.MERGED, at)
    data = {"paths": [row.path], "pull_number": row.pull_number, "pull_url": row.pull_url}
    _record(row.promotion, "merged", data, None, at)


@transaction.atomic
def note_fate(ids: Iterable[int], *, merged: bool, at: dt.datetime) -> None:
    """What became of the pull request of these changes."""
    rows = FileChange.objects.select_for_update(of=("self",)).filter(pk__in=list(ids))
    rows = rows.exclude(state__in=OVER).select_related("promotion__sig", "promotion__person")
    promotions = {}
    for row in rows:
        promotions[row.promotion_id] = row.promotion
        if merged:
            note_merged(row, at)
        else:
            row.asked_at, row.asked_by, row.next_try_at = None, None, None
            _save(row, State.CLOSED, at)
    for promotion_id in promotions:
        _settle(_locked(promotion_id), at)


def _settle(promotion: Promotion, at: dt.datetime) -> None:
    """Where the rules wait for the files, the last of them puts the promotion in force."""
    if promotion.state != Promotion.State.APPROVED or way_of(promotion) != "merged":
        return
    states = set(promotion.file_changes.values_list("state", flat=True))
    if states and states <= set(OVER):
        on = promotion.sig.day_of(at)
        try:
            take_effect(promotion_id=promotion.pk, effective_on=on, by=None, at=at)
        except Refusal as refusal:
            # Seats are taken, say: the promotion's page shows what stands in the way.
            logger.warning("promotion %s stays approved: %s", promotion.pk, refusal)


def _record(
    promotion: Promotion,
    event: str,
    data: Mapping[str, object],
    by: Person | None,
    at: dt.datetime,
) -> None:
    record.append(
        actor=actor_of(by),
        action=f"change.{event}",
        subject=f"promotion:{promotion.pk}",
        data={**about(promotion), **data},
        at=at,
    )
