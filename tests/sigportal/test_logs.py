"""A log line is readable by programs and holds nothing about people, and no secret."""

import json
import logging
import logging.config

import pytest
import structlog

from sigportal.logs import RequestNoise, logging_config, scrub

SECRET = "s3cr3t-value-of-a-setting"


@pytest.fixture
def lines():
    """What the portal's formatter makes of records."""

    def formatted(as_json=True, secrets=(SECRET,)):
        config = logging_config(
            as_json=as_json, level="INFO", worker_level="WARNING", secrets=secrets
        )
        options = config["formatters"]["structured"]
        return structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=options["foreign_pre_chain"], processors=options["processors"]
        )

    return formatted


def record(message, *args, exc_info=None, **extra):
    return logging.getLogger("members.tasks").makeRecord(
        "members.tasks", logging.WARNING, "f.py", 1, message, args, exc_info, extra=extra
    )


def test_line_is_one_json_object(lines):
    with structlog.contextvars.bound_contextvars(request_id="abcdefgh"):
        line = lines().format(record("vote %s 已截止", 7, status=404, request=object()))

    assert "\n" not in line
    said = json.loads(line)
    assert said.pop("timestamp").endswith("Z")
    assert said == {
        "event": "vote 7 已截止",
        "level": "warning",
        "logger": "members.tasks",
        "request_id": "abcdefgh",
        "status": 404,
    }


def int_of(text):
    raise ValueError(text)


def test_traceback_is_part_of_the_line_and_scrubbed(lines):
    with pytest.raises(ValueError, match="no reader") as raised:
        int_of(f"no reader someone@example.org, {SECRET}")
    error = raised.value
    line = lines().format(record("failed", exc_info=(type(error), error, error.__traceback__)))

    assert "\n" not in line
    said = json.loads(line)["exception"]
    assert said.startswith("Traceback")
    assert "ValueError: no reader [e-mail], […]" in said


def test_line_for_people_names_its_facts(lines):
    line = lines(as_json=False).format(record("request", status=404, route="home"))
    assert "request" in line
    assert "route=home" in line
    assert "\x1b[" not in line


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("mail to a.b+c@mail.example.org bounced", "mail to [e-mail] bounced"),
        ("GET /search/?q=%E6%9D%8E&page=2 done", "GET /search/?[…] done"),
        ("https://u:pass@host/x", "https://[…]@host/x"),
        ("redis://:pass@host:6379/0", "redis://[…]@host:6379/0"),
        ("access_token=abc123def", "access_token=[…]"),
        ("{'private_token': 'abc123def', 'x': 1}", "{'private_token': '[…]', 'x': 1}"),
        ("password: hunter22", "password: […]"),
        ("client_secret='abc'", "client_secret='[…]'"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: […]"),
        ("sent Bearer abc.def-ghi on", "sent Bearer […] on"),
        ("Cookie: __Host-session=abc; csrftoken=def", "Cookie: […]"),
        ("__Host-csrftoken=abcdef", "__Host-csrftoken=[…]"),
        ("{'Set-Cookie': 'a=b'}", "{'Set-Cookie': […]"),
        # What must stay readable.
        ("gitee:mindspore/mindformers: synced", "gitee:mindspore/mindformers: synced"),
        ("X-Gitee-Token and X-Gitee-Timestamp are required",) * 2,
        ("promotion 12: vote closed, approved",) * 2,
        ("what? yes",) * 2,
        ("GET /repos/a/b/pulls: 429",) * 2,
    ],
)
def test_scrub_hides_what_must_not_be_logged(said, shown):
    assert scrub(said) == shown


def test_scrub_hides_known_secrets_wherever_they_stand(lines):
    said = json.loads(
        lines(secrets=(SECRET, SECRET + "-longer", "ab")).format(
            record("a %s b %s ab", SECRET + "-longer", SECRET)
        )
    )
    assert said["event"] == "a […] b […] ab"


# ── Django's own lines ────────────────────────────────────────────────────────────────────────
class Asked:
    path = "/notices/unsubscribe/tok-123/"

    class resolver_match:
        kwargs = {"token": "tok-123"}


def of_django(status, name="django.request", error=None):
    exc_info = (type(error), error, None) if error else None
    made = logging.getLogger(name).makeRecord(
        name, logging.ERROR, "f.py", 1, "%s: %s", ("Reason", Asked.path), exc_info
    )
    made.status_code, made.request = status, Asked
    return made


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_refusal_is_not_said_a_second_time(status):
    assert not RequestNoise().filter(of_django(status, error=PermissionError("x")))


def test_answer_nobody_raised_is_not_said_a_second_time():
    assert not RequestNoise().filter(of_django(503))


def test_suspicion_is_said_without_its_traceback():
    found = of_django(400, "django.security.DisallowedHost", ValueError("bad host"))
    assert RequestNoise().filter(found)
    assert found.exc_info is None
    assert found.getMessage() == "Reason: /notices/unsubscribe/[…]/ (ValueError: bad host)"


def test_outage_is_said_in_one_line_with_its_first_cause():
    found = of_django(503, error=OSError("could not connect\n\tIs the server running?"))
    assert RequestNoise().filter(found)
    assert found.exc_info is None
    assert found.getMessage().endswith("(OSError: could not connect)")


def test_fault_keeps_its_traceback_and_hides_the_secret_of_the_address():
    found = of_django(500, error=RuntimeError("x"))
    assert RequestNoise().filter(found)
    assert found.exc_info is not None
    assert found.getMessage() == "Reason: /notices/unsubscribe/[…]/"


def test_other_lines_are_left_alone():
    found = record("x")
    assert RequestNoise().filter(found)
    assert found.getMessage() == "x"


def test_configuration_is_one_logging_takes():
    logging.config.DictConfigurator(
        logging_config(as_json=True, level="INFO", worker_level="WARNING")
    )
    config = logging_config(as_json=True, level="INFO", worker_level="ERROR")
    assert config["loggers"]["celery"]["level"] == "ERROR"
    # Django's defaults mail tracebacks and print a second time.
    assert config["loggers"]["django"]["handlers"] == []
    assert config["loggers"]["apprise"]["level"] == "CRITICAL"
