"""`make run`: bring the embedded portal up to date, then start its processes in this terminal.

Without GITEE_URL the emulator of the tests stands in for Gitee, so that a newcomer sees a live
sync; SAMPLE_DATA=0 leaves the sample SIG out.
"""

import hashlib
import os
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NoReturn

import environ

ROOT = Path(__file__).resolve().parents[1]
EMULATOR_PORT = 8765


def main() -> None:
    os.chdir(ROOT)
    environ.Env.read_env(ROOT / ".env")
    port = _port(os.environ.get("PORT", "8000"))
    host = os.environ.setdefault("HOST", "127.0.0.1")
    _refuse_taken(host, port)
    emulate = not os.environ.get("GITEE_URL")
    _environment(port)
    if emulate:
        _point_at_emulator()
    sample = environ.Env().bool("SAMPLE_DATA")
    _prepare(sample=sample, emulate=emulate)
    if not sample:
        print("SAMPLE_DATA is off: nothing was loaded.")
    print(f"\nThe portal starts at {os.environ['SITE_URL']}; Ctrl-C stops all of it.\n", flush=True)
    _start(_procfile(with_emulator=emulate), port)


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65536):
        _give_up(f"PORT={text} is not a port number.")
    return int(text)


def _refuse_taken(host: str, port: int) -> None:
    problem = _why_not(host, port)
    if problem:
        _give_up(
            f"port {port} of {host} cannot be used: {problem}. Another: make run PORT={port + 1}"
        )


def _why_not(host: str, port: int) -> str | None:
    """Why nobody can listen there, or None. A port that was left a moment ago counts as free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None


def _give_up(message: str) -> NoReturn:
    sys.exit(f"make run: {message}")


def _environment(port: int) -> None:
    """Defaults of `make run`; whatever the environment or .env names already stays as it is."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "sigportal.settings.dev",
        "SITE_URL": f"http://localhost:{port}",
        "SAMPLE_DATA": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    # msgfmt and the processes' programs stand beside this Python.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def _point_at_emulator() -> None:
    port = EMULATOR_PORT
    if _why_not("127.0.0.1", port):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    os.environ["GITEE_PORT"] = str(port)
    os.environ["GITEE_URL"] = f"http://127.0.0.1:{port}"
    os.environ.setdefault("GITEE_CLIENT_ID", "sample-client")
    os.environ.setdefault("GITEE_CLIENT_SECRET", "sample-secret")
    # The emulator tells its news by webhook as well.
    os.environ.setdefault("GITEE_WEBHOOK_SECRET", "sample-webhook-secret")
    # The emulator's news come every 20 s; nobody who tries the portal waits ten minutes for them.
    os.environ.setdefault("SYNC_INTERVAL_S", "30")


def _prepare(*, sample: bool, emulate: bool) -> None:
    """Database, cache table, translations, static files, sample: each safe to do again."""
    import django
    from django.core.management import call_command

    django.setup()
    quiet = {"verbosity": 0, "interactive": False}
    _step("database", lambda: call_command("migrate", **quiet))
    _step("cache table", lambda: call_command("createcachetable", verbosity=0))
    if any(ROOT.glob("locale/*/LC_MESSAGES/*.po")):
        catalogues = {"ignore": [".venv"], "verbosity": 0}
        _step("translations", lambda: call_command("compilemessages", **catalogues))
    _collect_static_files(lambda: call_command("collectstatic", **quiet))
    if sample:
        with _emulator() if emulate else nullcontext():
            _step("sample SIG", lambda: call_command("load_sample"))


def _emulator() -> AbstractContextManager[object]:
    """The emulated Gitee, while the sample's first sync needs it and its process is not up yet."""
    from tests.fakes.gitee_server import GiteeServer
    from tests.fakes.sample import load_sample

    server = GiteeServer(port=int(os.environ["GITEE_PORT"]))
    load_sample(server.state)
    return server


def _collect_static_files(collect: Callable[[], object]) -> None:
    """Compressing them takes seconds, so it is done only when one has changed."""
    from django.conf import settings

    stamp = Path(settings.VAR_DIR) / "static.stamp"
    fingerprint = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    stamp.unlink(missing_ok=True)
    _step("static files", collect)
    stamp.write_text(fingerprint)


def _static_fingerprint() -> str:
    """Name, size and time of every file that collectstatic would find, and where it would go."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    lines = [
        f"{settings.STATIC_ROOT} {path} {storage.size(path)} {storage.get_modified_time(path)}"
        for finder in get_finders()
        for path, storage in finder.list([])
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _step(name: str, work: Callable[[], object]) -> None:
    from django.core.management import CommandError

    print(f"make run: {name}", flush=True)
    try:
        work()
    except CommandError as error:
        _give_up(f"{name}: {error}")


def _procfile(*, with_emulator: bool) -> Path:
    """The production Procfile, and the emulator's line after it when it is wanted."""
    parts = [ROOT / "Procfile", *([ROOT / "Procfile.dev"] if with_emulator else [])]
    from django.conf import settings

    path = Path(settings.VAR_DIR) / "Procfile"
    path.write_text("".join(part.read_text() for part in parts))
    return path


def _start(procfile: Path, port: int) -> NoReturn:
    """Become honcho, which passes a Ctrl-C or SIGTERM on to every process and what it started."""
    # The environment is complete; honcho reading .env again would undo `make run PORT=...`.
    # It counts the port up for each line: the web process is the first and gets it as it is.
    options = {"--env": os.devnull, "--app-root": ROOT, "--procfile": procfile, "--port": port}
    words = [str(word) for option in options.items() for word in option]
    os.execv(sys.executable, [sys.executable, "-m", "scripts.processes", "start", *words])


if __name__ == "__main__":
    main()
