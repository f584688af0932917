"""A decided promotion in a SIG whose files are known, and the same files on an emulated host."""

import datetime as dt
from hashlib import sha256

from members.charter.facts import OWNERS, README, SIG_INFO, to_json
from members.charter.importing import PARSERS
from members.models import CharterSource, Promotion, Sig
from tests.factories import RepositoryFactory
from tests.members import charter_texts
from tests.members.cast import Cast, make_cast

AT = dt.datetime(2026, 3, 9, 4, 0, tzinfo=dt.UTC)
COMMUNITY = "stars/community"
FOLDER = "sigs/map"
TEXTS = {
    f"{FOLDER}/README.md": charter_texts.README,
    f"{FOLDER}/sig-info.yaml": charter_texts.SIG_INFO,
}


def keep_source(sig: Sig, kind: str, path: str, text: str, repository: str = "") -> CharterSource:
    """A file as an import keeps it."""
    values = {
        "text": text,
        "sha256": sha256(text.encode()).hexdigest(),
        "facts": to_json(PARSERS[kind](text, path).facts),
        "imported_at": AT,
    }
    keys = {"sig": sig, "kind": kind, "path": path, "repository": repository}
    row, _new = CharterSource.objects.update_or_create(**keys, defaults=values)
    return row


def charter_cast(*, owners: bool = True) -> Cast:
    """The cast, their SIG looking after stars/map, its files imported and their home known."""
    cast = make_cast()
    cast.repository.delete()
    cast.repository = RepositoryFactory(sig=cast.sig, owner="stars", name="map")
    cast.sig.charter_repository, cast.sig.charter_folder = f"gitee:{COMMUNITY}", FOLDER
    cast.sig.save()
    keep_source(cast.sig, README, "README.md", charter_texts.README)
    keep_source(cast.sig, SIG_INFO, "sig-info.yaml", charter_texts.SIG_INFO)
    if owners:
        keep_source(cast.sig, OWNERS, "OWNERS", charter_texts.OWNERS, "stars/map")
    return cast


def approved(cast: Cast, **values: object) -> Promotion:
    return cast.promotion("approved", **{"duty": "制图", "decided_at": AT, **values})


def host(server) -> None:
    """The same files on the emulated host, and a token that may fork and propose."""
    state = server.state
    state.add_repo(COMMUNITY, files={path: text.encode() for path, text in TEXTS.items()})
    state.add_repo("stars/map", files={"OWNERS": charter_texts.OWNERS.encode()})
    state.add_token("writes", "portal-bot")


def accept(server, repository: str, number: int) -> None:
    """Merge a pull request with what its branch changed."""
    state = server.state
    pull = state.repo(repository).pulls.get(number)
    source = state.repo(f"{pull.head_owner}/{repository.partition('/')[2]}")
    state.repo(repository).files.update(source.trees[pull.head_ref])
    state.merge_pull(repository, number, by="keeper")
