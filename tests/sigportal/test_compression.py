"""Visitors' pages go out small; what a signed-in reader gets is never compressed."""

import gzip

import brotli
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from sigportal.compression import LEAST, CompressionMiddleware, coding_for
from tests.factories import SigFactory

PAGE = "评审记录" * 400
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


def answer(response, accepted="br, gzip", **request):
    asked = RequestFactory().get("/", headers={"Accept-Encoding": accepted})
    asked.COOKIES.update(request)
    return CompressionMiddleware(lambda _request: response)(asked)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.1, gzip;q=1.0", "br"),
        ("br ; q=x", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_coding_is_one_that_is_taken(accepted, coding):
    assert coding_for(accepted) == coding


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_visitors_page_is_compressed(coding):
    said = answer(HttpResponse(PAGE, headers={"ETag": '"one"', "Vary": "Cookie"}), coding)
    assert said.headers["Content-Encoding"] == coding
    assert UNPACK[coding](said.content).decode() == PAGE
    assert int(said.headers["Content-Length"]) == len(said.content) < len(PAGE)
    assert said.headers["ETag"] == 'W/"one"'
    assert said.headers["Vary"] == "Cookie, Accept-Encoding"


def test_page_for_a_reader_without_compression_varies_all_the_same():
    said = answer(HttpResponse(PAGE), "identity")
    assert "Content-Encoding" not in said.headers
    assert said.headers["Vary"] == "Accept-Encoding"


def test_session_is_never_compressed():
    said = answer(HttpResponse(PAGE), **{settings.SESSION_COOKIE_NAME: "any"})
    assert "Content-Encoding" not in said.headers
    signing_in = HttpResponse(PAGE)
    signing_in.set_cookie(settings.SESSION_COOKIE_NAME, "any")
    assert "Content-Encoding" not in answer(signing_in).headers


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("x" * (LEAST - 1)),
        HttpResponse(PAGE, content_type="application/json"),
        HttpResponse(PAGE, headers={"Content-Encoding": "zstd"}),
        StreamingHttpResponse([PAGE]),
    ],
    ids=["short", "not a page", "compressed already", "streaming"],
)
def test_other_answers_stay_as_they_are(response):
    coding = response.headers.get("Content-Encoding")
    assert answer(response).headers.get("Content-Encoding") == coding


@pytest.mark.django_db
def test_portal_compresses_for_visitors_only(client):
    SigFactory()
    headers = {"Accept-Encoding": "br"}
    assert client.get("/", headers=headers).headers["Content-Encoding"] == "br"
    client.force_login(User.objects.create_user("li-ming"))
    assert "Content-Encoding" not in client.get("/", headers=headers).headers
