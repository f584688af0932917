"""Production refuses to start without what it needs, and names it."""

import os
import subprocess
import sys

import pytest

GOOD = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijkl",
    "DATABASE_URL": "postgres://u:p@localhost/x",
    "REDIS_URL": "redis://localhost/0",
    "SITE_URL": "https://sig.example.org",
    "ALLOWED_HOSTS": "sig.example.org",
}


def load_production(tmp_path, **environ: str) -> subprocess.CompletedProcess[str]:
    return run(
        "import sigportal.settings.prod as s; print(s.SESSION_COOKIE_NAME)", tmp_path, **environ
    )


def run(code, tmp_path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in GOOD}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**clean, "VAR_DIR": str(tmp_path), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_all_it_needs(tmp_path):
    done = load_production(tmp_path, **GOOD)

    assert done.stdout == "__Host-session\n", done.stderr


@pytest.mark.parametrize("name", sorted(GOOD))
def test_production_names_what_is_missing(tmp_path, name):
    done = load_production(tmp_path, **{**GOOD, name: ""})

    assert done.returncode != 0
    assert f"Production settings need {name} " in done.stderr


def test_production_refuses_plain_http(tmp_path):
    done = load_production(tmp_path, **{**GOOD, "SITE_URL": "http://sig.example.org"})

    assert "SITE_URL must start with https://" in done.stderr


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"SECRET_KEY": "k" * 60}, "SECRET_KEY needs 50 random characters"),
        ({"SECRET_KEY": "too-short-0123456789"}, "SECRET_KEY needs 50 random characters"),
        ({"ALLOWED_HOSTS": "elsewhere.example"}, "ALLOWED_HOSTS must name the host of SITE_URL"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name hosts"),
        ({"DATABASE_URL": "sqlite:////tmp/x.sqlite3"}, "DATABASE_URL must name a PostgreSQL"),
        ({"METRICS_NETWORKS": "10.0.0.1/8"}, "METRICS_NETWORKS: 10.0.0.1/8 has host bits set"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is one of console, json, not xml"),
    ],
)
def test_production_refuses_what_would_not_be_safe(tmp_path, changes, complaint):
    done = load_production(tmp_path, **{**GOOD, **changes})

    assert done.returncode != 0
    assert complaint in done.stderr


def test_production_logs_json_and_each_request(tmp_path):
    code = "from sigportal.settings import prod as s; print(s.LOG_REQUESTS, s.LOGGING)"
    done = run(code, tmp_path, **GOOD)

    assert done.stdout.startswith("True ")
    assert "JSONRenderer" in done.stdout


def test_secrets_of_the_settings_are_hidden_in_log_lines(tmp_path):
    secrets = {
        "DATABASE_URL": "postgres://u:password-of-postgres@localhost/x",
        "REDIS_URL": "redis://:password-of-redis@localhost/0",
        "EMAIL_URL": "smtp+tls://me:password-of-mail@localhost:587",
        "GITEE_TOKEN": "token-that-reads",
        "GITEE_WRITE_TOKEN": "token-that-writes",
        "GITEE_CLIENT_ID": "client",
        "GITEE_CLIENT_SECRET": "client-side-secret",
        "GITEE_WEBHOOK_SECRET": "first-hook-secret,second-hook-secret",
        "NOTIFY_URLS": "wecombot://key-of-a-channel",
        "METRICS_TOKEN": "token-for-scrapes",
    }
    code = (
        "import logging.config, sys; from sigportal.settings import prod;"
        "logging.config.dictConfig(prod.LOGGING);"
        "[logging.getLogger('x').warning('a%sb', word) for word in sys.argv[1:]]"
    )
    words = [
        "password-of-postgres",
        "password-of-redis",
        "password-of-mail",
        "token-that-reads",
        "token-that-writes",
        "client-side-secret",
        "first-hook-secret",
        "second-hook-secret",
        "wecombot://key-of-a-channel",
        "token-for-scrapes",
    ]
    done = run(code, tmp_path, *words, **{**GOOD, **secrets})

    assert done.stderr.count('"event": "a[…]b"') == len(words), done.stderr
    assert not [word for word in words if word in done.stderr]
