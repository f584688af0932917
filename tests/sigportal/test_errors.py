"""When something goes wrong, each page has a sentence and a next step, in both languages."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
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
    path("refuse/", refuse),
    path("doubt/", doubt),
    path("fail/", fail),
    *portal_patterns,
]
HOME = 'href="/"'


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "sentence", "step"),
    [
        ("/nowhere/", 404, "没有这个页面", HOME),
        ("/refuse/", 403, "需要登录", 'href="/accounts/login/?next=%2Frefuse%2F"'),
        ("/doubt/", 400, "看不懂这个请求", HOME),
        ("/fail/", 500, "出错了", HOME),
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
