"""One sees where one is signed in, and ends the rest; nobody sees another's."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-7"
HERE = "/accounts/sessions/"


def signed_in(name: str, browser: str) -> Client:
    client = Client(headers={"user-agent": browser})
    answer = client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.fixture(autouse=True)
def people():
    for name in ("someone", "other"):
        User.objects.create_user(name, password=PASSWORD)


def test_one_sees_ones_own_sessions_and_no_others():
    first, _second = signed_in("someone", "Firefox 9"), signed_in("someone", "Safari 8")
    signed_in("other", "Opera 7")
    page = first.get(HERE).content.decode()

    assert "Firefox 9" in page
    assert "Safari 8" in page
    assert "Opera 7" not in page
    assert "当前设备" in page
    assert "让其他设备全部退出" in page


def test_ending_the_rest_keeps_this_one_and_what_is_not_ones_own():
    first, second = signed_in("someone", "Firefox 9"), signed_in("someone", "Safari 8")
    third = signed_in("other", "Opera 7")
    answer = first.post(HERE, follow=True)

    assert "其他设备已全部退出。" in answer.content.decode()
    assert "没有其他设备登录着。" in answer.content.decode()
    assert second.get(HERE).status_code == 302
    assert first.get(HERE).status_code == third.get(HERE).status_code == 200


def test_signing_out_removes_the_row():
    client = signed_in("someone", "Firefox 9")
    client.post("/accounts/logout/")
    signed_in("someone", "Safari 8")

    assert [row.user_agent for row in UserSession.objects.all()] == ["Safari 8"]


def test_what_a_browser_says_of_itself_is_text():
    client = signed_in("someone", "<script>alert(1)</script>")

    assert "<script>alert" not in client.get(HERE).content.decode()


def test_the_page_is_reached_from_every_page_when_signed_in():
    client = signed_in("someone", "Firefox 9")

    assert f'href="{HERE}"' in client.get("/").content.decode()
    assert f'href="{HERE}"' not in Client().get("/").content.decode()


def test_it_speaks_english():
    page = signed_in("someone", "Firefox 9").get("/en/accounts/sessions/").content.decode()

    assert "Signed-in devices" in page
