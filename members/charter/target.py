"""What the community's files shall say of one person, whatever they say now."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .facts import COMMITTER, CONTRIBUTOR, MAINTAINER, Listed, plain_name


class EditRefused(Exception):
    """The file cannot be changed without risk to the rest of it: `code` and `values` say why.

    members.file_change.REFUSALS has the sentences of the codes.
    """

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(f"{code} {values}" if values else code)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Holding:
    """A role as held: the duty beside it, and its repositories ("owner/name"; none: all)."""

    duty: str = ""
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """A person and all roles they shall be listed with; without any, they shall be listed nowhere.

    `logins` are the lower-cased logins they are or were known by, `login` among them.
    """

    login: str
    name: str
    organization: str = ""
    logins: frozenset[str] = frozenset()
    roles: Mapping[str, Holding] = field(default_factory=dict)

    def is_named(self, written: str) -> bool:
        return written.lower() in self.logins

    def is_listed(self, person: Listed) -> bool:
        """Whether an entry means them; one without a login does by its name."""
        if person.login:
            return self.is_named(person.login)
        return plain_name(person.name) in {plain_name(self.name), *map(plain_name, self.logins)}

    def holds(self, role: str, path: str = "") -> bool:
        """Whether they hold a role, in the repository `path` if one is named."""
        holding = self.roles.get(role)
        if holding is None:
            return False
        scope = {repository.lower() for repository in holding.repositories}
        return not path or not scope or path.lower() in scope

    def answers_for(self, path: str) -> bool:
        """Whether they may approve in a repository: Maintainers everywhere, Committers in their scope."""
        return self.holds(MAINTAINER) or self.holds(COMMITTER, path)

    @property
    def is_out(self) -> bool:
        return not self.roles.keys() & {MAINTAINER, COMMITTER, CONTRIBUTOR}


def one_line(text: str) -> str:
    """Text that shall stand on one line of a file."""
    return " ".join(text.split())
