"""When something goes wrong, each page has a sentence and a next step, in both languages."""

import psycopg2.errors
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import Resolver404, path, resolve
from django.views import defaults

from sigportal.urls import urlpatterns as portal_patterns


def refuse(request):
    raise PermissionDenied


def doubt(request):
    raise SuspiciousOperation


def fail(request):
    raise RuntimeError("a fault of ours")


urlpatterns = [
    *(
        path(f"{prefix}{name}/", view)
        for prefix in ("", "en/", "webhooks/", "api/v1/")
        for name, view in [("refuse", refuse), ("doubt", doubt), ("fail", fail)]
    ),
    *portal_patterns,
]
handler400 = "sigportal.errors.bad_request"
handler404 = "sigportal.errors.not_found"
handler500 = "sigportal.errors.server_error"
HOME = 'href="/"'


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "sentence", "step"),
    [
        ("/nowhere/", 404, "没有这个页面", HOME),
        ("/refuse/", 403, "需要登录", 'href="/accounts/login/?next=%2Frefuse%2F"'),
        ("/doubt/", 400, "看不懂这个请求", HOME),
        ("/en/doubt/", 400, "This request is not understood", 'href="/en/"'),
        ("/fail/", 500, "出错了", HOME),
        ("/en/fail/", 500, "Something went wrong", 'href="/en/"'),
    ],
)
def test_error_page_has_a_sentence_and_a_next_step(client, address, status, sentence, step):
    client.raise_request_exception = False
    response = client.get(address)
    page = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{sentence}</h1>" in page
    assert step in page
    assert page.count("<h1") == 1


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_forbidden_page_does_not_ask_someone_signed_in_to_sign_in(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("someone"))
    page = client.get("/refuse/").content.decode()
    assert "<h1>没有权限</h1>" in page
    assert "/accounts/login/" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(("prefix", "language"), [("", "zh-hans"), ("/en", "en")])
def test_not_found_page_is_in_the_language_of_the_address(client, prefix, language):
    page = client.get(f"{prefix}/nowhere/").content.decode()
    assert f'<html lang="{language}">' in page
    assert 'rel="canonical"' not in page


def test_server_error_page_needs_neither_context_nor_database():
    # No django_db mark: a query would fail this test.
    response = defaults.server_error(RequestFactory().get("/"))
    page = response.content.decode()
    assert "<h1>出错了</h1>" in page
    assert "<h2>Something went wrong</h2>" in page


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("before", "asked", "language"), [("/en/", "/", "zh-hans"), ("/", "/en/", "en")]
)
def test_page_of_a_refusal_before_any_language_was_chosen_is_in_that_of_its_address(
    client, settings, before, asked, language
):
    """A wrong host is refused by the first of all: the language of the request before is still there."""
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(f"{before}accounts/login/", secure=True).status_code == 200
    settings.ALLOWED_HOSTS = ["sig.example.org"]
    response = client.get(asked, headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert f'<html lang="{language}">' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_english_page_of_a_fault_holds_no_chinese():
    page = Client(raise_request_exception=False).get("/en/fail/").content.decode()
    assert '<html lang="en">' in page
    assert page.isascii()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize("prefix", ["", "en/"])
def test_page_of_a_fault_names_the_number_to_report(prefix):
    response = Client(raise_request_exception=False).get(f"/{prefix}fail/")
    assert f'<span class="mono">{response["X-Request-ID"]}</span>' in response.content.decode()
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize("prefix", ["webhooks/", "api/v1/"])
def test_fault_is_told_to_programs_as_a_problem(prefix):
    response = Client(raise_request_exception=False).get(f"/{prefix}fail/")
    assert response.status_code == 500
    assert response["Content-Type"].startswith("application/problem+json")
    assert response.json()["status"] == 500


# ── outages ───────────────────────────────────────────────────────────────────────────────────
def raised(outer, cause):
    """Every query ends so."""

    def execute(execute, sql, params, many, context):
        raise outer("as Django raises it") from cause

    return connection.execute_wrapper(execute)


AWAY = (OperationalError, psycopg2.OperationalError("could not connect"))
OUTAGES = [
    (*AWAY, "暂时无法访问", "Unavailable for the moment", "15"),
    (InterfaceError, psycopg2.InterfaceError(), "暂时无法访问", "Unavailable for the moment", "15"),
    (
        OperationalError,
        psycopg2.errors.DiskFull(),
        "暂时不能保存",
        "Nothing can be saved for the moment",
        "120",
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("outer", "cause", "chinese", "english", "wait_s"), OUTAGES)
def test_outage_is_a_plain_page_that_says_when_to_try_again(outer, cause, chinese, english, wait_s):
    client = Client(raise_request_exception=False)
    for address, sentence in [("/", chinese), ("/en/", english)]:
        with raised(outer, cause):
            response = client.get(address)
        assert response.status_code == 503
        assert response["Retry-After"] == wait_s
        assert f"<h1>{sentence}</h1>" in response.content.decode()


@pytest.mark.django_db
def test_outage_is_told_to_programs_as_a_problem():
    with raised(*AWAY):
        response = Client(raise_request_exception=False).get("/api/v1/sigs")
    assert response.status_code == 503
    assert response["Retry-After"] == "15"
    assert response["Content-Type"].startswith("application/problem+json")


@pytest.mark.django_db
def test_outage_of_the_session_is_one_too(django_user_model):
    """Raised by a middleware, not by a view."""
    client = Client(raise_request_exception=False)
    client.force_login(django_user_model.objects.create_user("someone"))
    with raised(*AWAY):
        assert client.get("/accounts/logout/").status_code == 503


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data", 400),
        ("application/x-www-form-urlencoded", 404),
    ],
)
@pytest.mark.parametrize("address", ["/nowhere/", "/en/nowhere/"])
def test_form_sent_to_no_address_is_refused_also_when_it_cannot_be_read(
    address, content_type, status
):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies["csrftoken"] = "a" * 32
    assert client.post(address, "a=1", content_type=content_type).status_code == status


def test_bad_request_page_needs_neither_context_nor_database():
    page = defaults.bad_request(RequestFactory().get("/"), SuspiciousOperation()).content.decode()
    assert "<h1>看不懂这个请求</h1>" in page


@pytest.mark.django_db
def test_forged_form_is_refused_with_a_sentence():
    response = Client(enforce_csrf_checks=True).post("/accounts/logout/")
    assert response.status_code == 403
    assert "没有执行任何操作" in response.content.decode()


def test_empty_state_says_what_to_do_next():
    shown = render_to_string(
        "_empty.html",
        {"title": "没有", "text": "怎么办", "action_url": "/x/", "action_text": "去做"},
    )
    assert '<a class="button" href="/x/">去做</a>' in shown


def test_frame_renders_for_a_request_without_session():
    request = RequestFactory().get("/x/")
    request.user = AnonymousUser()
    assert "<main" in render_to_string("base.html", {}, request)


@pytest.mark.parametrize(
    "address",
    [
        "/reviews/own\0er/name/1/",
        "/reviews/owner/name\0/1.json",
        "/issues/owner/name/\0/",
        "/people/li\0n/",
        "/sigs/one/charter/na\0me/",
        "/notices/unsubscribe/\0/",
    ],
)
def test_address_with_nul_leads_nowhere(address):
    """PostgreSQL refuses to look for one, so no view may be reached by it."""
    resolve(address.replace("\0", "x"))
    with pytest.raises(Resolver404):
        resolve(address)
