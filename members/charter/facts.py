"""What a charter file says, in one form for all kinds; and what in it could not be read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

MAINTAINER, COMMITTER, CONTRIBUTOR = "maintainer", "committer", "contributor"
ROLES = (MAINTAINER, COMMITTER, CONTRIBUTOR)
# Standings that are no role of the portal: OWNERS rights, and mentors and admins of sig-info.yaml.
APPROVER, REVIEWER = "approver", "reviewer"
MENTOR, ADMIN = "mentor", "admin"

README, README_EN, SIG_INFO, OWNERS = "readme", "readme-en", "sig-info", "owners"
KINDS = (SIG_INFO, README, README_EN, OWNERS)


class CharterError(Exception):
    """A file cannot be used at all: says which, where and why. Nothing has been written."""

    def __init__(self, file: str, text: str, line: int | None = None) -> None:
        super().__init__(f"{file}:{line}: {text}" if line else f"{file}: {text}")
        self.file, self.text, self.line = file, text, line


@dataclass(frozen=True)
class Problem:
    """One line that was not understood, or was read with a remark; the rest of the file stands."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Listed:
    """A person as one file lists them. `login` is empty where the file gives a name only."""

    name: str
    login: str
    role: str
    duty: str = ""
    organization: str = ""
    email: str = ""
    repositories: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    line: int = field(default=0, compare=False)
    # Paths a right of OWNERS is for (below `files`); empty: all that the file speaks for.
    within: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Who in which standing: lower-cased login, or the name where there is none."""
        where = f" {self.within}" if self.within else ""
        return self.role + where, self.login.lower() or f"name:{plain_name(self.name)}"


@dataclass(frozen=True)
class Section:
    """A part of the README that is no list of people. `is_head` is what stands before the first."""

    title: str
    body: str
    is_head: bool = False


@dataclass(frozen=True)
class RepositoryFacts:
    """`owner/name`, and what sig-info.yaml says of it beyond the people."""

    path: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CharterFacts:
    """All that one file says. `extra` are its unknown keys, kept as they are."""

    kind: str
    name: str = ""
    description: str = ""
    description_en: str = ""
    mailing_list: str = ""
    meeting_url: str = ""
    created_on: str = ""
    people: tuple[Listed, ...] = ()
    repositories: tuple[RepositoryFacts, ...] = ()
    sections: tuple[Section, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def with_role(self, *roles: str) -> tuple[Listed, ...]:
        return tuple(person for person in self.people if person.role in roles)

    def normalised(self) -> "CharterFacts":
        """The same facts in an order that does not depend on the file's; for comparing."""
        people = (replace(one, repositories=tuple(sorted(one.repositories))) for one in self.people)
        return replace(
            self,
            people=tuple(sorted(people, key=lambda one: one.key)),
            repositories=tuple(sorted(self.repositories, key=lambda one: one.path)),
        )


@dataclass(frozen=True)
class Parsed:
    """A file's facts and the lines that need a human eye."""

    facts: CharterFacts
    problems: tuple[Problem, ...] = ()


def plain_name(name: str) -> str:
    """A name for comparing: letters and digits only, lower case ("Zhang  San" is "zhangsan")."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


PRIVATE = ("email", "extra")


def to_json(facts: CharterFacts) -> dict[str, Any]:
    """People and repositories for the drift page; no e-mail, no unknown key, no long text (I9)."""
    people = []
    for person in facts.people:
        told = {key: value for key, value in asdict(person).items() if key not in PRIVATE}
        people.append({**told, "repositories": list(person.repositories)})
    return {
        "kind": facts.kind,
        "name": facts.name,
        "people": people,
        "repositories": [repository.path for repository in facts.repositories],
    }


def from_json(data: Mapping[str, Any]) -> CharterFacts:
    """The reverse of `to_json`."""
    people = tuple(
        Listed(**{**person, "repositories": tuple(person["repositories"])})
        for person in data["people"]
    )
    repositories = tuple(RepositoryFacts(path) for path in data["repositories"])
    return CharterFacts(
        kind=data["kind"], name=data["name"], people=people, repositories=repositories
    )
