"""The pages of notices as people meet them: no violation, no overflow, both languages, either scheme."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from members.models import Notice, Person
from members.notices.about import about_promotion
from members.notices.addresses import _token
from members.notices.consent import token_of
from members.notices.outbox import tell
from tests.browser import axe
from tests.members.cast import AT, make_cast, user_of

LOOKS = [("", "light", 390), ("", "dark", 1280), ("/en", "light", 1280), ("/en", "dark", 390)]
OWN = "/people/me/notices/"


@pytest.fixture
def reader():
    """An administrator who is a member, with a notice in every state."""
    cast = make_cast()
    person = cast.committer
    user_of(person)
    person.user.is_superuser = True
    person.user.save()
    person.email = "a-rather-long-address-of-a-committer@department.example.test"
    person.save()
    data = about_promotion(cast.promotion("rejected"), by="周岚")
    for number, (state, error) in enumerate(
        [("waiting", ""), ("sent", ""), ("skipped", "no_address"), ("failed", "refused:550")]
    ):
        tell(key=f"k:{number}", kind="promotion.decided", person=person, data=data, at=AT)
        Notice.objects.filter(key__startswith=f"k:{number}").update(state=state, error=error)
    return person


@pytest.fixture
def opened(browser, live_server, watch):
    """Opens a page of the portal as the user, in a look."""
    contexts = []

    def start(user, scheme, width, **more):
        context = browser.new_context(
            base_url=live_server.url,
            color_scheme=scheme,
            viewport={"width": width, "height": 844},
            reduced_motion="reduce",
            **more,
        )
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            cookie = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        watch.attach(context)
        return context.new_page()

    yield start
    for context in contexts:
        context.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("prefix", "scheme", "width"), LOOKS)
def test_notice_pages_are_accessible_and_fit(opened, reader, prefix, scheme, width):
    page = opened(reader.user, scheme, width)
    for address in (
        OWN,
        f"{OWN}address/{_token(reader, 'new@example.test')}/",
        "/notices/",
        "/notices/?state=sent",
        f"/notices/unsubscribe/{token_of(reader, 'promotion.opened')}/",
    ):
        response = page.goto(f"{prefix}{address}")
        assert response.status == 200
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.locator("h1").count() == 1
        axe(page)


@pytest.mark.django_db(transaction=True)
def test_leaving_and_choosing_work_without_javascript(opened, reader):
    """From the link in a mail to the page of all settings, with the keyboard's defaults only."""
    page = opened(None, "light", 390, java_script_enabled=False)
    page.goto(f"/notices/unsubscribe/{token_of(reader, 'promotion.opened')}/")
    page.get_by_role("button", name="不再接收这类邮件").click()
    expect(page.get_by_text("今后不再给您发送这类邮件：表决开始。")).to_be_visible()
    own = opened(reader.user, "light", 390, java_script_enabled=False)
    own.goto(OWN)
    assert not own.get_by_label("表决开始").is_checked()
    own.get_by_label("表决开始").check()
    own.get_by_role("button", name="保存设置").click()
    expect(own.get_by_label("表决开始")).to_be_checked()
    own.get_by_role("button", name="删除邮箱").click()
    expect(own.get_by_role("button", name="删除邮箱")).to_have_count(0)
    assert Person.objects.get(pk=reader.pk).email == ""
