"""Reading a git clone that nobody need trust: none of its configuration, hooks or programs run.

No network either: a partial clone that would fetch what it lacks may not.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from .ancestry import Commit

# One field a line, the message last; no name can hold a line break. Commits end with NUL.
FORMAT = "tformat:%H%n%P%n%at%n%ct%n%an%n%cn%n%B"
PIECE = 1 << 16
SAFE = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.commitGraph=true",
    "log.showSignature=false",
    "protocol.allow=never",
)


class CloneError(Exception):
    """The folder cannot be read as a clone; the text says why."""


class Clone:
    """A clone on this machine, bare or with files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        if not self.folder.is_dir():
            raise CloneError(f"{folder}: no such folder")
        said = self._ask("rev-parse", "--git-dir", failing=f"{folder} is no git clone")
        # A folder inside a clone is not what was meant, nor is one inside `.git`.
        if said not in (".git", ".", str(self.folder / ".git")) and not self._is_linked():
            raise CloneError(f"{folder} is no git clone")

    def _is_linked(self) -> bool:
        """A worktree or submodule: `.git` is a file that points elsewhere."""
        return (self.folder / ".git").is_file()

    @property
    def is_shallow(self) -> bool:
        return self._ask("rev-parse", "--is-shallow-repository") == "true"

    def resolve(self, ref: str) -> str:
        """The commit a name stands for. Raises CloneError."""
        return self._ask(
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            f"{ref}^{{commit}}",
            failing=f"{self.folder}: no commit named {ref!r}",
        )

    def commits(self, sha: str) -> Iterator[Commit]:
        """Every commit reachable from `sha`, parents first. Raises CloneError when git fails."""
        options = ("--reverse", "--topo-order", "--no-mailmap", "--encoding=UTF-8", "--no-notes")
        with self.running("log", "-z", f"--format={FORMAT}", *options, sha, "--") as output:
            for record in records(output):
                yield commit_of(record)

    @contextmanager
    def running(self, *arguments: str, feed: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
        """The output of one git command, as it comes. Raises CloneError at the end when it failed."""
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(  # noqa: S603 (our words, no shell)
                self._command(*arguments),
                env=self._environment(),
                stdin=feed or subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            output = cast(IO[bytes], process.stdout)
            try:
                yield output
            except BaseException:
                process.kill()
                raise
            finally:
                output.close()
                status = process.wait()
            if status:
                errors.seek(0)
                raise CloneError(f"git {arguments[0]} failed: {_last_line(errors.read())}")

    def _ask(self, *arguments: str, failing: str = "") -> str:
        answer = subprocess.run(  # noqa: S603 (our words; a ref stands behind --end-of-options)
            self._command(*arguments),
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if answer.returncode:
            said = _last_line(answer.stderr)
            raise CloneError(": ".join(part for part in (failing, said) if part))
        return answer.stdout.decode(errors="replace").strip()

    def _command(self, *arguments: str) -> list[str]:
        # Clones are often another user's; what git guards against there is switched off here anyway.
        settings = (*SAFE, f"safe.directory={self.folder}")
        options = [word for setting in settings for word in ("-c", setting)]
        place = ("-C", str(self.folder))
        return ["git", "--no-pager", "--no-optional-locks", *options, *place, *arguments]

    def _environment(self) -> dict[str, str]:
        """Nothing of ours but the path: a GIT_DIR or a token in the environment is no clone's business."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.devnull,
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_CEILING_DIRECTORIES": str(self.folder.parent),
        }


def records(output: IO[bytes]) -> Iterator[bytes]:
    """What stands between NULs, read piece by piece."""
    rest = b""
    while piece := output.read(PIECE):
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole
    if rest:
        yield rest


def commit_of(record: bytes) -> Commit:
    """One record of FORMAT. What is no UTF-8 becomes the replacement sign."""
    text = record.decode("utf-8", errors="replace")
    sha, parents, authored, committed, author, committer, message = text.split("\n", 6)
    return Commit(
        sha,
        tuple(parents.split()),
        int(authored),
        int(committed),
        author.strip(),
        committer.strip(),
        message,
    )


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
