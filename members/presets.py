"""Rules of real communities as data; a SIG adopts one and keeps the version it decided under.

Sources: MindSpore's role page and governance.md, the DX and Graph Learning SIG charters, openEuler's
SIG governance, Kubernetes' community-membership.md, Apache's voting.html. What a charter leaves open
takes the defaults of members.policy.Rules.
"""

from fractions import Fraction

from .policy import COMMITTER, CONTRIBUTOR, MAINTAINER, ROLES, Rules

DEFAULT_PRESET = "mindspore-transformers"
PRESETS: dict[str, dict[str, Rules]] = {
    "mindspore-transformers": {
        COMMITTER: Rules(
            prerequisite_role=CONTRIBUTOR,
            prerequisite_months=3,
            evidence={"main_reviews": 6, "merged_or_reviewed": 20, "active_months": 3},
        ),
        MAINTAINER: Rules(
            prerequisite_role=COMMITTER,
            prerequisite_months=3,
            evidence={"main_reviews": 12, "merged_or_reviewed": 30},
        ),
    },
    "mindspore-governance": {
        COMMITTER: Rules(
            prerequisite_role=CONTRIBUTOR,
            prerequisite_months=3,
            electorate=ROLES,
            threshold_of="voting",
            objection_roles=(),
        ),
        MAINTAINER: Rules(
            prerequisite_role=COMMITTER, electorate=ROLES, threshold_of="voting", objection_roles=()
        ),
    },
    "mindspore-dx": {
        COMMITTER: Rules(
            prerequisite_role=CONTRIBUTOR, electorate=(MAINTAINER,), objection_roles=()
        ),
        MAINTAINER: Rules(
            prerequisite_role=CONTRIBUTOR,
            prerequisite_months=3,
            evidence={"merged": 1, "reviewed": 1},
            electorate=(MAINTAINER,),
            objection_roles=(),
        ),
    },
    "mindspore-graphlearning": {
        COMMITTER: Rules(evidence={"issues_opened": 5}, electorate=ROLES, objection_roles=()),
        MAINTAINER: Rules(
            electorate=ROLES,
            threshold=Fraction(65, 100),
            threshold_of="entitled",
            min_in_favour=2,
            objection_roles=(),
        ),
    },
    "openeuler": {
        COMMITTER: Rules(
            prerequisite_role=CONTRIBUTOR,
            prerequisite_months=3,
            evidence={"main_reviews": 6, "merged_or_reviewed": 20},
            electorate=ROLES,
            threshold_of="voting",
            objection_roles=(),
        ),
        MAINTAINER: Rules(
            prerequisite_role=COMMITTER,
            prerequisite_months=3,
            evidence={"main_reviews": 12, "merged_or_reviewed": 30},
            electorate=ROLES,
            threshold_of="voting",
            objection_roles=(),
        ),
    },
    "kubernetes": {
        COMMITTER: Rules(
            prerequisite_role=CONTRIBUTOR,
            prerequisite_months=3,
            evidence={"main_reviews": 5, "merged_or_reviewed": 20},
            threshold=Fraction(0),
            threshold_of="entitled",
            min_in_favour=2,
            objection_roles=(MAINTAINER, COMMITTER),
        ),
        MAINTAINER: Rules(
            prerequisite_role=COMMITTER,
            prerequisite_months=3,
            evidence={"main_reviews": 10, "merged_or_reviewed": 30},
            threshold=Fraction(0),
            threshold_of="entitled",
            min_in_favour=2,
            objection_roles=(MAINTAINER, COMMITTER),
        ),
    },
    "apache": {
        role: Rules(
            electorate=(MAINTAINER,),
            threshold_of="voting",
            min_in_favour=3,
            objection_outvoted_by=Fraction(99, 100),
        )
        for role in (COMMITTER, MAINTAINER)
    },
}
