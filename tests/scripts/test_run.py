import os
import socket

import pytest
from django.contrib.staticfiles.finders import get_finder

from scripts import run


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def environment(monkeypatch):
    """An environment of the test's own, with nothing of the portal in it."""
    monkeypatch.setattr(os, "environ", {"PATH": "/usr/bin"})
    return os.environ


def test_run_refuses_a_taken_port_and_proposes_another(taken):
    with pytest.raises(SystemExit) as stop:
        run._refuse_taken("127.0.0.1", taken)
    assert f"port {taken} of 127.0.0.1 cannot be used: Address already in use" in str(stop.value)
    assert f"make run PORT={taken + 1}" in str(stop.value)


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1", "80.0"])
def test_run_refuses_what_is_no_port(text):
    with pytest.raises(SystemExit, match=f"PORT={text} is not a port number"):
        run._port(text)


def test_environment_keeps_what_is_named_already(environment):
    environment["SITE_URL"] = "https://sig.example.org"
    run._environment(8080)
    assert environment["SITE_URL"] == "https://sig.example.org"
    assert environment["DJANGO_SETTINGS_MODULE"] == "sigportal.settings.dev"
    assert environment["SAMPLE_DATA"] == "1"


def test_emulator_takes_another_port_when_its_own_is_taken(environment, monkeypatch, taken):
    monkeypatch.setattr(run, "EMULATOR_PORT", taken)
    run._point_at_emulator()
    assert environment["GITEE_PORT"] != str(taken)
    assert environment["GITEE_URL"] == f"http://127.0.0.1:{environment['GITEE_PORT']}"


@pytest.mark.parametrize(
    ("with_emulator", "names"),
    [(True, ["web", "worker", "beat", "gitee"]), (False, ["web", "worker", "beat"])],
)
def test_procfile_names_the_web_process_first(settings, tmp_path, with_emulator, names):
    settings.VAR_DIR = tmp_path
    lines = run._procfile(with_emulator=with_emulator).read_text().splitlines()
    assert [line.partition(":")[0] for line in lines] == names


def test_static_files_are_collected_again_only_after_a_change(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    source = tmp_path / "source"
    source.mkdir()
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    get_finder.cache_clear()
    collected = []

    def collect():
        run._collect_static_files(lambda: collected.append(1))
        return len(collected)

    (source / "portal.css").write_text("a {}")
    assert [collect(), collect()] == [1, 1]
    (source / "portal.css").write_text("a { b: c }")
    assert [collect(), collect()] == [2, 2]
    get_finder.cache_clear()
