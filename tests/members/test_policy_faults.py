import pytest

from members.policy import COMMITTER, MAINTAINER, SELF, Rules
from members.policy_faults import faults_of
from members.presets import PRESETS


@pytest.mark.parametrize(
    ("role", "values", "keys"),
    [
        (COMMITTER, {"prerequisite_role": "contributor"}, []),
        (COMMITTER, {"prerequisite_role": "committer"}, ["prerequisite_role"]),
        (MAINTAINER, {"prerequisite_role": "committer"}, []),
        (COMMITTER, {"prerequisite_months": 3}, ["prerequisite_months"]),
        (COMMITTER, {"evidence": {"active_months": 6}}, []),
        (COMMITTER, {"evidence": {"active_months": 7}}, ["evidence_active_months"]),
        (COMMITTER, {"evidence": {"active_months": 7}, "active_window_months": 12}, []),
        (COMMITTER, {"nominators": (SELF,)}, []),
        (COMMITTER, {"nominators": (SELF,), "nominators_needed": 2}, ["nominators"]),
        (COMMITTER, {"nominators_from_different_employers": True}, ["nominators_needed"]),
        (
            COMMITTER,
            {"electorate": (COMMITTER,), "objection_roles": ()},
            ["threshold_of"],
        ),
        (
            COMMITTER,
            {
                "electorate": (COMMITTER,),
                "objection_roles": (),
                "threshold_of": "voting",
                "removal_threshold_of": "maintainers",
            },
            ["removal_threshold_of"],
        ),
        (
            COMMITTER,
            {"electorate": (MAINTAINER,), "objection_roles": (MAINTAINER, COMMITTER)},
            ["objection_roles"],
        ),
        (COMMITTER, {"seats_min": 2, "seats_max": 2}, []),
        (COMMITTER, {"seats_min": 3, "seats_max": 2}, ["seats_max"]),
        (COMMITTER, {"seats_min": 3}, []),
    ],
)
def test_faults(role, values, keys):
    assert list(faults_of(Rules(**values), role)) == keys


@pytest.mark.parametrize(
    ("preset", "role"), [(name, role) for name, roles in PRESETS.items() for role in roles]
)
def test_presets_have_no_faults(preset, role):
    assert faults_of(PRESETS[preset][role], role) == {}
