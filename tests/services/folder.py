"""The folder of one run: whom its servers run as, what they may read, and that it goes away."""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.services.process import ServiceError, dies_with_parent

PREFIX = "sigportal-services-"
STALE_AFTER_S = 60.0
UNPRIVILEGED = "nobody"


@dataclass
class RunFolder:
    """Folder of one run. `user` is None when the servers may run as ourselves."""

    path: Path
    user: pwd.struct_passwd | None = field(default_factory=lambda: server_user())

    def subfolder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(mode=0o700)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        return folder

    def secret_file(self, path: Path, text: str) -> Path:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def program(self, package: Path, *beside: Path) -> Path:
        """The package's folder where the server's user can read it: itself, or a copy here."""
        if self.user is None or open_to_all(package):
            return package
        target = self.path / "programs"
        for source in (package, *beside):
            ignore = shutil.ignore_patterns("include", "__pycache__", "*.a")
            shutil.copytree(source, target / source.name, ignore=ignore, dirs_exist_ok=True)
        for made in (target, *target.rglob("*")):
            made.chmod(0o755 if made.is_dir() or os.access(made, os.X_OK) else 0o644)
        return target / package.name

    def spawn(self, command: list[str], log: Path, *, at_parents_death: int) -> subprocess.Popen:
        """Start a server away from the terminal, so that Ctrl-C reaches us and not it."""
        identity = {}
        if self.user:
            identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                preexec_fn=dies_with_parent(at_parents_death),
                **identity,
            )


def server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root lends it the name `nobody`."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise ServiceError(
            f"PostgreSQL cannot run as root and there is no user {UNPRIVILEGED!r} here: run the"
            " tests as an ordinary user, or name servers in TEST_DATABASE_URL and TEST_REDIS_URL."
        ) from None


def open_to_all(path: Path) -> bool:
    """May any user reach `path`? (Not so below /root or a home folder closed to others.)"""
    resolved = path.resolve()
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (resolved, *resolved.parents))


def base_folder() -> Path:
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
    usable = [path for path in candidates if path.is_dir() and os.access(path, os.W_OK)]
    if os.geteuid() == 0:
        usable = [path for path in usable if open_to_all(path)]
    if not usable:
        raise ServiceError(
            "No temporary folder here is writable and open to other users: set TMPDIR to one."
        )
    return usable[0]


def sweep(base: Path) -> None:
    """Remove what runs that were killed have left. A folder whose lock is free has no owner."""
    for folder in base.glob(PREFIX + "*"):
        with suppress(FileNotFoundError):
            state = folder.stat()
            if state.st_uid != os.geteuid() or time.time() - state.st_mtime < STALE_AFTER_S:
                continue
            with (folder / "owner.lock").open() as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_folder() -> Iterator[RunFolder]:
    """A folder of our own. After a server failed to start it stays, for its log, until swept."""
    base = base_folder()
    sweep(base)
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    path.chmod(0o711)
    with (path / "owner.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keep = False
        try:
            yield RunFolder(path)
        except ServiceError:
            keep = True
            raise
        finally:
            if not keep:
                shutil.rmtree(path, ignore_errors=True)
