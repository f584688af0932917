"""Stage by act by role: what the life of minutes allows, and to whom."""

import datetime as dt
import itertools

import pytest

from ledger.models import Entry
from meetings import commenting, minutes, offering, rules
from meetings.minutes_stages import MOVES, WHO, Act, Stage
from tests.factories import MeetingFactory

from .test_rules import HOSTS, SIGNED_IN, STANDINGS

AT = dt.datetime(2026, 12, 4, 2, 0, tzinfo=dt.UTC)
UNTIL = dt.date(2026, 12, 9)
ALLOWED = {
    ("none", "save"): "draft",
    ("draft", "save"): "draft",
    ("draft", "offer"): "comment",
    ("draft", "publish"): "published",
    ("comment", "save"): "comment",
    ("comment", "offer"): "comment",
    ("comment", "take_back"): "draft",
    ("comment", "remark"): "comment",
    ("comment", "publish"): "published",
    ("published", "amend"): "amended",
    ("amended", "amend"): "amended",
}
# A second click on what was done changes nothing and is no error.
AGAIN = {("published", "publish"), ("amended", "publish")}
PAIRS = list(itertools.product(Stage, Act))


def brought_to(stage, meeting, person):
    """The newest revision's number, with the minutes at a stage by the acts that lead there."""
    if stage == Stage.NONE:
        return 0
    minutes.save_draft(meeting=meeting, body="一", expected=0, by=person, at=AT)
    if stage == Stage.DRAFT:
        return 1
    offering.offer(meeting=meeting, until=UNTIL, expected=1, by=person, at=AT)
    if stage == Stage.COMMENT:
        return 2
    minutes.publish(meeting=meeting, expected=2, by=person, at=AT)
    if stage == Stage.AMENDED:
        minutes.amend(meeting=meeting, body="二", expected=3, reason="改", by=person, at=AT)
        return 4
    return 3


def done(act, meeting, expected, person):
    shared = {"meeting": meeting, "by": person, "at": AT}
    if act == Act.SAVE:
        return minutes.save_draft(body="新的", expected=expected, **shared)
    if act == Act.OFFER:
        return offering.offer(until=UNTIL, expected=expected, **shared)
    if act == Act.TAKE_BACK:
        return offering.take_back(reason="还要改", **shared)
    if act == Act.REMARK:
        return commenting.remark(body="看过了", **shared)
    if act == Act.PUBLISH:
        return minutes.publish(expected=expected, **shared)
    return minutes.amend(body="改", expected=expected, reason="更正", **shared)


def stage_of(meeting):
    meeting.refresh_from_db()
    return minutes.stage_of(meeting, minutes.latest_of(meeting))


def test_table_is_what_was_decided():
    assert {(str(stage), str(act)): str(to) for (stage, act), to in MOVES.items()} == ALLOWED
    assert set(WHO) == set(Act)


@pytest.mark.parametrize(("stage", "act"), PAIRS)
def test_every_act_at_every_stage_moves_or_is_refused(stage, act, sig, person):
    meeting = MeetingFactory(sig=sig, state="held")
    expected = brought_to(stage, meeting, person["maintainer"])
    assert stage_of(meeting) == stage
    before = (meeting.minutes_revisions.count(), Entry.objects.count())

    if (stage, act) in ALLOWED:
        done(act, meeting, expected, person["committer"])
        assert stage_of(meeting) == ALLOWED[stage, act]
        return
    if (stage, act) in AGAIN:
        done(act, meeting, expected, person["committer"])
    else:
        with pytest.raises(minutes.Refused) as caught:
            done(act, meeting, expected, person["committer"])
        assert type(caught.value) is _refusal(stage, act)
    assert stage_of(meeting) == stage
    assert (meeting.minutes_revisions.count(), Entry.objects.count()) == before


def _refusal(stage, act):
    if act == Act.AMEND:
        return minutes.NotPublished
    if stage in (Stage.PUBLISHED, Stage.AMENDED):
        return minutes.AlreadyPublished
    unoffered = act in (Act.TAKE_BACK, Act.REMARK)
    return minutes.NotOffered if unoffered else minutes.NothingToPublish


@pytest.mark.parametrize("who", STANDINGS)
@pytest.mark.parametrize("act", Act)
def test_step_is_open_to_its_role_at_its_stages_only(act, who, sig, people):
    meeting = MeetingFactory(sig=sig, state="held")
    allowed = who in (SIGNED_IN if act == Act.REMARK else HOSTS)

    assert rules.may_take_step(act, people[who], meeting) == allowed
    for stage in Stage:
        may = allowed and (stage, act) in ALLOWED
        assert rules.can_take_step(act, stage, people[who], meeting) == may, stage


@pytest.mark.parametrize("act", [one for one in Act if one != Act.REMARK])
@pytest.mark.parametrize("duty", ["host", "scribe"])
def test_meetings_own_host_and_scribe_take_every_step_of_it_and_of_no_other(duty, act, sig, people):
    meeting = MeetingFactory(sig=sig, state="held", **{duty: people["contributor"].person})

    assert rules.may_take_step(act, people["contributor"], meeting)
    assert not rules.may_take_step(act, people["contributor"], MeetingFactory(sig=sig))
