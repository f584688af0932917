import datetime as dt
import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from members.models import Ballot, Notice, NoticePreference, Person
from members.notices import sending
from members.notices.about import about_promotion
from members.notices.consent import read_token, token_of
from members.notices.kinds import KINDS
from members.notices.outbox import tell
from members.promotion import nominate
from tests.factories import ContributionFactory, PersonFactory, SigFactory
from tests.members.cast import AT, make_cast, user_of

pytestmark = pytest.mark.django_db
OWN = "/people/me/notices/"
ASK = "/people/me/notices/address/"
KIND = "promotion.opened"
OWN_QUERIES, OUTBOX_QUERIES = 6, 6


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def person(cast):
    return cast.committer


@pytest.fixture
def signed_in(client, person):
    client.force_login(user_of(person))
    return client


@pytest.fixture
def administrator(client):
    client.force_login(User.objects.create_superuser("admin"))
    return client


def told(cast, person, number=1, kind="promotion.decided"):
    promotion = cast.promotion("rejected")
    for n in range(number):
        data = about_promotion(promotion, by="周岚")
        tell(key=f"k:{n}", kind=kind, person=person, data=data, at=AT + dt.timedelta(minutes=n))


# ── one's own ─────────────────────────────────────────────────────────────────────────────────
def test_own_needs_a_sign_in(client):
    assert client.get(OWN).status_code == 302


def test_own_without_a_member_says_so(client):
    client.force_login(User.objects.create_user("nobody"))
    assert "没有对应的成员" in client.get(OWN, follow=True).content.decode()
    assert client.post(ASK, {"email": "new@example.test"}).status_code == 403


def test_own_says_what_will_be_here_when_nothing_is(signed_in):
    assert "还没有通知" in signed_in.get(OWN).content.decode()


def test_own_lists_mine_and_nobody_elses(signed_in, cast, person):
    told(cast, person)
    told(cast, cast.maintainers[0])
    page = signed_in.get(OWN).content.decode()
    assert page.count("未通过：Candidate 担任 Committer") == 1


def test_own_says_why_no_mail_came(signed_in, cast, person):
    told(cast, person)
    sending.send_due()
    assert "没有邮箱地址。" in signed_in.get(OWN).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_own_takes_a_constant_number_of_queries(
    signed_in, cast, person, number, django_assert_num_queries
):
    told(cast, person, number)
    with django_assert_num_queries(OWN_QUERIES):
        signed_in.get(OWN)


def test_own_is_read_page_by_page(signed_in, cast, person):
    told(cast, person, 31)
    first = signed_in.get(OWN).content.decode()
    older = re.search(r'href="(\?older=[^"]+)"', first)[1]
    assert first.count("<tr>") == 31
    assert signed_in.get(OWN + older.replace("&amp;", "&")).content.decode().count("<tr>") == 2


def test_own_shows_a_kind_that_is_no_more(signed_in, cast, person):
    told(cast, person)
    Notice.objects.update(kind="promotion.forgotten")
    assert "promotion.forgotten" in signed_in.get(OWN).content.decode()


# ── preferences ───────────────────────────────────────────────────────────────────────────────
def test_preferences_show_everything_on_until_somebody_chose(signed_in):
    page = signed_in.get(OWN).content.decode()
    assert page.count('name="kinds"') == len(KINDS) == page.count('name="kinds" value=')
    assert page.count("checked") == len(KINDS) + 1


def test_preferences_are_kept_and_shown(signed_in, person):
    kept = [name for name in KINDS if name != KIND]
    response = signed_in.post(OWN, {"language": "en", "kinds": kept})
    assert response.status_code == 302
    stored = NoticePreference.objects.get(person=person)
    assert (stored.language, stored.by_mail, stored.muted) == ("en", False, [KIND])
    assert signed_in.get(OWN).content.decode().count("checked") == len(kept)


def test_preferences_refuse_what_is_no_choice_and_keep_the_old(signed_in, person):
    response = signed_in.post(OWN, {"language": "tlh", "kinds": ["nothing"]})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert not NoticePreference.objects.exists()


# ── one's address ─────────────────────────────────────────────────────────────────────────────
def link_in(message):
    return re.search(r"http://testserver(\S+)", message.body)[1]


def test_an_address_is_used_only_after_its_link_was_confirmed(signed_in, person):
    signed_in.post(ASK, {"email": "new@example.test"})
    assert Person.objects.get(pk=person.pk).email == ""
    (message,) = mail.outbox
    assert message.to == ["new@example.test"]
    assert "new@example.test" in signed_in.get(link_in(message)).content.decode()
    assert Person.objects.get(pk=person.pk).email == ""
    signed_in.post(link_in(message))
    assert Person.objects.get(pk=person.pk).email == "new@example.test"


def test_a_confirmation_is_no_list_one_could_leave(signed_in):
    signed_in.post(ASK, {"email": "new@example.test"})
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


def test_a_link_confirms_once(signed_in, person):
    signed_in.post(ASK, {"email": "new@example.test"})
    link = link_in(mail.outbox[0])
    signed_in.post(link)
    signed_in.post("/people/me/notices/address/forget/")
    Person.objects.filter(pk=person.pk).update(email="other@example.test")
    page = signed_in.post(link, follow=True).content.decode()
    assert "确认链接已经用过" in page
    assert Person.objects.get(pk=person.pk).email == "other@example.test"


def test_a_link_is_for_who_asked(client, cast, person):
    client.force_login(user_of(person))
    client.post(ASK, {"email": "new@example.test"})
    other = Client()
    other.force_login(user_of(cast.maintainers[0]))
    page = other.post(link_in(mail.outbox[0]), follow=True).content.decode()
    assert "属于另一位成员" in page
    assert not Person.objects.exclude(email="").exists()


def test_a_link_ends_after_three_days(signed_in, monkeypatch, person):
    signed_in.post(ASK, {"email": "new@example.test"})
    monkeypatch.setattr("members.notices.addresses.MAX_AGE_S", -1)
    page = signed_in.post(link_in(mail.outbox[0]), follow=True).content.decode()
    assert "确认链接已过期" in page
    assert Person.objects.get(pk=person.pk).email == ""


def test_a_link_that_was_cut_says_so(signed_in):
    page = signed_in.get(ASK + "abc:def:ghi/", follow=True).content.decode()
    assert "确认链接不完整" in page


@pytest.mark.parametrize("email", ["", "no address", "a@b\nBcc: c@d.test"])
def test_what_is_no_address_is_refused(signed_in, email):
    response = signed_in.post(ASK, {"email": email})
    assert "errorlist" in response.content.decode()
    assert not mail.outbox


def test_nobody_is_flooded_with_confirmations(signed_in):
    for _ in range(7):
        response = signed_in.post(ASK, {"email": "victim@example.test"})
    assert len(mail.outbox) == 5
    assert "过于频繁" in response.content.decode()


def test_a_mail_server_that_is_away_is_said(signed_in, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    response = signed_in.post(ASK, {"email": "new@example.test"})
    assert "邮件服务器没有回应" in response.content.decode()


def test_an_address_can_be_forgotten(signed_in, person):
    Person.objects.filter(pk=person.pk).update(email="old@example.test")
    assert "old@example.test" in signed_in.get(OWN).content.decode()
    signed_in.post("/people/me/notices/address/forget/")
    assert Person.objects.get(pk=person.pk).email == ""


# ── leaving by a link ─────────────────────────────────────────────────────────────────────────
def leave(person, kind=KIND):
    return reverse("members:notices-unsubscribe", args=[token_of(person, kind)])


def test_one_click_mutes_the_kind_without_sign_in_and_csrf(person):
    """As a mail program does (RFC 8058): no cookie, no redirect."""
    strict = Client(enforce_csrf_checks=True)
    for _ in range(2):
        response = strict.post(leave(person), {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
    stored = NoticePreference.objects.get(person=person)
    assert (stored.muted, stored.by_mail) == ([KIND], True)


def test_opening_the_link_changes_nothing_and_shows_two_buttons(client, person):
    page = client.get(leave(person)).content.decode().partition("<main")[2]
    assert "表决开始" in page
    assert page.count('type="submit"') == 2
    assert not NoticePreference.objects.exists()


def test_the_link_can_stop_all_mail(client, person):
    client.post(leave(person), {"all": "1"})
    assert NoticePreference.objects.get(person=person).by_mail is False


def test_the_link_keeps_what_was_chosen_before(client, person):
    NoticePreference.objects.create(person=person, language="en", muted=["promotion.decided"])
    client.post(leave(person))
    stored = NoticePreference.objects.get()
    assert (stored.language, stored.muted) == ("en", ["promotion.decided", KIND])


@pytest.mark.parametrize("change", ["x", "promotion"])
def test_a_link_that_was_changed_is_refused(client, person, change):
    response = client.post(leave(person).replace("/unsubscribe/", f"/unsubscribe/{change}"))
    assert response.status_code == 404
    assert not NoticePreference.objects.exists()


def test_a_link_of_a_merged_person_is_about_the_one_they_are_now(client, cast, person):
    link = leave(person)
    Person.objects.filter(pk=person.pk).update(merged_into=cast.maintainers[0])
    client.post(link)
    assert NoticePreference.objects.get().person == cast.maintainers[0]


def test_a_token_of_a_person_who_is_gone_is_refused(client):
    gone = PersonFactory()
    link = leave(gone)
    gone.delete()
    assert client.post(link).status_code == 404


def test_tokens_of_other_purposes_are_no_unsubscribe_links(client, signed_in):
    signed_in.post(ASK, {"email": "new@example.test"})
    token = link_in(mail.outbox[0]).rstrip("/").rpartition("/")[2]
    assert client.post(f"/notices/unsubscribe/{token}/").status_code == 404


def test_token_of_leads_back(person):
    assert read_token(token_of(person, KIND)) == (person, KIND)


# ── the outbox ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", ["candidate", "committer", "stranger", "maintainer"])
def test_the_outbox_is_for_administrators(client, cast, who):
    person = cast.maintainers[0] if who == "maintainer" else getattr(cast, who)
    told(cast, cast.committer)
    client.force_login(user_of(person))
    pk = Notice.objects.get().pk
    Notice.objects.update(state="failed")
    assert client.get("/notices/").status_code == 403
    assert client.post(f"/notices/{pk}/retry/").status_code == 403
    assert client.post("/notices/retry/").status_code == 403
    assert Notice.objects.get().state == "failed"


def test_the_outbox_asks_for_a_sign_in(client):
    assert client.get("/notices/").status_code == 302


def test_the_outbox_shows_who_and_why_and_nothing_private(administrator, cast, person):
    Person.objects.filter(pk=person.pk).update(email="committer@example.test")
    told(cast, person, kind="promotion.statement")
    Notice.objects.update(state="failed", error="refused:550")
    page = administrator.get("/notices/").content.decode()
    assert "邮件服务器拒绝了这封邮件（550）。" in page
    assert "讨论中的新发言" in page
    assert person.name in page
    for private in ("committer@example.test", "周岚", "Candidate"):
        assert private not in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_outbox_takes_a_constant_number_of_queries(
    administrator, cast, person, number, django_assert_num_queries
):
    told(cast, person, number)
    with django_assert_num_queries(OUTBOX_QUERIES):
        administrator.get("/notices/")


def test_the_outbox_is_narrowed_by_state(administrator, cast, person):
    told(cast, person, 3)
    Notice.objects.filter(key__startswith="k:0").update(state="failed", error="lost")
    page = administrator.get("/notices/?state=failed").content.decode()
    assert page.count("<tr>") == 2
    assert administrator.get("/notices/?state=nonsense").content.decode().count("<tr>") == 4
    assert "没有符合条件的通知" in administrator.get("/notices/?state=sent").content.decode()


def test_the_outbox_without_rows_says_what_comes_here(administrator):
    assert "还没有通知" in administrator.get("/notices/").content.decode()


def test_the_outbox_retries_one_or_all(administrator, cast, person):
    told(cast, person, 3)
    Notice.objects.update(state="failed", error="lost", attempts=12)
    first = Notice.objects.earliest("pk")
    administrator.post(f"/notices/{first.pk}/retry/")
    assert Notice.objects.filter(state="waiting", attempts=0).count() == 1
    page = administrator.post("/notices/retry/", follow=True).content.decode()
    assert "2 条通知已重新排队。" in page
    assert Notice.objects.filter(state="waiting", attempts=0).count() == 3
    again = administrator.post(f"/notices/{first.pk}/retry/", follow=True).content.decode()
    assert "不需要再试" in again


def test_the_outbox_names_a_channel_without_its_secret(administrator, cast, settings):
    settings.NOTIFY_URLS = ["slack://secret/a/b"]
    told(cast, None)
    page = administrator.get("/notices/").content.decode()
    assert "slack" in page
    assert "secret" not in page


# ── reminding ─────────────────────────────────────────────────────────────────────────────────
def remind_url(promotion):
    return reverse("members:promotion-remind", args=[promotion.sig.slug, promotion.pk])


def test_remind_tells_and_says_how_many(client, cast):
    promotion = cast.promotion("voting")
    client.force_login(user_of(cast.maintainers[0]))
    response = client.post(remind_url(promotion))
    assert response["Location"] == promotion.get_absolute_url()
    assert Notice.objects.filter(kind="promotion.reminder").count() == 4
    client.post(remind_url(promotion))
    assert Notice.objects.count() == 4


def test_remind_by_others_tells_nobody(client, cast):
    promotion = cast.promotion("voting")
    client.force_login(user_of(cast.committer))
    client.post(remind_url(promotion))
    assert not Notice.objects.exists()


def test_remind_by_get_tells_nobody(client, cast):
    promotion = cast.promotion("voting")
    client.force_login(user_of(cast.maintainers[0]))
    assert client.get(remind_url(promotion)).status_code == 302
    assert not Notice.objects.exists()


def test_remind_without_a_member_is_refused(client, cast):
    client.force_login(User.objects.create_user("nobody"))
    assert client.post(remind_url(cast.promotion("voting"))).status_code == 403


def test_remind_in_another_sig_is_not_found(client, cast):
    promotion = cast.promotion("voting")
    other = SigFactory().slug
    client.force_login(user_of(cast.maintainers[0]))
    url = reverse("members:promotion-remind", args=[other, promotion.pk])
    assert client.post(url).status_code == 404


BUTTON = "提醒尚未表决的成员"


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("maintainer", True),
        ("committer", False),
        ("candidate", False),
        ("stranger", False),
        ("nobody", False),
    ],
)
def test_the_button_to_remind_is_shown_to_maintainers(client, cast, who, shown):
    promotion = cast.promotion("voting")
    if who != "nobody":
        person = cast.maintainers[0] if who == "maintainer" else getattr(cast, who)
        client.force_login(user_of(person))
    page = client.get(promotion.get_absolute_url()).content.decode()
    assert (BUTTON in page) is shown


def test_the_button_to_remind_goes_when_everybody_has_voted(client, cast):
    promotion = cast.promotion("voting")
    client.force_login(user_of(cast.maintainers[0]))
    for voter in (*cast.maintainers, cast.committer):
        assert BUTTON in client.get(promotion.get_absolute_url()).content.decode()
        Ballot.objects.create(promotion=promotion, voter=voter, choice=1, cast_at=AT)
    assert BUTTON not in client.get(promotion.get_absolute_url()).content.decode()


@pytest.mark.parametrize("state", ["accepted", "approved", "rejected"])
def test_the_button_to_remind_is_there_only_while_the_vote_is_open(client, cast, state):
    client.force_login(user_of(cast.maintainers[0]))
    page = client.get(cast.promotion(state).get_absolute_url()).content.decode()
    assert BUTTON not in page


# ── what the steps of a promotion tell ────────────────────────────────────────────────────────
@pytest.mark.parametrize("kind", ["promote", "remove"])
def test_who_is_proposed_by_another_is_told(cast, kind):
    subject = cast.contributor if kind == "promote" else cast.committer
    ContributionFactory(person=subject, sig=cast.sig)
    promotion = nominate(
        sig=cast.sig,
        person=subject,
        role="committer",
        reason="理由",
        kind=kind,
        repositories=[cast.repository] if kind == "promote" else [],
        by=cast.maintainers[0],
        at=AT,
    )
    (notice,) = Notice.objects.filter(kind="promotion.nominated")
    assert notice.person == subject
    assert (notice.data["state"], notice.data["by"]) == (promotion.state, "Maintainer-0")


def test_who_proposes_themselves_is_not_told(cast):
    nominate(
        sig=cast.sig,
        person=cast.candidate,
        role="committer",
        reason="理由",
        repositories=[cast.repository],
        by=cast.candidate,
        at=AT,
    )
    assert not Notice.objects.exists()
