"""The few writes the portal makes on a code host: a file changed on a branch, proposed as a pull request.

Kept apart from the reading client, with a token of its own: whoever holds a `Client` cannot write.
Every write is sent once (see `Transport.send`): after an error, read what is there and go on.
"""

import base64
import logging

from django.conf import settings

from gitee import addresses, rows
from gitee.client import Client, placed
from gitee.errors import NotFound, Refused

__all__ = ["WritingClient", "can_write", "writing_client_for"]

logger = logging.getLogger(__name__)

# So many of the newest open pull requests are looked through for one of ours, a hundred a page.
PAGES_LOOKED_THROUGH = 5


def can_write(host: str) -> bool:
    """Whether the settings hold a token that writes on the host."""
    return bool(settings.CODE_HOSTS.get(host, {}).get("write_token"))


def writing_client_for(host: str) -> "WritingClient":
    """The client with the writing token of `settings.CODE_HOSTS`. Raises LookupError without one."""
    entry = settings.CODE_HOSTS.get(host, {})
    if not entry.get("write_token"):
        raise LookupError(f"code host {host!r} has no token that writes")
    return WritingClient(
        entry["url"],
        entry["write_token"],
        max_connections=settings.SYNC_CONNECTIONS,
        reserve=settings.SYNC_RESERVE,
    )


class WritingClient(Client):
    """A `Client` that can also write. Raises `gitee.errors.GiteeError` and nothing else."""

    def own_user(self) -> rows.UserRow:
        """Whose token it is."""
        return self._one("/user", rows.parse_known_user)

    def fork(self, owner: str, name: str) -> rows.RepositoryRow:
        """Fork into the token owner's space. One that exists already is refused, see `own_fork`."""
        path = f"{addresses.repo(owner, name)}/forks"
        return placed(rows.parse_repository, self._transport.send("POST", path, {}), path)

    def own_fork(self, login: str, owner: str, name: str) -> rows.RepositoryRow:
        """The fork in `login`'s space, made when it is not there."""
        try:
            return self.repository(login, name)
        except NotFound:
            logger.info("forking %s/%s", owner, name)
        try:
            return self.fork(owner, name)
        except Refused:
            # There is one already, which a host now and then does not show at once.
            return self.repository(login, name)

    def has_branch(self, owner: str, name: str, branch: str) -> bool:
        path = f"{addresses.repo(owner, name)}/branches/{addresses.segment(branch)}"
        try:
            self._transport.get(path)
        except NotFound:
            return False
        return True

    def create_branch(self, owner: str, name: str, branch: str, *, start: str) -> None:
        """A branch from the tip of `start`. Refused when it exists."""
        path = f"{addresses.repo(owner, name)}/branches"
        self._transport.send("POST", path, {"refs": start, "branch_name": branch})

    def write_file(
        self,
        owner: str,
        name: str,
        path: str,
        content: bytes,
        *,
        message: str,
        branch: str,
        sha: str | None,
    ) -> None:
        """One commit on a branch. `sha` is the blob that was read; None where no file was.

        Refused when somebody changed the file since it was read.
        """
        address = f"{addresses.repo(owner, name)}/contents/{addresses.path(path)}"
        text = base64.b64encode(content).decode("ascii")
        body = {"content": text, "message": message, "branch": branch}
        if sha is None:
            self._transport.send("POST", address, body)
        else:
            self._transport.send("PUT", address, {**body, "sha": sha})

    def find_pull(
        self, owner: str, name: str, *, head_repo: str, head_ref: str, base: str
    ) -> rows.PullRow | None:
        """The open pull request from this branch, if any; `head.label` names no owner and is no help."""
        for page in range(1, PAGES_LOOKED_THROUGH + 1):
            found = self.pulls(
                owner, name, state="open", sort="created", direction="desc", page=page
            )
            for pull in found.rows:
                same_repo = (pull.head_repo or "").lower() == head_repo.lower()
                if same_repo and (pull.head_ref, pull.base_ref) == (head_ref, base):
                    return pull
            if found.next_page is None:
                return None
        return None

    def propose(
        self,
        owner: str,
        name: str,
        *,
        head_repo: str,
        head_ref: str,
        base: str,
        title: str,
        body: str,
    ) -> rows.PullRow:
        """The open pull request from `head_repo` ("owner/name") and its branch, made when there is none.

        Hosts of different years want the head written differently: the newer way is tried first.
        """
        place = {"head_repo": head_repo, "head_ref": head_ref, "base": base}
        known = self.find_pull(owner, name, **place)
        if known is not None:
            return known
        heads = _heads(head_repo, head_ref, own=head_repo.lower() == f"{owner}/{name}".lower())
        path = f"{addresses.repo(owner, name)}/pulls"
        for position, head in enumerate(heads, 1):
            question = {"title": title, "head": head, "base": base, "body": body}
            try:
                data = self._transport.send("POST", path, question)
                return placed(rows.parse_pull, data, path)
            except (Refused, NotFound):
                known = self.find_pull(owner, name, **place)
                if known is not None:
                    return known
                if position == len(heads):
                    raise
        raise AssertionError("unreachable: the last way returns or raises")


def _heads(head_repo: str, head_ref: str, *, own: bool) -> tuple[str, ...]:
    if own:
        return (head_ref,)
    return f"{head_repo}:{head_ref}", f"{head_repo.partition('/')[0]}:{head_ref}"
