"""Production refuses to start without what it needs, and names it."""

import os
import subprocess
import sys

import pytest

GOOD = {
    "SECRET_KEY": "k" * 60,
    "DATABASE_URL": "postgres://u:p@localhost/x",
    "REDIS_URL": "redis://localhost/0",
    "SITE_URL": "https://sig.example.org",
    "ALLOWED_HOSTS": "sig.example.org",
}


def load_production(tmp_path, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in GOOD}
    return subprocess.run(
        [sys.executable, "-c", "import sigportal.settings.prod as s; print(s.SESSION_COOKIE_NAME)"],
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
