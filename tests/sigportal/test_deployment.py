"""docs/deployment.md and deploy/ speak of things that exist, and agree with the rest."""

import configparser
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from ledger import tasks

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOC = (ROOT / "docs" / "deployment.md").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
CURRENT = "/srv/sigportal/current"
UNITS = {
    "web": "sigportal-web.service",
    "worker": "sigportal-worker@.service",
    "beat": "sigportal-beat.service",
}
# What systemd sets in place of the shell's defaults, or what only it knows.
ONLY_PROCFILE = {"web": ["--bind", "${HOST}:${PORT}"]}
ONLY_UNIT = {"worker": ["--hostname", "worker%i@%%h"]}


def unit(name):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(DEPLOY / "systemd" / name)
    return parser


def without(words, some):
    return [word for word in words if word not in some]


@pytest.mark.parametrize("process", UNITS)
def test_unit_runs_what_the_procfile_runs(process):
    lines = dict(line.split(": exec ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    wanted = shlex.split(re.sub(r"\$\{(\w+):-[\w.]+\}", r"${\1}", lines[process]))
    words = shlex.split(unit(UNITS[process])["Service"]["ExecStart"])
    assert words[0].startswith(f"{CURRENT}/.venv/bin/")
    words[0] = Path(words[0]).name
    wanted = without(wanted, ONLY_PROCFILE.get(process, []))
    assert without(words, ONLY_UNIT.get(process, [])) == wanted


@pytest.mark.parametrize("name", UNITS.values())
def test_unit_reads_the_settings_and_writes_where_it_may(name):
    service = unit(name)["Service"]
    assert service["WorkingDirectory"] == CURRENT
    assert service["User"] == "sigportal"
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == "/var/lib/sigportal"
    assert "EnvironmentFile=/etc/sigportal/env" in (DEPLOY / "systemd" / name).read_text()


def test_variables_of_the_units_stand_in_the_example_of_settings():
    """systemd knows no defaults: a variable that is not set is an empty word."""
    used = set()
    for name in UNITS.values():
        used |= set(re.findall(r"\$\{(\w+)\}", unit(name)["Service"]["ExecStart"]))
    example = re.search(r"DJANGO_SETTINGS_MODULE=sigportal.settings.prod\n.*?```", DOC, re.S)[0]
    assert used
    assert used <= set(re.findall(r"^(\w+)=", example, re.M))


def test_port_is_the_same_everywhere():
    port = unit("sigportal-web.socket")["Socket"]["ListenStream"]
    assert f"server {port};" in NGINX
    assert f"http://{port}/readyz" in DOC


@pytest.mark.parametrize(
    "line",
    [
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "proxy_set_header X-Request-ID $request_id;",
        "proxy_set_header Host $host;",
        "location = /metrics { return 404; }",
        "location = /readyz  { return 404; }",
        "ssl_reject_handshake on;",
        "    gzip off;",
    ],
)
def test_nginx_says_what_the_portal_relies_on(line):
    assert line in NGINX


def test_nginx_lets_the_largest_body_through_that_is_read():
    (limit,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(limit) * 1024 * 1024 > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert int(limit) * 1024 * 1024 > settings.WEBHOOK_MAX_BYTES


def test_nginx_logs_neither_query_nor_address_nor_secret_paths():
    (form,) = re.findall(r"log_format sigportal '(.*)';", NGINX)
    for variable in ("$request ", "$request_uri", "$args", "$remote_addr", "$uri", "$http_"):
        assert variable not in form + " "
    (pattern,) = re.findall(r'"~(\^.*?)" "\$1/\.\.\."', NGINX)
    secret = ["/calendars/k.ics", "/en/notices/unsubscribe/t/", "/people/me/notices/address/t/"]
    assert [path for path in secret if not re.match(pattern, path)] == []
    assert not re.match(pattern, "/sigs/one/meetings/")


def test_settings_production_needs_are_listed():
    source = (ROOT / "sigportal" / "settings" / "prod.py").read_text()
    (names,) = re.findall(r"^REQUIRED = \((.*)\)", source, re.M)
    for name in re.findall(r'"(\w+)"', names):
        assert f"| `{name}` |" in DOC, name


def test_settings_the_page_names_exist():
    known = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M))
    # Of gunicorn and the Procfile, and of the shell in examples.
    known |= {"WEB_CONCURRENCY", "WORKER_CONCURRENCY", "REV", "NEW", "REPOSITORY"}
    named = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", DOC))
    assert named - known == set()


def test_commands_the_page_names_exist():
    named = set(re.findall(r"(?:manage\.sh|`)(?: |\b)(\w+_\w+|migrate|sync|check)\b", DOC))
    named &= {word for word in named if re.search(rf"manage\.sh {word}\b", DOC)}
    assert {"migrate", "sync", "verify_ledger", "import_charter"} <= named
    assert named - set(get_commands()) == set()


def test_files_the_page_names_exist():
    for name in re.findall(r"`?(deploy/[\w./@-]+\w)", DOC):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"\]\((\w+\.md)\)", DOC):
        assert (ROOT / "docs" / name).exists(), name


def test_metrics_the_page_names_are_told(client, db):
    tasks.verify()
    told = client.get("/metrics").content.decode()
    for name in re.findall(r"`(sigportal_\w+)`", DOC):
        assert f"# TYPE {name} " in told, name


def test_manage_runs_with_the_settings_of_the_file(tmp_path):
    env = tmp_path / "env"
    env.write_text("DJANGO_SETTINGS_MODULE=x.y\nSECRET_KEY='a b$c'\n")
    release = tmp_path / "release"
    (release / "deploy").mkdir(parents=True)
    (release / ".venv" / "bin").mkdir(parents=True)
    (release / "deploy" / "manage.sh").write_bytes((DEPLOY / "manage.sh").read_bytes())
    (release / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (release / "manage.py").write_text(
        "import os, sys; print(os.environ['SECRET_KEY'], os.getcwd(), sys.argv[1:])"
    )
    done = subprocess.run(
        ["sh", release / "deploy" / "manage.sh", "migrate", "two words"],
        env={"PATH": os.defpath, "PORTAL_ENV": str(env)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"a b$c {release} ['migrate', 'two words']\n"
