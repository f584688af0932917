"""OWNERS: who approves and reviews; names that are no logins are said."""

import pytest

from members.charter import owners
from members.charter.facts import CharterError
from tests.members.charter_texts import OWNERS


def test_parse_reads_rights_and_names_display_names():
    parsed = owners.parse(OWNERS, "OWNERS")
    assert [(p.role, p.login) for p in parsed.facts.people] == [
        ("approver", "Lan-Xi"),
        ("approver", "moyan"),
        ("approver", "stranger"),
        ("reviewer", "qiu_shui"),
        ("reviewer", "guest"),
        ("reviewer", ""),
    ]
    told = [str(problem) for problem in parsed.problems]
    assert told == ["OWNERS:8: reviewers: 'Ye Ming' is a display name, not a login"]


def test_parse_keeps_options_and_files():
    text = "options:\n  no_parent_owners: true\nfiles:\n  '\\.md$':\n    approvers: [x]\n"
    parsed = owners.parse(text, "OWNERS")
    assert parsed.facts.extra["options"] == {"no_parent_owners": True}
    assert owners.parse(owners.render(parsed.facts), "OWNERS").facts == parsed.facts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("approvers:\n- a\n- A\n", "OWNERS:3: A stands twice among the approvers"),
        ("approvers:\n-\n", "OWNERS:2: approvers: an empty entry"),
        ("approvers:\n- [a]\n", "OWNERS:2: approvers: one text was expected"),
        ("approvers: a\n", "OWNERS:1: approvers: a list was expected"),
    ],
)
def test_fault_is_named_by_line(text, told):
    assert str(owners.parse(text, "OWNERS").problems[0]) == told


@pytest.mark.parametrize("text", ["a\n", "- a\n", "people: [a]\n"])
def test_file_that_is_no_owners_is_refused(text):
    with pytest.raises(CharterError):
        owners.parse(text, "OWNERS")
