"""Git clones for tests, made in one go by `git fast-import`: no checkout, no configuration, no network."""

import os
import subprocess
from dataclasses import dataclass, field

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C",
}


def git(folder, *arguments, feed=b""):
    """Output of one git command in `folder`."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(
        command, env=ENVIRONMENT, input=feed, capture_output=True, check=True
    ).stdout.decode()


@dataclass
class History:
    """Commits to be. Times are aware; a mark names a commit for later ones."""

    branch: str = "master"
    parts: list = field(default_factory=list)
    head: int | None = None
    marks: int = 0

    def commit(
        self,
        message,
        at,
        *,
        by="华立",
        committer="",
        authored_at=None,
        parents=None,
        files=None,
        branch="",
    ):
        """One commit, on the branch's head unless `parents` says otherwise; returns its mark."""
        self.marks += 1
        if parents is None:
            parents = [self.head] if self.head else []
        lines = [
            f"commit refs/heads/{branch or self.branch}",
            f"mark :{self.marks}",
            f"author {by} <one@example.test> {_seconds(at if authored_at is None else authored_at)}",
            f"committer {committer or by} <one@example.test> {_seconds(at)}",
        ]
        self.parts += ["\n".join(lines).encode() + b"\n", _data(message)]
        for number, parent in enumerate(parents):
            self.parts.append(f"{'merge' if number else 'from'} :{parent}\n".encode())
        for path, text in (files or {}).items():
            self.parts += [f"D {path}\n".encode()] if text is None else [_file(path), _data(text)]
        if not branch:
            self.head = self.marks
        return self.marks

    def merge(self, message, at, *, began_at=None, by="华立", merger="i-robot", commits=1):
        """A side branch of `commits` commits, and the merge that brings it; returns the merge's mark."""
        side = self.head
        for _ in range(commits):
            parents = [side] if side else []
            side = self.commit(
                "改动", at, by=by, authored_at=began_at, parents=parents, branch="side"
            )
        return self.commit(message, at, by=merger, parents=[self.head, side])

    def write(self, folder):
        """A bare clone of all this; returns `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "-q", "--bare", f"--initial-branch={self.branch}")
        git(folder, "fast-import", "--quiet", "--force", feed=b"".join(self.parts))
        return folder


def _seconds(at):
    seconds = at if isinstance(at, int) else int(at.timestamp())
    return f"{seconds} +0800"


def _file(path):
    return f"M 100644 inline {path}\n".encode()


def _data(text):
    body = text if isinstance(text, bytes) else text.encode()
    return f"data {len(body)}\n".encode() + body + b"\n"
