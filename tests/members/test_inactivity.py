"""Who has shown nothing, who may ask them, and what an answer does."""

import datetime as dt

import pytest
from django.urls import reverse

from ledger.models import Entry
from members import inactivity, silence
from members.ballot_box import database_now
from members.inactivity import AlreadyAnswered, NotSilent, answer, ask, silent_on
from members.models import Inquiry, Leave, Notice, Policy, Promotion, RoleTerm
from members.policy import Rules
from members.refusals import BadProposal, NotAllowed
from tests.factories import ContributionFactory, PersonFactory, RoleTermFactory, SigFactory

from .cast import AT, default_policy, make_cast, user_of
from .test_ballots_concurrent import at_once

TODAY = dt.date(2026, 3, 2)
LONG_AGO = dt.date(2025, 1, 6)


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(4), tzinfo=dt.UTC)


# ── the calculation ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("evidence", "kinds"),
    [
        ({"merged": 1}, {"pull_merged"}),
        ({"main_reviews": 6}, {"pull_reviewed"}),
        ({"reviewed": 1}, {"pull_reviewed"}),
        ({"merged_or_reviewed": 2}, {"pull_merged", "pull_reviewed"}),
        ({"active_months": 3}, {"pull_merged"}),
        ({"issues_opened": 5}, {"issue_opened"}),
        ({"meetings_attended": 2}, {"meeting_attended"}),
        ({"merged": 1, "issues_opened": 5}, {"pull_merged", "issue_opened"}),
        ({"merged": 1, "issues_opened": 0}, {"pull_merged"}),
        ({}, {"pull_merged", "pull_reviewed", "issue_opened", "meeting_attended"}),
    ],
)
def test_counted_kinds_are_those_behind_the_figures(evidence, kinds):
    assert silence.counted_kinds(Rules(evidence=evidence)) == kinds


@pytest.mark.parametrize(
    ("months", "since", "expected"),
    [
        (3, dt.date(2025, 12, 2), True),
        (3, dt.date(2025, 12, 3), False),
        (1, dt.date(2026, 2, 2), True),
        (12, dt.date(2025, 3, 3), False),
        (0, dt.date(2000, 1, 1), False),
    ],
)
def test_is_silent_counts_whole_months_and_never_without_a_limit(months, since, expected):
    assert silence.is_silent(Rules(inactive_months=months), since, TODAY) is expected


def test_quiet_since_is_the_last_of_start_sign_and_return():
    days = [dt.date(2025, month, 1) for month in (1, 2, 3)]
    assert silence.quiet_since(days[0], None, None) == days[0]
    assert silence.quiet_since(days[0], days[1], None) == days[1]
    assert silence.quiet_since(days[0], days[1], days[2]) == days[2]
    assert silence.quiet_since(days[2], days[1], days[0]) == days[2]


# ── who ───────────────────────────────────────────────────────────────────────────────────────
def holder(sig, role="committer", started_on=LONG_AGO, **values):
    person = PersonFactory(**values)
    RoleTermFactory(person=person, sig=sig, role=role, started_on=started_on)
    return person


def silent(sig, on=TODAY):
    return [row.person for row in silent_on(sig, on)]


@pytest.fixture
def sig(db):
    return SigFactory()


def test_silent_are_holders_without_a_counted_sign(sig):
    quiet, busy, early = holder(sig), holder(sig), holder(sig)
    ContributionFactory(person=busy, sig=sig, at=noon(dt.date(2025, 12, 3)))
    ContributionFactory(person=early, sig=sig, at=noon(dt.date(2025, 12, 2)))
    assert silent(sig) == [quiet, early]
    rows = silent_on(sig, TODAY)
    assert [(row.since, row.shown_on, row.shown_kind) for row in rows] == [
        (LONG_AGO, None, ""),
        (dt.date(2025, 12, 2), dt.date(2025, 12, 2), "合入的拉取请求"),
    ]


def test_silent_are_those_whose_contributions_the_rules_do_not_count(sig):
    person = holder(sig)
    ContributionFactory(person=person, sig=sig, kind="issue_opened", at=AT)
    assert silent(sig) == [person]
    default_policy(sig, evidence={"issues_opened": 1})
    assert silent(sig) == []


def test_silent_ignores_what_was_done_in_another_sig_or_later(sig):
    person = holder(sig)
    ContributionFactory(person=person, at=AT)
    ContributionFactory(person=person, sig=sig, at=noon(TODAY + dt.timedelta(days=1)))
    assert silent(sig) == [person]


def test_silent_leaves_new_holders_out_until_the_months_passed(sig):
    person = holder(sig, started_on=dt.date(2025, 12, 3))
    assert silent(sig) == []
    assert silent(sig, dt.date(2026, 3, 3)) == [person]


def test_silent_leaves_contributors_and_former_holders_out(sig):
    holder(sig, role="contributor")
    RoleTermFactory(sig=sig, started_on=LONG_AGO, ended_on=dt.date(2026, 1, 1))
    assert silent(sig) == []


def test_silent_names_somebody_with_two_roles_once_by_the_higher(sig):
    person = holder(sig, role="contributor")
    for role in ("maintainer", "committer"):
        RoleTermFactory(person=person, sig=sig, role=role, started_on=LONG_AGO)
    assert [row.term.role for row in silent_on(sig, TODAY)] == ["maintainer"]


def test_silent_leaves_out_who_is_on_leave_and_counts_anew_from_the_return(sig):
    person = holder(sig)
    Leave.objects.create(person=person, sig=sig, started_on=LONG_AGO, ended_on=dt.date(2026, 1, 5))
    assert silent(sig, dt.date(2026, 1, 4)) == []
    assert silent(sig, TODAY) == []
    assert silent(sig, dt.date(2026, 4, 5)) == [person]
    Leave.objects.create(person=person, sig=sig, started_on=dt.date(2026, 4, 5))
    assert silent(sig, dt.date(2026, 4, 5)) == []


def test_silent_follows_the_months_of_the_rules(sig):
    person = holder(sig)
    ContributionFactory(person=person, sig=sig, at=noon(dt.date(2026, 1, 5)))
    assert silent(sig) == []
    default_policy(sig, inactive_months=1)
    assert silent(sig) == [person]
    policy = Policy.objects.get(sig=sig)
    policy.rules["inactive_months"] = 0
    policy.save()
    assert silent(sig, dt.date(2030, 1, 1)) == []


@pytest.mark.parametrize("people", [1, 3])
def test_silent_takes_the_same_queries_for_one_and_three(sig, django_assert_num_queries, people):
    for _ in range(people):
        ContributionFactory(person=holder(sig), sig=sig, at=noon(LONG_AGO))
    # rules, terms, accounts, last signs, leaves, questions, proposals
    with django_assert_num_queries(7):
        assert [row.person.login for row in silent_on(sig, TODAY)]


# ── asking ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def cast(db):
    cast = make_cast()
    RoleTerm.objects.filter(sig=cast.sig).update(started_on=LONG_AGO)
    return cast


def asked(cast, person=None, by=None, at=AT):
    by = by or cast.maintainers[0]
    return ask(person=person or cast.committer, sig=cast.sig, by=by, at=at)


def row_of(cast, person, on=TODAY):
    return next(row for row in silent_on(cast.sig, on) if row.person == person)


def test_ask_keeps_the_question_tells_the_person_and_records(cast):
    inquiry = asked(cast)
    assert (inquiry.person, inquiry.asked_by, inquiry.asked_at) == (
        cast.committer, cast.maintainers[0], AT,
    )  # fmt: skip
    notice = Notice.objects.get()
    assert (notice.kind, notice.person) == ("inquiry.asked", cast.committer)
    assert notice.data["path"] == f"/sigs/{cast.sig.slug}/inactivity/{inquiry.pk}/"
    entry = Entry.objects.get(action="inquiry.asked")
    assert (entry.actor, entry.subject) == (cast.maintainers[0].actor, cast.committer.actor)
    assert entry.data["inquiry"] == inquiry.pk
    assert not Promotion.objects.exists()


@pytest.mark.parametrize(
    "who", ["committer", "contributor", "candidate", "nominator", "former", "stranger"]
)
def test_ask_is_refused_to_everybody_but_maintainers(cast, who):
    with pytest.raises(NotAllowed):
        asked(cast, person=cast.maintainers[1], by=getattr(cast, who))
    assert not Inquiry.objects.exists()
    assert not Entry.objects.exists()


def test_ask_is_refused_about_oneself(cast):
    with pytest.raises(NotAllowed):
        asked(cast, person=cast.maintainers[0])


def test_ask_is_refused_about_who_is_not_silent(cast):
    ContributionFactory(person=cast.committer, sig=cast.sig, at=noon(TODAY))
    for person in (cast.committer, cast.contributor, cast.stranger):
        with pytest.raises(NotSilent):
            asked(cast, person=person)
    assert not Inquiry.objects.exists()


def test_ask_twice_is_one_question(cast):
    assert asked(cast) == asked(cast, by=cast.maintainers[1])
    assert Inquiry.objects.count() == Notice.objects.count() == Entry.objects.count() == 1


def test_ask_again_after_a_sign_ends_the_idle_question(cast):
    first = asked(cast)
    ContributionFactory(person=cast.committer, sig=cast.sig, at=noon(dt.date(2026, 4, 1)))
    later = dt.date(2026, 7, 1)
    assert row_of(cast, cast.committer, later).status == "unasked"
    second = asked(cast, at=noon(later))
    first.refresh_from_db()
    assert first != second
    assert (first.answer, first.answered_at) == ("", noon(later))


def test_status_says_when_nobody_answered_for_thirty_days(cast):
    asked(cast)
    assert row_of(cast, cast.committer, dt.date(2026, 3, 31)).status == "waiting"
    assert row_of(cast, cast.committer, dt.date(2026, 4, 1)).status == "overdue"


# ── answering ─────────────────────────────────────────────────────────────────────────────────
def answered(inquiry, choice="stays", note="下月回来", by=None, at=AT):
    return answer(inquiry_id=inquiry.pk, choice=choice, note=note, by=by or inquiry.person, at=at)


@pytest.mark.parametrize("choice", ["stays", "leave", "steps_down"])
def test_answer_is_kept_and_recorded_and_changes_no_role(cast, choice):
    answered(asked(cast), choice)
    row = row_of(cast, cast.committer)
    assert (row.status, row.inquiry.answer, row.inquiry.answer_note) == (
        "answered", choice, "下月回来",
    )  # fmt: skip
    entry = Entry.objects.get(action="inquiry.answered")
    assert (entry.actor, entry.data["answer"]) == (cast.committer.actor, choice)
    assert "下月回来" not in str(entry.data)
    assert RoleTerm.objects.active(TODAY).filter(person=cast.committer).exists()
    assert not Promotion.objects.exists()


def test_answer_is_the_persons_own(cast):
    inquiry = asked(cast)
    for by in (*cast.maintainers, cast.contributor, cast.stranger):
        with pytest.raises(NotAllowed):
            answered(inquiry, by=by)
    inquiry.refresh_from_db()
    assert inquiry.answered_at is None


@pytest.mark.parametrize(
    ("choice", "note", "field"),
    [("", "", "choice"), ("perhaps", "", "choice"), ("stays", "长" * 2001, "note")],
)
def test_answer_names_what_is_wrong(cast, choice, note, field):
    with pytest.raises(BadProposal) as refused:
        answered(asked(cast), choice, note)
    assert refused.value.field == field


def test_answer_is_given_once_and_the_same_again_does_nothing(cast):
    inquiry = asked(cast)
    answered(inquiry)
    answered(inquiry)
    with pytest.raises(AlreadyAnswered):
        answered(inquiry, "leave")
    assert Entry.objects.filter(action="inquiry.answered").count() == 1


def test_who_answered_is_not_asked_again_before_the_months_passed(cast):
    answered(asked(cast))
    with pytest.raises(AlreadyAnswered):
        asked(cast)
    again = dt.date(2026, 6, 2)
    assert row_of(cast, cast.committer, again - dt.timedelta(days=1)).status == "answered"
    assert row_of(cast, cast.committer, again).status == "unasked"
    assert asked(cast, at=noon(again)).answered_at is None


# ── pages ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def enter(client):
    def sign_in(person):
        client.force_login(user_of(person))
        return client

    return sign_in


def address(name, cast, *more):
    return reverse(f"members:{name}", args=[cast.sig.slug, *more])


MEMBERS = ("maintainer", "committer", "contributor")


def person_of(cast, who):
    return cast.maintainers[0] if who == "maintainer" else getattr(cast, who)


@pytest.mark.parametrize("who", [*MEMBERS, "former", "stranger"])
def test_list_is_for_members(cast, enter, who):
    response = enter(person_of(cast, who)).get(address("inactivity", cast))
    assert response.status_code == (200 if who in MEMBERS else 403)


def test_list_and_question_ask_to_sign_in(cast, client):
    inquiry = asked(cast)
    for page in (address("inactivity", cast), address("inquiry-detail", cast, inquiry.pk)):
        assert client.get(page).status_code == 302


@pytest.mark.parametrize("who", MEMBERS)
def test_list_offers_steps_to_maintainers_only(cast, enter, who):
    page = enter(person_of(cast, who)).get(address("inactivity", cast)).content.decode()
    assert cast.committer.name in page
    for text in ("发邮件询问", "提议转为荣誉成员", "提议免去角色"):
        assert (text in page) == (who == "maintainer")


def test_list_offers_no_step_about_oneself(cast, enter):
    response = enter(cast.maintainers[0]).get(address("inactivity", cast))
    own = [row for row in response.context["rows"] if row.silent.person == cast.maintainers[0]]
    assert [(row.may_ask, row.emeritus_url, row.remove_url) for row in own] == [(False, "", "")]


def test_list_leads_to_the_filled_form_of_a_proposal(cast, enter):
    client = enter(cast.maintainers[0])
    response = client.get(address("inactivity", cast))
    row = next(row for row in response.context["rows"] if row.silent.person == cast.committer)
    form = client.get(row.emeritus_url).context["form"]
    assert form.initial == {"login": "committer", "role": "committer", "kind": "emeritus"}


def test_list_shows_a_proposal_instead_of_the_links(cast, enter):
    promotion = cast.promotion("voting", person=cast.committer, kind="emeritus")
    response = enter(cast.maintainers[0]).get(address("inactivity", cast))
    row = next(row for row in response.context["rows"] if row.silent.person == cast.committer)
    assert (row.silent.proposal, row.emeritus_url) == (promotion, "")


def test_empty_list_says_why(cast, enter):
    RoleTerm.objects.exclude(role="contributor").delete()
    page = enter(cast.contributor).get(address("inactivity", cast)).content.decode()
    assert "没有久无贡献的人" in page
    assert "还没有询问过任何人" in page


@pytest.mark.parametrize("who", [*MEMBERS[1:], "former", "stranger"])
def test_ask_button_is_refused_to_others(cast, enter, who):
    client = enter(person_of(cast, who))
    client.post(address("inquiry-create", cast), {"person": cast.maintainers[1].pk})
    assert not Inquiry.objects.exists()


def test_ask_button_asks_and_says_so(cast, enter):
    client = enter(cast.maintainers[0])
    data = {"person": cast.committer.pk}
    response = client.post(address("inquiry-create", cast), data, follow=True)
    assert "已向 Committer 发出询问" in response.content.decode()
    assert Inquiry.objects.get().person == cast.committer


@pytest.mark.parametrize("value", ["", "x", "0", str(2**70)])
def test_ask_button_without_a_person_is_refused(cast, enter, value):
    client = enter(cast.maintainers[0])
    assert client.post(address("inquiry-create", cast), {"person": value}).status_code == 403


@pytest.mark.parametrize(
    ("who", "status"),
    [("maintainer", 200), ("contributor", 200), ("committer", 200), ("stranger", 403)],
)
def test_question_is_for_members_and_answered_by_the_one_asked(cast, enter, who, status):
    inquiry = asked(cast)
    response = enter(person_of(cast, who)).get(address("inquiry-detail", cast, inquiry.pk))
    assert response.status_code == status
    if status == 200:
        assert (response.context["form"] is not None) == (who == "committer")


def test_question_stays_readable_to_the_one_asked_without_a_role(cast, enter):
    inquiry = asked(cast)
    RoleTerm.objects.filter(person=cast.committer).update(ended_on=TODAY)
    assert enter(cast.committer).get(address("inquiry-detail", cast, inquiry.pk)).status_code == 200


@pytest.mark.parametrize("who", ["maintainer", "contributor"])
def test_answer_of_somebody_else_is_refused(cast, enter, who):
    inquiry = asked(cast)
    enter(person_of(cast, who)).post(
        address("inquiry-detail", cast, inquiry.pk), {"choice": "stays"}
    )
    inquiry.refresh_from_db()
    assert inquiry.answered_at is None


@pytest.mark.parametrize(
    ("choice", "leads_to"),
    [
        ("stays", "/inactivity/"),
        ("leave", "/leaves/"),
        ("steps_down", "/promotions/new/?kind=step_down&role=committer&login=committer"),
    ],
)
def test_answer_leads_to_the_next_form(cast, enter, choice, leads_to):
    inquiry = asked(cast)
    page = address("inquiry-detail", cast, inquiry.pk)
    response = enter(cast.committer).post(page, {"choice": choice, "note": "近来很忙"})
    assert response.status_code == 302
    assert leads_to in response["Location"]
    assert "近来很忙" in enter(cast.contributor).get(page).content.decode()


def test_answer_without_a_choice_is_told_at_the_field(cast, enter):
    inquiry = asked(cast)
    response = enter(cast.committer).post(address("inquiry-detail", cast, inquiry.pk), {})
    assert response.context["form"].errors["choice"] == ["请选择继续、请假或卸任。"]


def test_question_of_another_sig_is_not_found(cast, enter):
    inquiry = asked(cast)
    other = reverse("members:inquiry-detail", args=[SigFactory().slug, inquiry.pk])
    assert enter(cast.committer).get(other).status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_list_takes_the_same_queries_for_one_and_three(
    cast, enter, django_assert_num_queries, people
):
    RoleTerm.objects.filter(sig=cast.sig, role__in=("maintainer", "committer")).exclude(
        person=cast.maintainers[0]
    ).delete()
    for _ in range(people):
        asked(cast, person=holder(cast.sig))
    client = enter(cast.maintainers[0])
    # session, user, SIG, clock, person, roles, history with the accounts of those asked and of those
    # who asked, rules in words, the seven of silent_on, the reader's accounts
    with django_assert_num_queries(18):
        client.get(address("inactivity", cast))


@pytest.mark.parametrize(("days", "late"), [(29, False), (30, True)])
def test_question_unanswered_for_thirty_days_is_marked_on_both_pages(cast, enter, days, late):
    inquiry = asked(cast, at=database_now() - dt.timedelta(days=days))
    client = enter(cast.maintainers[0])
    for page in (address("inactivity", cast), address("inquiry-detail", cast, inquiry.pk)):
        text = client.get(page).content.decode()
        assert ("30 天未答复" in text) is late
        assert ("等待答复" in text) is not late


def test_answered_question_is_never_overdue(cast):
    inquiry = answered(asked(cast))
    assert not inactivity.is_overdue(inquiry, cast.sig, TODAY + dt.timedelta(days=99))


# ── at once ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_maintainers_who_ask_at_once_ask_one_question():
    cast = make_cast()
    RoleTerm.objects.filter(sig=cast.sig).update(started_on=LONG_AGO)
    jobs = [lambda by=by: asked(cast, by=by) for by in cast.maintainers * 4]
    results = at_once(jobs)
    assert {getattr(result, "pk", result) for result in results} == {Inquiry.objects.get().pk}
    assert Notice.objects.count() == Entry.objects.filter(action="inquiry.asked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_leave_the_first():
    cast = make_cast()
    RoleTerm.objects.filter(sig=cast.sig).update(started_on=LONG_AGO)
    inquiry = asked(cast)
    jobs = [lambda choice=choice: answered(inquiry, choice) for choice in ("stays", "leave") * 4]
    results = at_once(jobs)
    assert sum(isinstance(result, AlreadyAnswered) for result in results) == 4
    assert not [one for one in results if not isinstance(one, AlreadyAnswered | Inquiry)]
    entry = Entry.objects.get(action="inquiry.answered")
    assert Inquiry.objects.get().answer == entry.data["answer"]
