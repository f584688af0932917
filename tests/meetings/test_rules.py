"""Role by action: who may do what, and who may not."""

import pytest

from meetings import rules
from tests.factories import ActionItemFactory, MeetingFactory, PersonFactory, SigFactory

STANDINGS = [
    "anonymous", "tieless", "stranger", "contributor",
    "committer", "maintainer", "former", "superuser",
]  # fmt: skip
HOSTS = {"committer", "maintainer"}
SIGNED_IN = {"stranger", "contributor", "committer", "maintainer", "former", "superuser"}


@pytest.mark.parametrize("rule", ["can_edit_meeting", "can_edit_minutes", "can_publish"])
@pytest.mark.parametrize("who", STANDINGS)
def test_only_hosts_edit_and_publish(rule, who, sig, people):
    assert getattr(rules, rule)(people[who], sig) == (who in HOSTS)


@pytest.mark.parametrize("rule", ["can_edit_meeting", "can_edit_minutes", "can_publish"])
def test_hosts_of_another_sig_are_strangers_here(rule, people):
    assert not getattr(rules, rule)(people["maintainer"], SigFactory())


@pytest.mark.parametrize(
    ("state", "is_open"),
    [("scheduled", True), ("moved", True), ("held", False), ("cancelled", False)],
)
@pytest.mark.parametrize("who", STANDINGS)
def test_anyone_who_is_a_person_proposes_while_the_agenda_is_open(who, state, is_open, sig, people):
    meeting = MeetingFactory(sig=sig, state=state)

    assert rules.can_propose(people[who], meeting) == (who in SIGNED_IN and is_open)


@pytest.mark.parametrize("who", STANDINGS)
def test_proposer_and_hosts_withdraw_an_item(who, sig, people):
    meeting = MeetingFactory(sig=sig)
    item = meeting.agenda_items.create(
        title="议题", proposed_by=people["stranger"].person, created_at=meeting.changed_at
    )

    assert rules.can_withdraw(people[who], item) == (who in {*HOSTS, "stranger"})


@pytest.mark.parametrize("state", ["held", "cancelled"])
@pytest.mark.parametrize("who", STANDINGS)
def test_nobody_withdraws_from_a_closed_agenda(who, state, sig, people):
    meeting = MeetingFactory(sig=sig, state=state)
    item = meeting.agenda_items.create(
        title="议题", proposed_by=people["stranger"].person, created_at=meeting.changed_at
    )

    assert not rules.can_withdraw(people[who], item)


@pytest.mark.parametrize("state", ["open", "done", "dropped"])
@pytest.mark.parametrize("who", STANDINGS)
def test_owner_and_maintainer_close_an_open_action_item(who, state, sig, people):
    item = ActionItemFactory(
        meeting=MeetingFactory(sig=sig), owner=people["contributor"].person, state=state
    )

    allowed = state == "open" and who in {"contributor", "maintainer"}
    assert rules.can_close_action(people[who], item) == allowed


@pytest.mark.parametrize("who", STANDINGS)
def test_item_of_nobody_is_closed_by_a_maintainer_only(who, sig, people):
    item = ActionItemFactory(meeting=MeetingFactory(sig=sig), owner=None, owner_name="Stranger")

    assert rules.can_close_action(people[who], item) == (who == "maintainer")


def test_owner_closes_nothing_of_another_owner(sig, people):
    item = ActionItemFactory(meeting=MeetingFactory(sig=sig), owner=PersonFactory())

    assert not rules.can_close_action(people["contributor"], item)
