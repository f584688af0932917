"""Two people become one: everything moves, nothing is counted twice, and what was decided stays."""

import datetime as dt
from contextlib import suppress

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

from ledger.models import Entry
from meetings.models import AgendaItem, Attendance
from members import belongings, likeness, roster
from members.ballot_box import recount
from members.likeness import SamePerson
from members.merging import AlreadyMerged, Conflicts, conflicts, merge, preview
from members.models import (
    Ballot,
    Contribution,
    Endorsement,
    Inquiry,
    Leave,
    Likeness,
    Notice,
    NoticePreference,
    Recusal,
    RoleTerm,
)
from members.refusals import NotAllowed
from members.tasks import follow_merges
from tests.factories import (
    AccountFactory,
    ActionItemFactory,
    ContributionFactory,
    MeetingFactory,
    PersonFactory,
    PromotionFactory,
    RepositoryFactory,
    ResolutionFactory,
    RoleTermFactory,
    SigFactory,
)

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def sig():
    return SigFactory()


@pytest.fixture
def boss(sig):
    return RoleTermFactory(sig=sig, role="maintainer", person__account__login="boss").person


@pytest.fixture
def kept(sig):
    return RoleTermFactory(sig=sig, person__account__login="lan", person__name="蓝溪").person


@pytest.fixture
def gone():
    return PersonFactory(name="lan-xi", account__login="lan-xi")


def join(kept, gone, by, reason="同一人的旧账号"):
    merged = merge(kept_id=kept.pk, gone_id=gone.pk, reason=reason, by=by, at=AT)
    for person in (kept, gone):
        person.refresh_from_db()
    return merged


def spans(person):
    return [(str(term.started_on), str(term.ended_on or "")) for term in person.role_terms.all()]


# ── what moves ────────────────────────────────────────────────────────────────────────────────
def test_merge_moves_accounts_and_leads_old_addresses_to_the_kept(client, kept, gone, boss):
    old_number = f"person-{gone.pk}"
    assert join(kept, gone, boss) == kept
    assert [account.login for account in kept.accounts.all()] == ["lan", "lan-xi"]
    assert (gone.merged_into, gone.accounts.count()) == (kept, 0)
    for login in ("lan", "LAN-XI", old_number):
        page = client.get(reverse("members:person-detail", args=[login]), follow=True)
        assert page.context["person"] == kept


def test_merge_keeps_the_login_of_the_kept_though_the_other_account_is_older(sig, boss):
    gone = PersonFactory(account__login="older")
    kept = RoleTermFactory(sig=sig, person__account__login="younger").person
    join(kept, gone, boss)
    assert (kept.login, gone.login) == ("younger", "younger")


def test_merge_moves_what_every_room_knows(sig, kept, gone, boss):
    meeting = MeetingFactory(sig=sig)
    ContributionFactory(person=gone, sig=sig)
    AgendaItem.objects.create(meeting=meeting, title="议题", proposed_by=gone, created_at=AT)
    ActionItemFactory(meeting=meeting, owner=gone)
    Attendance.objects.create(meeting=meeting, name="蓝", person=gone)
    ResolutionFactory(decided_by=gone)
    promotion = PromotionFactory(sig=sig, person=gone, state="in_effect")
    PromotionFactory(sig=sig, policy=promotion.policy, nominated_by=gone, state="in_effect")
    join(kept, gone, boss)
    left = [relation.name for relation in belongings.relations() if relation.rows(gone).exists()]
    assert left == []
    assert kept.contributions.count() == 1
    moved = ("action_items", "agenda_items", "attendances", "resolutions", "promotions")
    assert [getattr(kept, name).count() for name in moved] == [1, 1, 1, 1, 1]
    assert kept.nominations.count() == 1


def test_merge_leaves_no_relation_behind(kept, gone, boss):
    """Whatever table points at people, also one that comes later, is found from the models."""
    names = {relation.name for relation in belongings.relations()}
    assert {
        "meetings.attendance.person",
        "meetings.actionitem.owner",
        "reviews.resolution.decided_by",
        "members.policy.adopted_by",
        "members.contribution.person",
        "members.person.merged_into",
    } <= names


def test_every_once_per_person_rule_says_what_happens_to_doubles():
    """A new constraint that names a person fails here until belongings (or its room) declares it."""
    named = {
        rule for relation in belongings.relations() for rule, *_ in belongings.rules_of(relation)
    }
    declared = {*belongings.ON_DOUBLE, *belongings.UNTANGLED, *belongings.REFUSED}
    assert named <= declared


def test_merge_moves_the_sign_in_and_the_private_mail(kept, gone, boss):
    gone.user, gone.email = User.objects.create_user("lan-xi"), "lan@example.org"
    gone.save()
    join(kept, gone, boss)
    assert (kept.user.username, kept.email) == ("lan-xi", "lan@example.org")
    assert (gone.user, gone.email) == (None, "")


def test_merge_leads_those_merged_before_on(kept, gone, boss):
    older = PersonFactory(account__login="oldest")
    RoleTermFactory(person=gone, sig=kept.role_terms.get().sig, role="contributor")
    join(gone, older, boss)
    join(kept, gone, boss)
    older.refresh_from_db()
    assert older.merged_into == kept


def test_presence_is_counted_once_a_meeting(sig, kept, gone, boss):
    def attended(person, meeting):
        return ContributionFactory(
            person=person,
            sig=sig,
            kind="meeting_attended",
            source=f"meeting:{meeting}:meeting_attended:{person.pk}",
        )

    attended(kept, 1), attended(gone, 1), attended(gone, 2)
    join(kept, gone, boss)
    assert set(kept.contributions.values_list("source", flat=True)) == {
        f"meeting:1:meeting_attended:{kept.pk}",
        f"meeting:2:meeting_attended:{kept.pk}",
    }
    assert Contribution.objects.count() == 2


# ── the roster of past days ───────────────────────────────────────────────────────────────────
def test_terms_that_follow_each_other_stay_as_they_were(sig, kept, gone, boss):
    RoleTermFactory(
        person=gone, sig=sig, started_on=dt.date(2025, 1, 1), ended_on=dt.date(2025, 6, 1)
    )
    join(kept, gone, boss)
    assert spans(kept) == [("2025-01-01", "2025-06-01"), ("2026-01-01", "")]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((2025, 1, 1), None, [("2025-01-01", "")]),
        ((2026, 2, 1), None, [("2026-01-01", "")]),
        ((2026, 1, 5), (2026, 2, 1), [("2026-01-01", "")]),
        ((2025, 1, 1), (2026, 2, 1), [("2025-01-01", "2026-01-01"), ("2026-01-01", "")]),
    ],
)
def test_overlapping_terms_of_one_role_show_the_person_once_a_day(
    sig, kept, gone, boss, start, end, expected
):
    mine, theirs = RepositoryFactory(sig=sig), RepositoryFactory(sig=sig)
    kept.role_terms.get().repositories.add(mine)
    term = RoleTermFactory(
        person=gone, sig=sig, started_on=dt.date(*start), ended_on=end and dt.date(*end)
    )
    term.repositories.add(theirs)
    join(kept, gone, boss)
    assert spans(kept) == expected
    days = (dt.date(2025, 1, 1), dt.date(2025, 12, 31), dt.date(2026, 1, 10), DAY)
    for on in days:
        holders = [one.person for one in roster.terms_on(sig, on) if one.role == "committer"]
        assert holders == ([kept] if str(on) >= expected[0][0] else [])
    if len(expected) == 1:
        assert set(kept.role_terms.get().repositories.all()) == {mine, theirs}


def test_other_roles_at_the_same_time_are_left_alone(sig, kept, gone, boss):
    RoleTermFactory(person=gone, sig=sig, role="contributor")
    join(kept, gone, boss)
    assert RoleTerm.objects.filter(person=kept, sig=sig).count() == 2


# ── votes ─────────────────────────────────────────────────────────────────────────────────────
def vote(promotion, voter, choice=1):
    return Ballot.objects.create(promotion=promotion, voter=voter, choice=choice, cast_at=AT)


def test_ballots_of_a_vote_under_way_move(sig, kept, gone, boss):
    ballot = vote(PromotionFactory(sig=sig, state="voting"), gone)
    join(kept, gone, boss)
    ballot.refresh_from_db()
    assert ballot.voter == kept


def test_a_decided_vote_is_untouched_and_still_recounts(sig, kept, gone, boss):
    roles = {str(person.pk): ["maintainer"] for person in (kept, gone, boss)}
    promotion = PromotionFactory(
        sig=sig, state="in_effect", evidence={"figures": {}}, outcome={"electorate": roles}
    )
    for person in (kept, gone, boss):
        vote(promotion, person)
    Endorsement.objects.create(promotion=promotion, person=kept, at=AT)
    Endorsement.objects.create(promotion=promotion, person=gone, at=AT)
    before = recount(promotion)
    join(kept, gone, boss)
    promotion.refresh_from_db()
    assert recount(promotion) == before
    assert before["in_favour"] == 3
    assert (promotion.evidence, promotion.endorsements.count()) == ({"figures": {}}, 2)


def test_two_ballots_in_one_running_vote_are_refused(sig, kept, gone, boss):
    promotion = PromotionFactory(sig=sig, state="voting")
    vote(promotion, kept), vote(promotion, gone, -1)
    refused(kept, gone, boss, "都投了票")


def test_a_superseded_ballot_is_no_conflict(sig, kept, gone, boss):
    promotion = PromotionFactory(sig=sig, state="voting")
    vote(promotion, kept)
    Ballot.objects.create(promotion=promotion, voter=gone, choice=-1, cast_at=AT, superseded_at=AT)
    assert join(kept, gone, boss) == kept


def refused(kept, gone, boss, words):
    with pytest.raises(Conflicts, match=words):
        join(kept, gone, boss)
    gone.refresh_from_db()
    assert gone.merged_into is None
    assert gone.accounts.count() == 1
    assert not Entry.objects.filter(action="person.merged").exists()
    assert any(words in sentence for sentence in preview(kept, gone).conflicts)


def test_two_signed_in_users_are_refused(kept, gone, boss):
    for person in (kept, gone):
        person.user = User.objects.create_user(f"user-{person.pk}")
        person.save()
    refused(kept, gone, boss, "登录用户")


def test_two_open_promotions_to_one_role_are_refused(sig, kept, gone, boss):
    promotion = PromotionFactory(sig=sig, person=kept, role="maintainer")
    PromotionFactory(sig=sig, person=gone, role="maintainer", policy=promotion.policy)
    refused(kept, gone, boss, "进行中的提名")


@pytest.mark.parametrize("swapped", [False, True])
def test_voting_on_the_other_is_refused(sig, kept, gone, boss, swapped):
    candidate, voter = (gone, kept) if swapped else (kept, gone)
    vote(PromotionFactory(sig=sig, person=candidate, role="maintainer", state="voting"), voter)
    refused(kept, gone, boss, "候选人")


def test_nominating_the_other_is_refused_until_decided(sig, kept, gone, boss):
    promotion = PromotionFactory(sig=sig, person=gone, nominated_by=kept)
    refused(kept, gone, boss, "候选人")
    promotion.state = "withdrawn"
    promotion.save()
    assert join(kept, gone, boss) == kept


def test_a_vote_of_one_and_a_recusal_of_the_other_are_refused(sig, kept, gone, boss):
    promotion = PromotionFactory(sig=sig, state="voting")
    vote(promotion, gone)
    Recusal.objects.create(promotion=promotion, person=kept, at=AT)
    refused(kept, gone, boss, "回避")


def test_two_endorsements_of_one_open_nomination_are_refused(sig, kept, gone, boss):
    promotion = PromotionFactory(sig=sig)
    for person in (kept, gone):
        Endorsement.objects.create(promotion=promotion, person=person, at=AT)
    refused(kept, gone, boss, "都附议了")


# ── what both have ────────────────────────────────────────────────────────────────────────────
def test_doubles_are_joined(sig, kept, gone, boss):
    promotion = PromotionFactory(sig=sig, state="accepted")
    for number, person in enumerate((kept, gone)):
        Recusal.objects.create(promotion=promotion, person=person, at=AT)
        started = dt.date(2026, 2, 2 - number)
        Leave.objects.create(person=person, sig=sig, started_on=started)
        Inquiry.objects.create(person=person, sig=sig, asked_at=AT, asked_by=boss)
        NoticePreference.objects.create(person=person, language=("en", "zh-hans")[number])
    join(kept, gone, boss)
    assert kept.recusals.filter(withdrawn_at=None).count() == 1
    assert kept.leaves.get().started_on == dt.date(2026, 2, 1)
    assert kept.inquiries.filter(answered_at=None).count() == 1
    assert kept.notice_preference.language == "en"
    assert not any(relation.rows(gone).exists() for relation in belongings.relations())


def test_what_nobody_declared_is_refused(monkeypatch, sig, kept, gone, boss):
    monkeypatch.delitem(belongings.ON_DOUBLE, "leave_one_open")
    for person in (kept, gone):
        Leave.objects.create(person=person, sig=sig, started_on=DAY)
    refused(kept, gone, boss, "一人只能有一条")


# ── who may ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", ["contributor", "committer"])
def test_only_maintainers_merge(sig, kept, gone, role):
    with pytest.raises(NotAllowed):
        join(kept, gone, RoleTermFactory(sig=sig, role=role).person)


def test_a_maintainer_of_another_sig_does_not_merge(kept, gone):
    with pytest.raises(NotAllowed):
        join(kept, gone, RoleTermFactory(role="maintainer").person)


def test_a_former_maintainer_does_not_merge(sig, kept, gone):
    former = RoleTermFactory(sig=sig, role="maintainer", ended_on=DAY).person
    with pytest.raises(NotAllowed):
        join(kept, gone, former)


def test_a_maintainer_merges_who_only_contributed(sig, gone, boss):
    other = PersonFactory(account__login="other")
    with pytest.raises(NotAllowed):
        join(other, gone, boss)
    ContributionFactory(person=gone, sig=sig)
    assert join(other, gone, boss) == other


def test_nobody_merges_themselves(sig, gone, boss):
    with pytest.raises(NotAllowed):
        join(boss, gone, boss)
    with pytest.raises(NotAllowed):
        join(gone, boss, boss)


def test_an_administrator_merges_but_not_themselves(kept, gone):
    root = PersonFactory(user=User.objects.create_superuser("root"))
    with pytest.raises(NotAllowed):
        join(root, gone, root)
    assert join(kept, gone, root) == kept


def test_merging_with_oneself_is_refused(kept, boss):
    with pytest.raises(SamePerson):
        join(kept, kept, boss)


# ── once, and said so ─────────────────────────────────────────────────────────────────────────
def test_merge_says_in_the_ledger_what_moved_and_no_mail(sig, kept, gone, boss):
    gone.email = "lan@example.org"
    gone.save()
    RoleTermFactory(
        person=gone, sig=sig, started_on=dt.date(2025, 1, 1), ended_on=dt.date(2025, 6, 1)
    )
    ContributionFactory(person=gone, sig=sig)
    join(kept, gone, boss)
    entry = Entry.objects.get(action="person.merged")
    assert (entry.actor, entry.subject) == ("person:boss", "person:lan")
    assert entry.data == {
        "name": "蓝溪",
        "merged": "person:lan-xi",
        "merged_name": "lan-xi",
        "reason": "同一人的旧账号",
        "accounts": ["gitee:lan-xi"],
        "terms": [
            {
                "sig": sig.slug,
                "role": "committer",
                "duty": "",
                "repositories": [],
                "from": "2025-01-01",
                "until": "2025-06-01",
            }
        ],
        "moved": {
            "members.account.person": 1,
            "members.contribution.person": 1,
            "members.roleterm.person": 1,
        },
        "stayed": {},
        "joined": {},
    }
    assert Notice.objects.get().person == kept


def test_merge_sent_twice_happens_once(kept, gone, boss):
    assert join(kept, gone, boss) == join(kept, gone, boss) == kept
    assert Entry.objects.filter(action="person.merged").count() == 1
    assert Notice.objects.count() == 1


def test_merge_of_somebody_merged_elsewhere_is_refused(sig, kept, gone, boss):
    join(kept, gone, boss)
    third = RoleTermFactory(sig=sig).person
    with pytest.raises(AlreadyMerged):
        join(third, gone, boss)
    with pytest.raises(AlreadyMerged):
        join(gone, third, boss)


def test_a_merge_that_fails_moves_nothing(kept, gone, boss, monkeypatch):
    monkeypatch.setattr("members.merging.record.append", None)
    with suppress(TypeError):
        join(kept, gone, boss)
    gone.refresh_from_db()
    assert (gone.merged_into, gone.accounts.count()) == (None, 1)


# ── what was on its way ───────────────────────────────────────────────────────────────────────
def test_a_fact_written_while_merging_is_brought_along(sig, kept, gone, boss):
    decided = vote(PromotionFactory(sig=sig, state="rejected"), gone)
    join(kept, gone, boss)
    ContributionFactory(person=gone, sig=sig)
    assert follow_merges() == 1
    assert kept.contributions.count() == 1
    entry = Entry.objects.get(action="person.followed")
    assert entry.data["moved"] == {"members.contribution.person": 1}
    assert follow_merges() == 0
    assert Entry.objects.filter(action="person.followed").count() == 1
    decided.refresh_from_db()
    assert decided.voter == gone


def test_what_cannot_follow_stays(sig, kept, gone, boss):
    join(kept, gone, boss)
    promotion = PromotionFactory(sig=sig, state="voting")
    vote(promotion, kept), vote(promotion, gone)
    assert follow_merges() == 0
    assert gone.ballots.count() == 1


# ── asking and setting apart ──────────────────────────────────────────────────────────────────
def test_somebody_asks_for_themselves_only(kept, gone, boss):
    row = likeness.ask(first=kept, second=gone, note="我的旧账号", by=gone, at=AT)
    assert (row.answer, row.first, row.second) == ("asked", *sorted((kept, gone), key=id_of))
    with pytest.raises(NotAllowed):
        likeness.ask(first=kept, second=gone, note="", by=boss, at=AT)


def id_of(person):
    return person.pk


def test_set_apart_is_for_those_who_may_merge(sig, kept, gone, boss):
    for _ in range(2):
        likeness.set_apart(first=gone, second=kept, note="同名", by=boss, at=AT)
    assert Likeness.objects.get().answer == "different"
    assert Entry.objects.filter(action="person.set_apart").count() == 1
    with pytest.raises(NotAllowed):
        likeness.set_apart(first=gone, second=kept, note="", by=gone, at=AT)


def test_merge_settles_what_was_said_of_the_two(sig, kept, gone, boss):
    third, fourth = RoleTermFactory(sig=sig).person, RoleTermFactory(sig=sig).person
    likeness.ask(first=kept, second=gone, note="", by=gone, at=AT)
    for other in (third, fourth):
        likeness.set_apart(first=gone, second=other, note="", by=boss, at=AT)
    likeness.set_apart(first=kept, second=fourth, note="先说的", by=boss, at=AT)
    join(kept, gone, boss)
    pairs = {(row.first, row.second, row.note) for row in Likeness.objects.all()}
    assert pairs == {
        (*sorted((kept, third), key=id_of), ""),
        (*sorted((kept, fourth), key=id_of), "先说的"),
    }


# ── the preview ───────────────────────────────────────────────────────────────────────────────
def test_preview_tells_what_merge_does(sig, kept, gone, boss):
    AccountFactory(person=gone, login="lan.git", host="git")
    ContributionFactory.create_batch(2, person=gone, sig=sig)
    RoleTermFactory(person=gone, sig=sig, started_on=dt.date(2025, 1, 1))
    decided = PromotionFactory(sig=sig, state="rejected")
    vote(decided, gone)
    page = preview(kept, gone)
    assert [str(account) for account in page.accounts] == ["gitee:lan-xi", "git:lan.git"]
    assert (len(page.terms), len(page.folds), page.conflicts) == (1, 1, [])
    assert sorted(number for _label, number in page.moved) == [1, 2, 2]
    assert [number for _label, number in page.stays] == [1]
    join(kept, gone, boss)
    data = Entry.objects.get(action="person.merged").data
    assert sorted(data["moved"].values()) == [1, 2, 2]
    assert data["stayed"] == {"members.ballot.voter": 1}


def test_preview_counts_as_the_merge_does(sig, kept, gone, boss):
    """Joined rows of every sort: a term within a term, presence noted twice, a leave of both."""
    RoleTermFactory(person=gone, sig=sig, started_on=dt.date(2026, 2, 1))
    RoleTermFactory(person=gone, sig=sig, role="contributor")
    for person in (kept, gone):
        Leave.objects.create(person=person, sig=sig, started_on=DAY)
        source = f"meeting:1:meeting_attended:{person.pk}"
        ContributionFactory(person=person, sig=sig, kind="meeting_attended", source=source)
    ContributionFactory(person=gone, sig=sig)
    page = preview(kept, gone)
    join(kept, gone, boss)
    data = Entry.objects.get(action="person.merged").data
    for lines, said in ((page.moved, "moved"), (page.joined, "joined"), (page.stays, "stayed")):
        assert sorted(number for _label, number in lines) == sorted(data[said].values())
    assert data["joined"] == {
        "members.contribution.person": 1,
        "members.leave.person": 1,
        "members.roleterm.person": 1,
    }
    assert data["moved"]["members.contribution.person"] == 1


def test_conflicts_of_strangers_are_none(kept, gone):
    assert conflicts(kept, gone) == []
