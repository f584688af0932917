"""`make check`: every check that needs no running portal, one line for each that passes.

All of them run even when one fails; the exit status is 1 and the failed ones are listed at the end.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PACKAGES = ["sigportal", "meetings", "reviews", "members", "gitee", "ledger"]
# Valid in form and leading nowhere: the deployment check opens no connection.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "sigportal.settings.prod",
    "SECRET_KEY": "make-check:0123456789:abcdefghijklmnopqrstuvwxyz:ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "sig.example.org",
    "DATABASE_URL": "postgres://portal:portal@127.0.0.1:1/portal",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SITE_URL": "https://sig.example.org",
    "GITEE_URL": "https://gitee.com",
    "GITEE_CLIENT_ID": "client",
    "GITEE_CLIENT_SECRET": "client-secret",
    "GITEE_WEBHOOK_SECRET": "webhook-secret",
    "TRUSTED_PROXY_COUNT": "1",
    "DEBUG": "false",
    "SAMPLE_DATA": "false",
}
TEST = {
    "DJANGO_SETTINGS_MODULE": "sigportal.settings.test",
    "DATABASE_URL": "sqlite:///:memory:",
    "REDIS_URL": "",
}


@dataclass(frozen=True)
class Check:
    """A command that passes with status 0 (and, where asked, without saying anything else)."""

    name: str
    passed: str
    command: list[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    only_output: str | None = None

    def complaint(self, environ: Mapping[str, str]) -> str | None:
        """What the command said when it failed; None when it passed."""
        done = subprocess.run(
            self.command,
            cwd=ROOT,
            env={**environ, **self.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        output = done.stdout.strip()
        if done.returncode != 0:
            return output or f"ended with status {done.returncode} and said nothing"
        if self.only_output is not None and output != self.only_output:
            return f"expected only {self.only_output!r}, but it said:\n{output}"
        return None


def templates() -> list[str]:
    folders = [ROOT / "templates", *(ROOT / package / "templates" for package in PACKAGES)]
    return [
        str(path.relative_to(ROOT)) for folder in folders for path in sorted(folder.rglob("*.html"))
    ]


def tool(name: str) -> str:
    return str(BIN / name)


def checks() -> Iterator[Check]:
    manage = [sys.executable, "-W", "ignore", "manage.py"]
    yield Check("ruff check", "no lint", [tool("ruff"), "check", "--quiet", "."])
    yield Check("ruff format", "style as written", [tool("ruff"), "format", "--check", "."])
    if pages := templates():
        command = [tool("djade"), "--check", "--target-version", "5.2", *pages]
        yield Check("djade", f"{len(pages)} templates in style", command)
    yield Check("mypy", "types hold", [tool("mypy"), *PACKAGES, "scripts"], TEST)
    command = [*manage, "makemigrations", "--check", "--dry-run"]
    yield Check("migrations", "models and migrations agree", command, TEST)
    command = [sys.executable, "-m", "scripts.check_messages"]
    yield Check("translations", "every text has its English", command, TEST)
    command = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    silence = "System check identified no issues (0 silenced)."
    yield Check("deployment", "check --deploy is silent", command, PRODUCTION, silence)
    command = [tool("bandit"), "-q", "-c", "pyproject.toml", "-r", *PACKAGES]
    yield Check("bandit", "no security finding", command)
    yield Check("pip check", "requirements agree", [sys.executable, "-m", "pip", "check"])


def main() -> int:
    failed = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as var, ThreadPoolExecutor(2) as pool:
        environ = {**os.environ, "VAR_DIR": var}
        planned = list(checks())
        results = pool.map(lambda check: check.complaint(environ), planned)
        for check, complaint in zip(planned, results, strict=True):
            print(f"{'FAIL' if complaint else 'ok  '} {check.name}: ", end="")
            print(f"\n{complaint}" if complaint else check.passed, flush=True)
            failed += [check.name] if complaint else []
    took = f"in {time.monotonic() - started:.0f} s"
    if failed:
        print(f"make check: {len(failed)} of {len(planned)} FAILED {took}: {', '.join(failed)}")
        return 1
    print(f"make check: all {len(planned)} passed {took}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
