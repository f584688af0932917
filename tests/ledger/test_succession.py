"""Which decision takes the place of which, kind by kind, alike in memory and in the table."""

import datetime as dt

import pytest

from ledger import register, succession
from ledger.models import RegisterRow
from ledger.record import append

AT = dt.datetime(2026, 3, 5, 8, tzinfo=dt.UTC)
RESOLVED = "resolution.adopted"
ADOPTED = "policy.adopted"
DECIDED, AMENDED = "meeting.decided", "meeting.decision_amended"
SUPERSEDED, RESTORED = "meeting.decision_superseded", "meeting.decision_restored"
WITHDRAWN = "meeting.decision_withdrawn"


def of(number, sig="one", **more):
    return {"sig": sig, "number": number, **more}


# name, [(action, subject, data)], {number: number of the one that took its place}
HISTORIES = [
    (
        "a resolution supersedes one of its own SIG only",
        [
            (RESOLVED, "resolution:one/1", of(1)),
            (RESOLVED, "resolution:two/1", of(1, "two")),
            (RESOLVED, "resolution:one/2", of(2, supersedes=1)),
        ],
        {1: 3},
    ),
    (
        "a resolution superseded once is not superseded again",
        [
            (RESOLVED, "resolution:one/1", of(1)),
            (RESOLVED, "resolution:one/2", of(2, supersedes=1)),
            (RESOLVED, "resolution:one/3", of(3, supersedes=1)),
        ],
        {1: 2},
    ),
    (
        "rules give way to the next version for the same role",
        [
            (ADOPTED, "sig:one", {"role": "committer", "version": 1}),
            (ADOPTED, "sig:one", {"role": "maintainer", "version": 1}),
            (ADOPTED, "sig:two", {"role": "committer", "version": 1}),
            (ADOPTED, "sig:one", {"role": "committer", "version": 2}),
            (ADOPTED, "sig:one", {"role": "committer", "version": 3}),
        ],
        {1: 4, 4: 5},
    ),
    (
        "review rules give way to those of the same repository",
        [
            ("repository.rule_changed", "repository:a/b", {"sig": "one"}),
            ("repository.rule_changed", "repository:a/c", {"sig": "one"}),
            ("repository.rule_changed", "repository:a/b", {"sig": "one"}),
        ],
        {1: 3},
    ),
    (
        "an amendment takes the place of what was published, an import's mark stays",
        [
            ("minutes.imported", "meeting:1", {"sig": "one"}),
            ("minutes.published", "meeting:1", {"sig": "one"}),
            ("minutes.published", "meeting:2", {"sig": "one"}),
            ("minutes.amended", "meeting:1", {"sig": "one"}),
            ("minutes.amended", "meeting:1", {"sig": "one"}),
        ],
        {2: 4, 4: 5},
    ),
    (
        "a decision of a meeting supersedes an older one",
        [
            (DECIDED, "decision:1", of(1)),
            (DECIDED, "decision:2", of(2, supersedes=1)),
            (SUPERSEDED, "decision:1", of(1, superseded_by=2)),
        ],
        {1: 2},
    ),
    (
        "decisions of a meeting are no resolutions",
        [(RESOLVED, "resolution:one/1", of(1)), (DECIDED, "decision:2", of(2, supersedes=1))],
        {},
    ),
    (
        "a decision is amended, then struck",
        [
            (DECIDED, "decision:1", of(1)),
            (AMENDED, "decision:1", of(1)),
            (WITHDRAWN, "decision:1", of(1)),
        ],
        {1: 2, 2: 3},
    ),
    (
        "amended minutes say of a decision what it supersedes, and take it back",
        [
            (DECIDED, "decision:1", of(1)),
            (DECIDED, "decision:2", of(2)),
            (AMENDED, "decision:2", of(2, supersedes=1)),
            (SUPERSEDED, "decision:1", of(1, superseded_by=2)),
        ],
        {2: 3, 1: 3},
    ),
    (
        "a restored decision stands, and can be superseded anew",
        [
            (DECIDED, "decision:1", of(1)),
            (DECIDED, "decision:2", of(2, supersedes=1)),
            (SUPERSEDED, "decision:1", of(1, superseded_by=2)),
            (WITHDRAWN, "decision:2", of(2)),
            (RESTORED, "decision:1", of(1)),
            (DECIDED, "decision:3", of(3, supersedes=1)),
        ],
        {2: 4, 1: 6},
    ),
    (
        "roles and promotions replace nothing",
        [
            ("role.started", "person:a", {"sig": "one", "role": "committer"}),
            ("role.ended", "person:a", {"sig": "one", "role": "committer"}),
            ("promotion.approved", "promotion:1", {"sig": "one"}),
            ("promotion.in_effect", "promotion:1", {"sig": "one"}),
        ],
        {},
    ),
    (
        "data that names no number replaces nothing",
        [
            (RESOLVED, "resolution:one/1", of(1)),
            (RESOLVED, "resolution:one/2", of(2, supersedes="1")),
            (RESOLVED, "resolution:one/3", of(3, supersedes=None)),
            (RESTORED, "decision:9", of(9)),
            (SUPERSEDED, "decision:9", of(9, superseded_by=8)),
            (WITHDRAWN, "decision:9", {}),
        ],
        {},
    ),
]


@pytest.mark.parametrize(
    ("history", "replaced"), [row[1:] for row in HISTORIES], ids=[row[0] for row in HISTORIES]
)
def test_succession_in_memory(history, replaced):
    line = succession.Line()
    for number, (action, subject, data) in enumerate(history, start=1):
        line.enter(number, action, subject, data)
    assert line.superseded_by == replaced


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("history", "replaced"), [row[1:] for row in HISTORIES], ids=[row[0] for row in HISTORIES]
)
def test_succession_in_the_table(history, replaced):
    for action, subject, data in history:
        append(actor="system", action=action, subject=subject, data=data, at=AT)
    rows = RegisterRow.objects.exclude(superseded_by=None)
    assert dict(rows.values_list("number", "superseded_by")) == replaced
    assert list(register.faults()) == []
    register.rebuild()
    assert dict(rows.values_list("number", "superseded_by")) == replaced


def test_stands_as_fits_its_column_however_long_the_names():
    key = succession.stands_as("repository.rule_changed", "repository:" + "x" * 189, {"role": "r"})
    assert len(key) == 64
