"""The tables of the members' room, one module a subject."""

from .change import FileChange
from .charter import CharterSource
from .contribution import Contribution
from .day_override import DayOverride
from .likeness import Likeness
from .notice import Notice, NoticePreference
from .person import Account, FormerLogin, Person, actor_of
from .policy import Policy
from .promotion import Ballot, Endorsement, Promotion, Recusal, Statement
from .review_rule import OwnersFile, ReviewRule
from .role import Inquiry, Leave, RoleTerm
from .sig import CharterPage, Repository, Sig

__all__ = [
    "Account",
    "Ballot",
    "CharterPage",
    "CharterSource",
    "Contribution",
    "DayOverride",
    "Endorsement",
    "FileChange",
    "FormerLogin",
    "Inquiry",
    "Leave",
    "Likeness",
    "Notice",
    "NoticePreference",
    "OwnersFile",
    "Person",
    "Policy",
    "Promotion",
    "Recusal",
    "Repository",
    "ReviewRule",
    "RoleTerm",
    "Sig",
    "Statement",
    "actor_of",
]
