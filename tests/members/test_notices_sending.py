import datetime as dt
import smtplib

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db.models.functions import Now

from members.ballot_box import database_now
from members.models import Account, Ballot, Notice, NoticePreference, RoleTerm
from members.notices import sending
from members.notices.about import about_promotion
from members.notices.consent import mute, read_token, stop_mail
from members.notices.kinds import KINDS
from members.notices.mail import message_id
from members.notices.outbox import tell
from tests.factories import PersonFactory
from tests.fakes.smtp import SmtpServer
from tests.members.cast import AT, make_cast

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def voter(cast):
    cast.maintainers[0].email = "voter@example.test"
    cast.maintainers[0].save()
    return cast.maintainers[0]


@pytest.fixture
def told(cast, voter):
    """Tells the voter something of a promotion, and returns the row as it is after one sweep."""

    def tell_and_send(kind="promotion.decided", state="rejected", person=voter, promotion=None):
        promotion = promotion or cast.promotion(state)
        data = about_promotion(promotion, by="周岚")
        key = f"promotion:{promotion.pk}:{kind.partition('.')[2]}"
        tell(key=key, kind=kind, person=person, data=data, at=AT)
        sending.send_due()
        return Notice.objects.latest("pk")

    return tell_and_send


@pytest.fixture
def smtp(settings):
    server = SmtpServer()
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.stop()


def due_again():
    Notice.objects.filter(state="waiting").update(next_try_at=Now())


# ── what arrives ──────────────────────────────────────────────────────────────────────────────
def test_send_due_sends_and_marks(told):
    row = told()
    assert (row.state, row.error, row.attempts) == ("sent", "", 1)
    assert row.sent_at is not None
    assert [message.to for message in mail.outbox] == [["voter@example.test"]]


def test_send_due_sends_once(told):
    told()
    due_again()
    assert sending.send_due() == 0
    assert len(mail.outbox) == 1


def test_the_mail_bears_what_readers_and_servers_need(told, voter):
    row = told()
    message = mail.outbox[0].message()
    assert message["Message-ID"] == message_id(row.key)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    stop = message["List-Unsubscribe"].strip("<>")
    assert stop.startswith("http://testserver/notices/unsubscribe/")
    assert read_token(stop.rstrip("/").rpartition("/")[2]) == (voter, row.kind)
    text, html = message.get_payload()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    body = mail.outbox[0].body
    assert f"http://testserver{row.data['path']}" in body
    assert stop in body
    assert voter.name in body


def test_the_message_id_tells_events_and_readers_apart():
    keys = [
        "promotion:1:opened:person:1",
        "promotion:1:opened:person:2",
        "promotion:2:opened:person:1",
    ]
    assert len({message_id(key) for key in keys}) == 3
    assert message_id(keys[0]) == message_id(keys[0])


@pytest.mark.parametrize(
    ("language", "tag", "link"),
    [
        ("zh-hans", 'lang="zh-hans"', "http://testserver/sigs/"),
        ("en", 'lang="en"', "http://testserver/en/sigs/"),
    ],
)
def test_the_mail_is_in_the_readers_language(told, voter, language, tag, link):
    NoticePreference.objects.create(person=voter, language=language)
    told()
    message = mail.outbox[0]
    assert message.extra_headers["Content-Language"] == language
    assert link in message.body
    assert tag in message.alternatives[0].content


def test_the_html_escapes_a_name(told, cast):
    cast.candidate.name = "<b>甲</b>"
    cast.candidate.save()
    told()
    html = mail.outbox[0].alternatives[0].content
    assert "<b>" not in html
    assert "&lt;b&gt;甲" in html


def test_a_name_with_line_breaks_forges_no_header(told, cast, smtp):
    cast.candidate.name = "甲\r\nBcc: other@example.test"
    cast.candidate.save()
    assert told().state == "sent"
    assert smtp.messages[0]["Bcc"] is None
    assert smtp.messages[0]["To"] == "voter@example.test"


# ── what is not sent, and why ─────────────────────────────────────────────────────────────────
def skipped(row):
    assert not mail.outbox
    return (row.state, row.error)


def test_nobody_is_written_to_without_an_address(told, voter):
    type(voter).objects.update(email="")
    assert skipped(told()) == ("skipped", "no_address")


@pytest.mark.parametrize("email", ["no address", "a@b\nBcc: c@d.test", "a@@b"])
def test_an_address_that_is_none_is_not_written_to(told, voter, email):
    type(voter).objects.filter(pk=voter.pk).update(email=email)
    assert skipped(told()) == ("skipped", "bad_address")


@pytest.mark.parametrize("kind", KINDS)
def test_a_muted_kind_is_not_sent_and_the_others_are(told, cast, voter, kind, settings):
    # Whether what a notice is about still holds is asked of the rooms it comes from; none is here.
    settings.NOTICE_STALE = {}
    mute(person=voter, kind=kind)
    promotion = cast.promotion("voting")
    meeting = {"title": "例会", "starts_at": "2099-01-01T08:00:00+00:00", "agenda": []}
    changed = {"meeting_state": "moved", "was": "2099-01-02T08:00:00+00:00"}
    turn = {"meeting": 1, "duty": "host"}
    action = {"text": "写文档", "due_on": "2099-01-01"}
    data = {
        **about_promotion(promotion, by="周岚"),
        "logins": "a",
        **meeting,
        **changed,
        **turn,
        **action,
    }
    for name in KINDS:
        tell(key=f"k:{name}", kind=name, person=voter, data=data, at=AT)
    sending.send_due()
    rows = Notice.objects.exclude(state="sent")
    assert [(row.kind, row.state, row.error) for row in rows] == [(kind, "skipped", "muted")]
    assert len(mail.outbox) == len(KINDS) - 1


def test_nothing_is_sent_to_whom_wants_no_mail(told, voter):
    stop_mail(person=voter)
    assert skipped(told()) == ("skipped", "no_mail")


def test_nothing_is_sent_to_whom_the_portal_is_closed(told, voter):
    voter.user = User.objects.create_user("left", is_active=False)
    voter.save()
    assert skipped(told()) == ("skipped", "inactive")


def test_who_left_the_sig_is_not_called_to_a_vote_but_hears_its_result(told, cast, voter):
    promotion = cast.promotion("voting")
    RoleTerm.objects.filter(person=voter).update(ended_on=dt.date(2026, 2, 1))
    assert skipped(told("promotion.opened", promotion=promotion)) == ("skipped", "stale")
    assert told("promotion.decided", promotion=promotion).state == "sent"


@pytest.mark.parametrize("kind", ["promotion.opened", "promotion.reminder"])
@pytest.mark.parametrize("state", ["rejected", "withdrawn", "approved"])
def test_nobody_is_called_to_a_vote_that_is_over(told, kind, state):
    assert skipped(told(kind, state)) == ("skipped", "stale")


@pytest.mark.parametrize("kind", ["promotion.opened", "promotion.reminder"])
def test_nobody_is_called_after_the_deadline(told, cast, kind):
    promotion = cast.promotion("voting", voting_closes_at=AT - dt.timedelta(days=1))
    assert skipped(told(kind, promotion=promotion)) == ("skipped", "stale")


@pytest.mark.parametrize(
    ("kind", "state"), [("promotion.opened", "sent"), ("promotion.reminder", "skipped")]
)
def test_who_has_voted_is_not_reminded(told, cast, voter, kind, state):
    promotion = cast.promotion("voting")
    Ballot.objects.create(promotion=promotion, voter=voter, choice=1, cast_at=AT)
    assert told(kind, promotion=promotion).state == state


def test_who_has_not_voted_is_reminded(told):
    assert told("promotion.reminder", "voting").state == "sent"


@pytest.mark.parametrize(("hours", "state"), [(-1, "skipped"), (1, "sent")])
def test_agenda_of_a_meeting_that_began_is_news_no_more(voter, hours, state):
    starts_at = database_now() + dt.timedelta(hours=hours)
    data = {"sig": "星图", "title": "例会", "agenda": [], "path": "/sigs/star-map/meetings/1/"}
    data["starts_at"] = starts_at.isoformat()
    tell(key="k", kind="meeting.announced", person=voter, data=data, at=AT)
    sending.send_due()
    assert Notice.objects.get().state == state


def test_a_nomination_that_is_over_asks_for_no_answer(told):
    assert skipped(told("promotion.nominated", "withdrawn")) == ("skipped", "stale")
    assert told("promotion.nominated", "nominated").state == "sent"


# ── merged persons ────────────────────────────────────────────────────────────────────────────
def test_what_was_told_before_a_merge_goes_to_the_one_who_is_left(cast, told, voter):
    former = PersonFactory(email="former@example.test")
    tell(
        key="k",
        kind="promotion.decided",
        person=former,
        data=about_promotion(cast.promotion("rejected")),
        at=AT,
    )
    type(former).objects.filter(pk=former.pk).update(merged_into=voter)
    sending.send_due()
    assert [message.to for message in mail.outbox] == [["voter@example.test"]]


def test_two_who_were_one_get_one_mail(cast, voter):
    former = PersonFactory(email="former@example.test")
    data = about_promotion(cast.promotion("rejected"))
    for person in (former, voter):
        tell(key="k", kind="promotion.decided", person=person, data=data, at=AT)
    type(former).objects.filter(pk=former.pk).update(merged_into=voter)
    sending.send_due()
    assert [message.to for message in mail.outbox] == [["voter@example.test"]]
    assert set(Notice.objects.values_list("state", "error")) == {
        ("sent", ""),
        ("skipped", "told_already"),
    }


def test_accounts_that_are_gone_do_not_matter(told, voter):
    Account.objects.filter(person=voter).update(gone_at=AT)
    assert told().state == "sent"


# ── faults ────────────────────────────────────────────────────────────────────────────────────
def test_a_server_that_does_not_answer_is_tried_again_and_the_others_wait(
    told, cast, voter, settings
):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 9
    tell(
        key="other",
        kind="promotion.decided",
        person=voter,
        data=about_promotion(cast.promotion("rejected")),
        at=AT,
    )
    row = told(promotion=cast.promotion("rejected", role="maintainer"))
    first = Notice.objects.earliest("pk")
    assert (first.state, first.attempts, first.error) == (
        "waiting",
        1,
        "unreachable:ConnectionRefusedError",
    )
    assert (row.state, row.attempts, row.error) == ("waiting", 0, "")
    assert sending.claim(first.pk) is None, "its next attempt is not due yet"


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        ("550 no such user <voter@example.test>", "failed", "refused:550"),
        ("450 mailbox busy voter@example.test", "waiting", "refused:450"),
    ],
)
def test_a_refused_address_is_given_up_or_tried_again(told, smtp, answer, state, error, caplog):
    smtp.refused["voter@example.test"] = answer
    row = told()
    assert (row.state, row.error) == (state, error)
    assert "example.test" not in caplog.text


@pytest.mark.parametrize(("answer", "state"), [("554 no", "failed"), ("451 later", "waiting")])
def test_a_refused_message_is_given_up_or_tried_again(told, smtp, answer, state):
    smtp.data_answer = answer
    assert told().state == state
    smtp.data_answer = "250 taken"
    due_again()
    sending.send_due()
    assert len(smtp.messages) == (state == "waiting")


def test_our_own_sign_in_refused_is_not_the_notices_fault(told, monkeypatch):
    def refuse(self, messages):
        raise smtplib.SMTPAuthenticationError(535, b"who are you")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    row = told()
    assert (row.state, row.error) == ("waiting", "refused:535")


def test_waits_grow_and_the_last_attempt_fails_in_sight(told, smtp):
    smtp.data_answer = "451 later"
    waits = []
    told()
    for _ in range(sending.MAX_ATTEMPTS - 1):
        row = Notice.objects.get()
        waits.append(row.next_try_at)
        due_again()
        sending.send_due()
    row = Notice.objects.get()
    assert (row.state, row.attempts) == ("failed", sending.MAX_ATTEMPTS)
    assert waits == sorted(waits)
    assert (waits[-1] - waits[0]) > dt.timedelta(hours=3)


def test_a_notice_whose_every_attempt_was_cut_off_fails_in_sight(told, smtp, voter, cast):
    tell(
        key="k",
        kind="promotion.decided",
        person=voter,
        data=about_promotion(cast.promotion("rejected")),
        at=AT,
    )
    Notice.objects.update(attempts=sending.MAX_ATTEMPTS)
    sending.send_due()
    row = Notice.objects.get()
    assert (row.state, row.error) == ("failed", "lost")
    assert not smtp.messages


def test_a_worker_that_came_late_does_not_mark_what_another_took_over(told, cast, voter):
    tell(
        key="k",
        kind="promotion.decided",
        person=voter,
        data=about_promotion(cast.promotion("rejected")),
        at=AT,
    )
    slow = sending.claim(Notice.objects.get().pk)
    due_again()
    fast = sending.claim(slow.pk)
    sending._attempt(fast)
    sending._put_off(slow, sending.NotSent("unreachable:TimeoutError"))
    sending._put_off(slow, sending.NotSent("refused:550", is_permanent=True))
    row = Notice.objects.get()
    assert (row.state, row.error) == ("sent", "")


# ── once more ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("state", "error", "again"),
    [
        ("failed", "refused:550", True),
        ("skipped", "no_address", True),
        ("skipped", "channel_gone", True),
        ("skipped", "muted", False),
        ("skipped", "no_mail", False),
        ("skipped", "stale", False),
        ("sent", "", False),
        ("waiting", "unreachable:TimeoutError", False),
    ],
)
def test_retry_makes_due_what_can_be_mended(told, state, error, again):
    row = told()
    Notice.objects.update(state=state, error=error, attempts=3)
    assert sending.retry(notice_id=row.pk) is again
    row.refresh_from_db()
    assert row.state == ("waiting" if again else state)
    assert row.attempts == (0 if again else 3)


def test_retry_failed_leaves_the_others(told):
    told()
    told("promotion.in_effect")
    Notice.objects.filter(kind="promotion.in_effect").update(state="failed", error="lost")
    assert sending.retry_failed() == 1
    assert set(Notice.objects.values_list("kind", "state")) == {
        ("promotion.decided", "sent"),
        ("promotion.in_effect", "waiting"),
    }


def test_no_address_reaches_the_log(told, voter, caplog):
    with caplog.at_level("DEBUG"):
        told()
    assert "sent" in caplog.text
    assert "example.test" not in caplog.text
