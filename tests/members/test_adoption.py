import dataclasses
import datetime as dt

import pytest

from ledger.models import Entry
from members.adoption import (
    PolicyRefused,
    StalePolicy,
    adopt,
    adopt_preset,
    newest_version,
    policy_in_force,
    preset_of,
    stored_policy,
)
from members.models import Policy
from members.policy import Rules
from members.policy_json import PolicyError, rules_from_json, rules_to_json
from members.presets import PRESETS
from tests.factories import PersonFactory, PolicyFactory, SigFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 2)
DEFAULT = PRESETS["mindspore-transformers"]["committer"]
STRICTER = dataclasses.replace(DEFAULT, vote_working_days=7)


def adopted(sig, rules=STRICTER, on=TODAY, seen=0, note="表决时间太短", **values):
    by = values.pop("by", None) or PersonFactory()
    defaults = {"sig": sig, "role": "committer", "rules": rules, "on": on, "note": note}
    return adopt(**{**defaults, "seen": seen, "by": by, "at": AT, **values})


def test_adopt_writes_a_version_and_its_entry():
    sig, by = SigFactory(), PersonFactory(account__login="lin")
    policy = adopted(sig, by=by)
    stored = Policy.objects.get()
    assert (stored.version, stored.preset, stored.effective_from) == (1, "own", TODAY)
    assert (stored.adopted_by, stored.adopted_at, stored.note) == (by, AT, "表决时间太短")
    assert rules_from_json(stored.rules) == STRICTER
    entry = Entry.objects.get(action="policy.adopted")
    assert (entry.actor, entry.subject) == ("person:lin", f"sig:{sig.slug}")
    assert entry.data == {
        "role": "committer",
        "version": 1,
        "preset": "own",
        "from": "2026-03-02",
        "note": "表决时间太短",
        "rules": policy.rules,
    }


def test_adopt_the_same_rules_on_the_same_day_writes_nothing():
    sig = SigFactory()
    adopted(sig)
    assert adopted(sig, seen=1) is None
    assert adopted(sig, seen=1, on=TODAY + dt.timedelta(days=9)) is None
    assert (Policy.objects.count(), Entry.objects.count()) == (1, 1)


def test_adopt_the_rules_of_an_older_form_writes_nothing():
    """Stored before there were quorums: the same rules, though not the same JSON."""
    sig = SigFactory()
    data = rules_to_json(DEFAULT)
    PolicyFactory(sig=sig, rules={key: data[key] for key in ("prerequisite", "evidence")})
    assert adopted(sig, rules=DEFAULT, seen=1) is None
    assert (
        adopt_preset(
            sig=sig, role="committer", preset="mindspore-transformers", on=TODAY, by=None, at=AT
        )
        == Policy.objects.get()
    )


def test_adopt_from_a_later_day_leaves_today_alone():
    sig = SigFactory()
    adopted(sig)
    later = TODAY + dt.timedelta(days=30)
    adopted(sig, rules=DEFAULT, seen=1, on=later)
    assert policy_in_force(sig, "committer", later - dt.timedelta(days=1)).version == 1
    assert policy_in_force(sig, "committer", later).version == 2


def test_adopt_leaves_what_was_decided_for_a_later_day():
    sig = SigFactory()
    later = TODAY + dt.timedelta(days=30)
    adopted(sig, on=later)
    adopted(sig, rules=PRESETS["apache"]["committer"], seen=1)
    assert policy_in_force(sig, "committer", TODAY).version == 2
    assert policy_in_force(sig, "committer", later).version == 1


def test_adopt_says_the_preset_where_the_rules_are_one():
    sig = SigFactory()
    assert adopted(sig, rules=PRESETS["apache"]["committer"]).preset == "apache"
    assert preset_of(STRICTER, "committer") == "own"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"on": TODAY - dt.timedelta(days=1)}, "effective_from"),
        ({"on": TODAY + dt.timedelta(days=367)}, "effective_from"),
        ({"note": "  "}, "note"),
        ({"note": "长" * 2001}, "note"),
        ({"rules": dataclasses.replace(DEFAULT, electorate=("committer",))}, "threshold_of"),
    ],
)
def test_adopt_refuses_before_any_write(values, field):
    with pytest.raises(PolicyRefused) as refused:
        adopted(SigFactory(), **values)
    assert refused.value.field == field
    assert not Policy.objects.exists()
    assert not Entry.objects.exists()


def test_adopt_judges_the_day_by_the_calendar_of_the_sig():
    evening = dt.datetime(2026, 3, 1, 16, 30, tzinfo=dt.UTC)  # in Shanghai the second of March
    with pytest.raises(PolicyRefused):
        adopted(SigFactory(), on=dt.date(2026, 3, 1), at=evening)
    assert adopted(SigFactory(), on=TODAY, at=evening)


def test_adopt_refuses_what_nobody_could_read_again():
    with pytest.raises(PolicyError):
        adopted(SigFactory(), rules=Rules(vote_working_days=0))


@pytest.mark.parametrize("seen", [0, 2])
def test_adopt_refuses_a_stale_tab(seen):
    sig = SigFactory()
    adopted(sig)
    with pytest.raises(StalePolicy) as stale:
        adopted(sig, rules=DEFAULT, seen=seen)
    assert stale.value.newest == 1
    assert Policy.objects.count() == 1


def test_versions_count_by_role():
    sig = SigFactory()
    adopted(sig)
    adopted(sig, role="maintainer", rules=PRESETS["apache"]["maintainer"])
    assert newest_version(sig, "committer") == newest_version(sig, "maintainer") == 1


def test_stored_policy_adopts_the_default_once():
    sig = SigFactory()
    first = stored_policy(sig=sig, role="committer", on=TODAY, by=None, at=AT)
    assert (first.version, first.preset) == (1, "mindspore-transformers")
    assert stored_policy(sig=sig, role="committer", on=TODAY, by=None, at=AT) == first
    assert Entry.objects.get().actor == "system"


def test_policy_in_force_without_any_is_the_default_and_no_version():
    policy = policy_in_force(SigFactory(), "maintainer", TODAY)
    assert (policy.pk, policy.version) == (None, 0)
