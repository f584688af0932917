"""The life of a meeting's minutes as one table: buttons, permissions, refusals and tests derive from it."""

from enum import StrEnum


class Stage(StrEnum):
    """Where the minutes as a whole are. COMMENT: a text is offered, perhaps with newer private drafts."""

    NONE = "none"
    DRAFT = "draft"
    COMMENT = "comment"
    PUBLISHED = "published"
    AMENDED = "amended"


class Act(StrEnum):
    SAVE = "save"
    OFFER = "offer"
    TAKE_BACK = "take_back"
    REMARK = "remark"
    PUBLISH = "publish"
    AMEND = "amend"


# What is not listed is refused. Small SIGs publish a draft without offering it first.
MOVES: dict[tuple[Stage, Act], Stage] = {
    (Stage.NONE, Act.SAVE): Stage.DRAFT,
    (Stage.DRAFT, Act.SAVE): Stage.DRAFT,
    (Stage.DRAFT, Act.OFFER): Stage.COMMENT,
    (Stage.DRAFT, Act.PUBLISH): Stage.PUBLISHED,
    (Stage.COMMENT, Act.SAVE): Stage.COMMENT,
    (Stage.COMMENT, Act.OFFER): Stage.COMMENT,
    (Stage.COMMENT, Act.TAKE_BACK): Stage.DRAFT,
    (Stage.COMMENT, Act.REMARK): Stage.COMMENT,
    (Stage.COMMENT, Act.PUBLISH): Stage.PUBLISHED,
    (Stage.PUBLISHED, Act.AMEND): Stage.AMENDED,
    (Stage.AMENDED, Act.AMEND): Stage.AMENDED,
}
# Names a predicate in meetings.rules.MINUTES_WHO.
WHO: dict[Act, str] = {
    Act.SAVE: "editor",
    Act.OFFER: "publisher",
    Act.TAKE_BACK: "publisher",
    Act.REMARK: "person",
    Act.PUBLISH: "publisher",
    Act.AMEND: "editor",
}


def allows(stage: Stage, act: Act) -> bool:
    return (stage, act) in MOVES
