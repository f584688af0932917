import pytest
from requests.structures import CaseInsensitiveDict

from gitee import errors
from gitee.answers import Answer, error_for, read_json, read_message

NOW = 1_800_000_000.0
EXHAUSTED = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 9)}


def answer(status, body="{}", **headers):
    return Answer(status, CaseInsensitiveDict(headers), body.encode())


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "permanent"),
    [
        (400, '{"message":"已存在"}', {}, errors.Refused, True),
        (
            401,
            '{"message":"401 Unauthorized: Access token is expired"}',
            {},
            errors.Forbidden,
            True,
        ),
        (403, '{"message":"403 Forbidden"}', {}, errors.Forbidden, True),
        (403, "{}", {"X-RateLimit-Remaining": "5"}, errors.Forbidden, True),
        (403, "{}", EXHAUSTED, errors.RateLimited, False),
        (403, '{"message":"API rate limit exceeded"}', {}, errors.RateLimited, False),
        (403, '{"message":"请求过于频繁"}', {}, errors.RateLimited, False),
        (404, '{"message":"404 Project Not Found"}', {}, errors.NotFound, True),
        (405, "<html>", {}, errors.Refused, True),
        (408, "", {}, errors.Unavailable, False),
        (422, "{}", {}, errors.Refused, True),
        (429, "", {}, errors.RateLimited, False),
        (500, "<html>", {}, errors.Unavailable, False),
        (503, "", {}, errors.Unavailable, False),
        (304, "", {}, errors.MalformedAnswer, False),
    ],
)
def test_status_becomes_a_typed_error(status, body, headers, kind, permanent):
    error = error_for(answer(status, body, **headers), where="GET /x", now=NOW)
    assert type(error) is kind
    assert (error.permanent, error.status, error.where) == (permanent, status, "GET /x")


def test_rate_limit_tells_the_wait_from_either_header():
    asked = error_for(answer(429, "", **{"Retry-After": "3"}), where="", now=NOW)
    reset = error_for(answer(403, "", **EXHAUSTED), where="", now=NOW)
    neither = error_for(answer(429, ""), where="", now=NOW)
    assert [asked.retry_after_s, reset.retry_after_s, neither.retry_after_s] == [3.0, 9.0, None]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"message":"404 Project Not Found"}', "404 Project Not Found"),
        ('{"error":"invalid_grant","error_description":"授权方式无效"}', "授权方式无效"),
        ('{"error":"invalid_request"}', "invalid_request"),
        ('{"error":{"base":["一","二"]}}', "一; 二"),
        ('{"message":null,"error":"x"}', "x"),
        ("<h1>502\n Bad</h1>", "<h1>502 Bad</h1>"),
        ('["a"]', '["a"]'),
        ("{}", "{}"),
        ("", ""),
        ("[" * 100_000, "[" * 500),
    ],
)
def test_message_is_found_wherever_it_is(body, message):
    assert read_message(body.encode()) == message


def test_message_survives_bytes_that_are_no_text():
    assert read_message(b"\xff\xfe") == "\ufffd\ufffd"


@pytest.mark.parametrize("body", ["", "OK", '[{"id":', "[" * 100_000, '"\xff'])
def test_anything_but_json_is_a_malformed_answer(body):
    with pytest.raises(errors.MalformedAnswer) as caught:
        read_json(Answer(200, CaseInsensitiveDict(), body.encode("latin-1")), where="", now=NOW)
    assert not caught.value.permanent


def test_html_with_200_is_a_malformed_answer_even_when_it_decodes():
    with pytest.raises(errors.MalformedAnswer, match="HTML"):
        read_json(answer(200, "[]", **{"Content-Type": "text/html"}), where="", now=NOW)


def test_error_reads_as_place_status_and_message():
    assert str(errors.NotFound("gone", status=404, where="GET /x")) == "GET /x: 404: gone"
    assert str(errors.Unavailable("no answer")) == "no answer"
