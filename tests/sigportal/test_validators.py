"""A page that has not changed is not sent again; one that has, or that is somebody's own, always is."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from sigportal.validators import OPEN, OWN, ValidatorMiddleware
from tests.factories import SigFactory

SESSION = settings.SESSION_COOKIE_NAME


def answer(response, method="get", cookies=(), **headers):
    request = getattr(RequestFactory(), method)("/", headers=headers)
    request.COOKIES.update(dict.fromkeys(cookies, "any"))
    return ValidatorMiddleware(lambda _request: response)(request)


def with_cookie(name):
    response = HttpResponse("page")
    response.set_cookie(name, "any")
    return response


def test_same_page_is_not_sent_again():
    etag = answer(HttpResponse("page")).headers["ETag"]
    again = answer(HttpResponse("page", headers={"Vary": "Cookie"}), **{"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == etag
    assert again.headers["Cache-Control"] == OPEN
    assert again.headers["Vary"] == "Cookie, Accept-Encoding"


def test_changed_page_is_sent():
    etag = answer(HttpResponse("page")).headers["ETag"]
    assert answer(HttpResponse("Page"), **{"If-None-Match": etag}).content == b"Page"


@pytest.mark.parametrize(
    ("response", "cookies"),
    [
        (HttpResponse("page"), [SESSION]),
        (with_cookie(SESSION), []),
        (with_cookie(settings.CSRF_COOKIE_NAME), []),
        (with_cookie("messages"), []),
    ],
    ids=["session", "signing in", "form", "message"],
)
def test_somebodys_own_page_is_for_their_browser_only(response, cookies):
    said = answer(response, cookies=cookies)
    assert said.headers["Cache-Control"] == OWN
    assert "ETag" not in said.headers


@pytest.mark.parametrize(
    ("response", "method"),
    [
        (HttpResponse("page"), "post"),
        (HttpResponse("no such page", status=404), "get"),
        (HttpResponse("secret", headers={"Cache-Control": "no-store"}), "get"),
        (HttpResponse("{}", content_type="application/json"), "get"),
        (StreamingHttpResponse(["page"]), "get"),
    ],
    ids=["post", "error", "no-store", "not a page", "streaming"],
)
def test_other_answers_have_no_validator(response, method):
    kept = response.headers.get("Cache-Control")
    said = answer(response, method)
    assert "ETag" not in said.headers
    assert not kept or said.headers["Cache-Control"] == kept


@pytest.mark.django_db
def test_portal_sends_a_page_again_as_soon_as_it_changed(client):
    sig = SigFactory()
    path = sig.get_absolute_url()
    first = client.get(path, headers={"Accept-Encoding": "br"})
    known = {"If-None-Match": first.headers["ETag"], "Accept-Encoding": "gzip"}
    assert client.get(path, headers=known).status_code == 304
    assert client.get(f"/en{path}", headers=known).status_code == 200
    type(sig).objects.filter(pk=sig.pk).update(name="改过的名字")
    assert client.get(path, headers=known).status_code == 200


@pytest.mark.django_db
def test_portal_never_answers_a_session_or_a_form_with_304(client):
    path = SigFactory().get_absolute_url()
    known = {"If-None-Match": client.get(path).headers["ETag"]}
    signing_in = client.get("/accounts/login/")
    assert signing_in.headers["Cache-Control"] != OPEN
    assert "ETag" not in signing_in.headers
    client.force_login(User.objects.create_user("li-ming"))
    mine = client.get(path, headers=known)
    assert mine.status_code == 200
    assert mine.headers["Cache-Control"] == OWN
