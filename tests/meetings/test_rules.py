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


OF_A_MEETING = ["can_edit_meeting", "can_edit_minutes", "can_publish"]


@pytest.mark.parametrize("duty", ["nobody", "host", "scribe"])
@pytest.mark.parametrize("rule", OF_A_MEETING)
@pytest.mark.parametrize("who", STANDINGS)
def test_a_meeting_is_run_by_its_own_host_and_scribe_and_by_those_of_the_sig(
    who, rule, duty, sig, people
):
    person = getattr(people[who], "person", None)
    meeting = MeetingFactory(sig=sig, **({} if duty == "nobody" else {duty: person}))

    is_named = person is not None and duty != "nobody"
    assert getattr(rules, rule)(people[who], meeting) == (who in HOSTS or is_named)


@pytest.mark.parametrize("rule", OF_A_MEETING)
@pytest.mark.parametrize("who", STANDINGS)
def test_host_and_scribe_of_one_meeting_run_no_other(who, rule, sig, people):
    if hasattr(people[who], "person"):
        MeetingFactory(sig=sig, host=people[who].person, scribe=people[who].person)

    assert getattr(rules, rule)(people[who], MeetingFactory(sig=sig)) == (who in HOSTS)


@pytest.mark.parametrize("rule", OF_A_MEETING)
def test_hosts_of_another_sig_are_strangers_here(rule, people):
    assert not getattr(rules, rule)(people["maintainer"], MeetingFactory())


@pytest.mark.parametrize("who", STANDINGS)
def test_any_meeting_of_a_sig_is_run_by_its_committers_and_maintainers(who, sig, people):
    if hasattr(people[who], "person"):
        MeetingFactory(sig=sig, host=people[who].person)

    assert rules.is_host_of_sig(people[who], sig) == (who in HOSTS)
    assert not rules.is_host_of_sig(people[who], SigFactory())


def test_named_person_is_recognised_without_a_query(sig, people, django_assert_num_queries):
    user = people["stranger"]
    person, meeting = user.person, MeetingFactory(sig=sig, scribe=user.person)
    with django_assert_num_queries(0):
        assert rules.is_named(person, meeting)
        assert rules.can_edit_minutes(user, meeting)


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
