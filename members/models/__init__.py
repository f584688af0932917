"""The tables of the members' room, one module a subject."""

from .charter import CharterSource
from .contribution import Contribution
from .person import Account, Person, actor_of
from .policy import Policy
from .promotion import Ballot, Promotion
from .role import RoleTerm
from .sig import CharterPage, Repository, Sig

__all__ = [
    "Account",
    "Ballot",
    "CharterPage",
    "CharterSource",
    "Contribution",
    "Person",
    "Policy",
    "Promotion",
    "Repository",
    "RoleTerm",
    "Sig",
    "actor_of",
]
