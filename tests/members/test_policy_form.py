import datetime as dt
from fractions import Fraction

import pytest

from members.policy import Rules
from members.policy_form import EVIDENCE, PolicyForm, initial_of
from members.presets import PRESETS

ON = dt.date(2026, 3, 2)
ALL = [(name, role) for name, roles in PRESETS.items() for role in roles]


def typed(rules, role="committer", **changes):
    """What a browser sends of the form filled with these rules."""
    form = PolicyForm(role=role, initial=initial_of(rules, seen=0, on=ON))
    data = {field.html_name: field.value() for field in form}
    data = {name: value for name, value in data.items() if value is not None and value is not False}
    return {**data, "note": "试一试", **changes}


@pytest.mark.parametrize(("preset", "role"), ALL)
def test_form_gives_back_the_rules_it_was_filled_with(preset, role):
    rules = PRESETS[preset][role]
    form = PolicyForm(typed(rules, role), role=role)
    assert form.is_valid(), form.errors
    assert form.rules() == rules


def test_form_has_a_field_with_a_label_for_every_key():
    names = {name for _title, fields in PolicyForm.SECTIONS for name in fields}
    keys = set(Rules.__dataclass_fields__) - {"evidence"}
    assert keys <= names
    assert all(field.label for field in PolicyForm(role="committer"))


@pytest.mark.parametrize(
    ("text", "share"),
    [("2/3", "2/3"), ("65%", "13/20"), ("65 ％", "13/20"), ("0.5", "1/2"), ("0", "0")],
)
def test_form_reads_shares(text, share):
    form = PolicyForm(typed(Rules(), threshold=text), role="committer")
    assert form.is_valid(), form.errors
    assert form.rules().threshold == Fraction(share)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("threshold", "1"),
        ("threshold", "100%"),
        ("threshold", "3/2"),
        ("threshold", "1/0"),
        ("threshold", "-1/2"),
        ("threshold", "1e9999999"),
        ("threshold", "一半"),
        ("threshold", ""),
        ("quorum", "101%"),
        ("vote_working_days", "0"),
        ("vote_working_days", "61"),
        ("vote_working_days", ""),
        ("vote_working_days", "五"),
        ("evidence_merged", "-1"),
        ("evidence_active_months", "7"),
        ("active_window_months", "0"),
        ("prerequisite_role", "maintainer"),
        ("nominators", ["king"]),
        ("nominators", []),
        ("electorate", []),
        ("effect", "magic"),
        ("effective_from", "2026-02-30"),
        ("note", "  "),
        ("seen", ""),
    ],
)
def test_form_says_at_the_field_what_is_wrong(field, value):
    form = PolicyForm(typed(Rules(), **{field: value}), role="committer")
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_form_says_what_contradicts_itself():
    data = typed(Rules(), seats_min="3", seats_max="2", prerequisite_months="3")
    form = PolicyForm(data, role="committer")
    assert not form.is_valid()
    assert set(form.errors) == {"seats_max", "prerequisite_months"}


def test_form_leaves_out_figures_that_are_not_asked_for():
    form = PolicyForm(typed(Rules(), **{EVIDENCE + "merged": "2"}), role="committer")
    assert form.is_valid()
    assert form.rules().evidence == {"merged": 2}
