"""Rules of real communities as data; a SIG adopts one and keeps the version it decided under.

What a charter leaves open takes the defaults of members.policy.Rules. `NOTES` says in words where
each comes from, and what of the source figures cannot express.
"""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .policy import COMMITTER, CONTRIBUTOR, MAINTAINER, ROLES, SELF, Rules

DEFAULT_PRESET = "mindspore-transformers"
# What a version is called whose rules were written by the SIG itself.
OWN = "own"
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
            electorate=ROLES[::-1],
            threshold_of="voting",
            objection_roles=(),
            term_months=12,
            inactive_months=0,
        ),
        MAINTAINER: Rules(
            prerequisite_role=COMMITTER,
            electorate=ROLES[::-1],
            threshold_of="voting",
            objection_roles=(),
            seats_min=1,
            seats_max=2,
            term_months=12,
            inactive_months=0,
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
        COMMITTER: Rules(
            evidence={"issues_opened": 5},
            electorate=ROLES[::-1],
            objection_roles=(),
            inactive_months=0,
        ),
        MAINTAINER: Rules(
            nominators=(MAINTAINER,),
            nominators_needed=2,
            electorate=ROLES[::-1],
            threshold=Fraction(65, 100),
            threshold_of="entitled",
            objection_roles=(),
            inactive_months=0,
        ),
    },
    "openeuler": {
        COMMITTER: Rules(
            prerequisite_role=CONTRIBUTOR,
            prerequisite_months=3,
            evidence={"main_reviews": 6, "merged_or_reviewed": 20},
            nominators=(MAINTAINER, COMMITTER),
            electorate=ROLES[::-1],
            threshold_of="voting",
            objection_roles=(),
            removal_threshold=Fraction(2, 3),
            seats_min=2,
            seats_max=8,
            inactive_months=1,
        ),
        MAINTAINER: Rules(
            prerequisite_role=COMMITTER,
            prerequisite_months=3,
            evidence={"main_reviews": 12, "merged_or_reviewed": 30},
            nominators=(MAINTAINER, COMMITTER),
            electorate=ROLES[::-1],
            threshold_of="voting",
            objection_roles=(),
            removal_threshold=Fraction(2, 3),
            seats_min=1,
            seats_max=3,
            inactive_months=1,
        ),
    },
    "kubernetes": {
        COMMITTER: Rules(
            prerequisite_role=CONTRIBUTOR,
            prerequisite_months=3,
            evidence={"main_reviews": 5, "merged_or_reviewed": 20},
            nominators=(MAINTAINER, COMMITTER, SELF),
            nominators_needed=2,
            nominators_from_different_employers=True,
            threshold_of="voting",
            lazy_consensus=True,
            objection_roles=(MAINTAINER, COMMITTER),
            objection_outvoted_by=Fraction(1),
            effect="merged",
            inactive_months=12,
        ),
        MAINTAINER: Rules(
            prerequisite_role=COMMITTER,
            prerequisite_months=3,
            evidence={"main_reviews": 10, "merged_or_reviewed": 30},
            nominators=(MAINTAINER, COMMITTER),
            nominators_needed=2,
            nominators_from_different_employers=True,
            threshold_of="voting",
            lazy_consensus=True,
            objection_roles=(MAINTAINER, COMMITTER),
            objection_outvoted_by=Fraction(1),
            effect="merged",
            inactive_months=12,
        ),
    },
    "apache": {
        role: Rules(
            nominators=(MAINTAINER, COMMITTER),
            discussion="sealed",
            discussion_working_days=3,
            electorate=(MAINTAINER,),
            threshold_of="voting",
            min_in_favour=3,
            objection_outvoted_by=Fraction(1),
            inactive_months=0,
        )
        for role in (COMMITTER, MAINTAINER)
    },
}


@dataclass(frozen=True)
class Note:
    """A preset in words: its name, what marks it, its source, and what it cannot say in figures."""

    name: str | Promise
    text: str | Promise
    source: str | Promise
    address: str = ""
    left_out: tuple[str | Promise, ...] = ()


COMMUNITY = "https://gitee.com/mindspore/community/blob/master/"
NOTES: dict[str, Note] = {
    "mindspore-transformers": Note(
        _("MindSpore Transformers（默认）"),
        _(
            "从持续、稳定贡献的 Contributor 中产生 Committer，再从 Committer 中产生 Maintainer；"
            "由 Maintainer 与 Committer 表决 5 个工作日，Maintainer 写明理由的反对会阻止通过。"
        ),
        _("MindSpore 角色说明的数字与 DX SIG 章程的表决规则，加上本 SIG 章程的产生方式"),
        COMMUNITY + "sigs/mindspore_transformers/README.md",
    ),
    "mindspore-governance": Note(
        _("MindSpore 社区治理"),
        _(
            "Contributor 活跃满三个月可以参选，由本 SIG 全体 Contributor 表决，多数通过；"
            "任期一年，SIG 负责人一至两位。"
        ),
        _("MindSpore 社区 governance.md"),
        COMMUNITY + "governance.md",
        (
            _("SIG 负责人由技术指导委员会任命，这里改为在 SIG 内表决。"),
            _("“活跃的 Contributor”由负责人认定，这里以登记为 Contributor 的成员代替。"),
        ),
    ),
    "mindspore-dx": Note(
        "MindSpore DX SIG",
        _(
            "由现任 Maintainer 表决 5 个工作日，超过全体现任 Maintainer 的一半即通过；"
            "每三个月检查一次活跃情况，免去他人同样须过半数，当事人回避。"
        ),
        _("MindSpore DX SIG 章程"),
        COMMUNITY + "sigs/dx/README.md",
        (_("章程还要求参与问题分类，门户没有这项记录，由表决人判断。"),),
    ),
    "mindspore-graphlearning": Note(
        "MindSpore Graph Learning SIG",
        _(
            "提出 5 个问题即可被提名为 Committer；Maintainer 须有两位现任 Maintainer 提名或附议，"
            "并有超过 65% 的全体成员赞成。"
        ),
        "MindSpore Graph Learning SIG README",
        COMMUNITY + "sigs/graphlearning/README.md",
        (
            _("“或完成 3 个实习任务”无法统计：任务不在门户收录的记录里，由表决人判断。"),
            _(
                "成为 Contributor 的条件（参加 2 次例会，并有 2 个获得 10 条以上评论的拉取请求"
                "或 2 份调研）无法统计：门户把第一次贡献视为成为 Contributor。"
            ),
            _("原文没有规定表决的时长，这里取 5 个工作日。"),
        ),
    ),
    "openeuler": Note(
        _("openEuler"),
        _(
            "由 Maintainer 或 Committer 提名，全体 Contributor 表决；Maintainer 一至三位，"
            "Committer 二至八位；失联超过一个月的，可以由三分之二以上多数免去。"
        ),
        _("openEuler SIG 角色和组织治理"),
        "https://gitee.com/openeuler/community/blob/master/zh/technical-committee/governance/SIG-governance.md",
        (_("门户的多数都是“超过”：恰好三分之二不算通过。"),),
    ),
    "kubernetes": Note(
        _("Kubernetes"),
        _(
            "须有两位来自不同单位的成员提名或附议；期限内无人反对即通过，"
            "有写明理由的反对则不通过；OWNERS 的改动合入后生效，十二个月没有贡献的转为荣誉成员。"
        ),
        "Kubernetes community-membership.md",
        "https://github.com/kubernetes/community/blob/master/community-membership.md",
        (
            _("原文的 reviewer 与 approver 在这里对应 Committer 与 Maintainer。"),
            _("原文没有规定等待反对的时长，这里取 5 个工作日。"),
        ),
    ),
    "apache": Note(
        _("Apache"),
        _(
            "先不公开地讨论，再由 Maintainer 表决；须有至少 3 票赞成，并且没有写明理由的反对，"
            "反对不能被越过。"
        ),
        _("Apache 表决规则与新 Committer 指南"),
        "https://www.apache.org/foundation/voting.html",
        (
            _(
                "原文的表决持续 7 个自然日，这里换算为 5 个工作日：平常正是一周，"
                "遇到长假更长，遇到调休上班的周末可能短一两天。"
            ),
            _("讨论的时长原文按惯例为 72 小时，这里换算为 3 个工作日。"),
            _("原文对贡献没有数字要求，由表决人判断。"),
        ),
    ),
}
