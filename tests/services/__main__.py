"""Run a command with PostgreSQL and Valkey beside it.

    python -m tests.services run -- COMMAND...     runs COMMAND with DATABASE_URL and REDIS_URL set

The servers end with the run: also after Ctrl-C, SIGTERM, the death of the caller, and (on Linux)
`kill -9` of this process. The exit status is the command's, 128 + n when signal n ended it.
"""

import argparse
import os
import signal
import subprocess
import sys

from tests.services import ServiceError, servers
from tests.services.process import dies_with_parent, parent_death_signal, stop

COMMAND_TIMEOUT_S = 20.0


class Stopped(SystemExit):
    """A signal asked the run to end; carries the exit status a shell expects."""

    def __init__(self, signum: int) -> None:
        super().__init__(128 + signum)
        self.signum = signum


def _raise_stopped(signum: int, _frame: object) -> None:
    for other in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)  # the clean-up is bounded; let it finish
    raise Stopped(signum)


def _came_from_the_terminal(signum: int) -> bool:
    if signum != signal.SIGINT or not os.isatty(sys.stdin.fileno()):
        return False
    return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()


def run(command: list[str]) -> int:
    """Run `command` with both servers; returns its exit status, 128 + n when signal n ended it."""
    with servers() as started:
        child = subprocess.Popen(
            command,
            env={**os.environ, **started.environment()},
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        try:
            status = child.wait()
        except Stopped as stopped:
            # Ctrl-C has reached the command already; a second one would break its own clean-up.
            signum = 0 if _came_from_the_terminal(stopped.signum) else stopped.signum
            stop(child, signum, COMMAND_TIMEOUT_S)
            raise
    return status if status >= 0 else 128 - status


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    parser.add_argument("action", choices=["run"])
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND...")
    options = parser.parse_args(arguments)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("name the command to run after --")
    for signum in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(signum, _raise_stopped)
    if sys.platform == "linux":
        parent_death_signal(signal.SIGTERM)
    try:
        return run(command)
    except (ServiceError, FileNotFoundError) as error:
        sys.stderr.write(f"tests.services: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
