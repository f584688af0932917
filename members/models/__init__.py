"""The tables of the members' room, one module a subject."""

from .charter import CharterSource
from .contribution import Contribution
from .person import Account, Person, actor_of
from .policy import Policy
from .promotion import Ballot, Promotion
from .review_rule import OwnersFile, ReviewRule
from .role import RoleTerm
from .sig import CharterPage, Repository, Sig

__all__ = [
    "Account",
    "Ballot",
    "CharterPage",
    "CharterSource",
    "Contribution",
    "OwnersFile",
    "Person",
    "Policy",
    "Promotion",
    "Repository",
    "ReviewRule",
    "RoleTerm",
    "Sig",
    "actor_of",
]
