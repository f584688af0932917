"""Decided changes on their way to the code host: read there, proposed as pull requests, followed.

Every step looks first and does only what is missing, so a run killed anywhere is simply run again.
The branch is named after the promotion. No request is made inside a transaction.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from gitee import errors
from gitee.client import Client, client_for
from gitee.writing import WritingClient, can_write, writing_client_for

from . import file_change
from .charter.facts import OWNERS, README, SIG_INFO
from .charter.target import EditRefused, Target
from .file_change import Place
from .file_change_words import keep
from .models import FileChange, Promotion, Repository, Sig

logger = logging.getLogger(__name__)
State = FileChange.State
LONGEST_PAUSE = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Home:
    """A repository on a code host, as the host spells it."""

    host: str
    owner: str
    name: str


class NoHome(Exception):
    """Nobody told where the community's files live."""


def home_of(sig: Sig, repository: Repository | None) -> Home:
    """Where a change belongs. Raises NoHome."""
    if repository is not None:
        return Home(repository.host, repository.owner, repository.name)
    host, _colon, path = sig.charter_repository.partition(":")
    owner, _slash, name = path.partition("/")
    if not name:
        raise NoHome
    return Home(host, owner, name)


def branch_of(promotion: Promotion) -> str:
    return f"sig-portal-promotion-{promotion.pk}"


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def read_owners(sig: Sig) -> list[Place]:
    """OWNERS of the SIG's repositories as they are on the code host; what cannot be read is left out."""
    found: list[Place] = []
    for repository in sig.repositories.filter(moved_to=None):
        if repository.host not in settings.CODE_HOSTS:
            continue
        with client_for(repository.host) as client:
            try:
                file = client.file_content(repository.owner, repository.name, OWNERS.upper())
            except errors.GiteeError as error:
                logger.warning("%s: OWNERS was not read: %s", repository, error)
                continue
        text = _text(file.content) if file else None
        if text is not None:
            found.append(Place(OWNERS, OWNERS.upper(), text, repository))
    return found


def _text(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


# ── proposing ─────────────────────────────────────────────────────────────────────────────────
def propose(rows: Sequence[FileChange], *, now: dt.datetime) -> bool:
    """Make the pull request for changes of one promotion in one repository; true when it stands.

    `rows` were asked for. What went wrong is kept on them in words; what may pass is tried again.
    """
    promotion = rows[0].promotion
    try:
        home = home_of(promotion.sig, rows[0].repository)
    except NoHome:
        _fail(rows, keep("no_home"), None)
        return False
    if not can_write(home.host):
        _fail(rows, keep("no_token", host=home.host), None)
        return False
    try:
        with writing_client_for(home.host) as client:
            _propose(client, home, promotion, rows, now)
    except errors.GiteeError as error:
        logger.warning("promotion %s: %s", promotion.pk, error)
        _fail(rows, _words(error), None if error.permanent else _next_try(rows, error, now))
        return False
    except EditRefused as refusal:
        _fail(rows, keep(refusal.code, **refusal.values), None)
        return False
    return True


def _propose(
    client: WritingClient,
    home: Home,
    promotion: Promotion,
    rows: Sequence[FileChange],
    now: dt.datetime,
) -> None:
    told = client.repository(home.owner, home.name)
    owner, _slash, name = told.full_name.partition("/")
    base = told.default_branch
    if not base:
        raise EditRefused("no_branch")
    texts = _wanted_texts(client, owner, name, base, rows, file_change.target_of(promotion))
    done = [row for row in rows if row.path not in texts]
    file_change.note_fate([row.pk for row in done], merged=True, at=now)
    rows = [row for row in rows if row.path in texts]
    if not rows:
        return
    work = told if told.can_push else client.own_fork(client.own_user().login, owner, name)
    work_owner, _slash, work_name = work.full_name.partition("/")
    branch, title = branch_of(promotion), _title(promotion)
    if not client.has_branch(work_owner, work_name, branch):
        client.create_branch(work_owner, work_name, branch, start=base)
    for row in rows:
        _write(client, (work_owner, work_name), branch, row.path, texts[row.path], title)
    pull = client.propose(
        owner,
        name,
        head_repo=work.full_name,
        head_ref=branch,
        base=base,
        title=title,
        body=_body(promotion),
    )
    file_change.note_proposed(rows, number=pull.number, url=pull.html_url, at=now)


def _wanted_texts(
    client: Client,
    owner: str,
    name: str,
    base: str,
    rows: Iterable[FileChange],
    wanted: Target,
) -> dict[str, str]:
    """By path the text as it shall become, made from the file of this moment; nothing for one that
    says so already."""
    texts: dict[str, str] = {}
    for row in rows:
        file = client.file_content(owner, name, row.path, ref=base)
        text = _text(file.content) if file else None
        if text is None:
            raise EditRefused("missing")
        place = Place(_kind(row), row.path, text, row.repository)
        after = file_change.edited(place, wanted)
        if after != text:
            texts[row.path] = after
    return texts


def _kind(row: FileChange) -> str:
    if row.repository is not None:
        return OWNERS
    return SIG_INFO if row.path.endswith((".yaml", ".yml")) else README


def _write(
    client: WritingClient, work: tuple[str, str], branch: str, path: str, text: str, message: str
) -> None:
    """One commit, unless the branch has the text already."""
    file = client.file_content(*work, path, ref=branch)
    content = text.encode()
    if file is not None and file.content == content:
        return
    sha = file.sha if file else None
    client.write_file(*work, path, content, message=message, branch=branch, sha=sha)


def _title(promotion: Promotion) -> str:
    words = _("%(sig)s：%(kind)s %(name)s（%(role)s）")
    return words % {
        "sig": promotion.sig.name,
        "kind": promotion.get_kind_display(),
        "name": promotion.person.name,
        "role": promotion.get_role_display(),
    }


def _body(promotion: Promotion) -> str:
    url = settings.SITE_URL.rstrip("/") + promotion.get_absolute_url()
    words = _("SIG 门户根据已通过的决定提交，依据、表决和结果见 %(url)s")
    return words % {"url": url}


# ── what went wrong ───────────────────────────────────────────────────────────────────────────
def _words(error: errors.GiteeError) -> str:
    codes = {
        errors.Forbidden: "forbidden",
        errors.NotFound: "not_found",
        errors.Refused: "refused",
    }
    code = codes.get(type(error), "refused" if error.permanent else "unavailable")
    return keep(code, detail=error.message or type(error).__name__)


def _next_try(
    rows: Sequence[FileChange], error: errors.GiteeError, now: dt.datetime
) -> dt.datetime:
    pause = dt.timedelta(minutes=2 ** min(rows[0].attempts, 6))
    asked = dt.timedelta(seconds=min(error.retry_after_s or 0, 86_400))
    return now + max(min(pause, LONGEST_PAUSE), asked)


def _fail(rows: Sequence[FileChange], error: str, next_try_at: dt.datetime | None) -> None:
    """Without a next try the asking is over: a Maintainer may ask again."""
    changed = FileChange.objects.filter(pk__in=[row.pk for row in rows], state=State.READY)
    values: dict[str, object] = {"error": error, "next_try_at": next_try_at}
    if next_try_at is None:
        values |= {"asked_at": None, "asked_by": None}
    changed.update(attempts=rows[0].attempts + 1, **values)


# ── following ─────────────────────────────────────────────────────────────────────────────────
def follow(rows: Sequence[FileChange], *, now: dt.datetime) -> None:
    """Look what became of the pull request of these changes; an error says nothing about it."""
    number = rows[0].pull_number
    try:
        home = home_of(rows[0].promotion.sig, rows[0].repository)
    except NoHome:
        logger.warning("promotion %s: nobody knows where !%s is", rows[0].promotion_id, number)
        return
    with client_for(home.host) as client:
        try:
            pull = client.pull(home.owner, home.name, number or 0)
        except errors.GiteeError as error:
            logger.warning("%s/%s!%s was not read: %s", home.owner, home.name, number, error)
            return
    if pull.state != "open":
        ids = [row.pk for row in rows]
        file_change.note_fate(ids, merged=pull.state == "merged", at=now)
