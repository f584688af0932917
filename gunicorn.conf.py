"""What gunicorn reads by itself in this folder; the number of workers and the rest stand in the Procfile.

The processes of one web server write their figures into one folder, so that whichever is asked for
/metrics tells of all. The portal is not imported here: a reload could not change it any more.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "sigportal-metrics-"


def on_starting(server: Any) -> None:
    """A new folder each time: what a server before this one counted must not be counted again."""
    _sweep(Path(tempfile.gettempdir()))
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def _sweep(base: Path) -> None:
    """Remove what servers that were killed have left."""
    for folder in base.glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdecimal() and not Path("/proc", pid).exists() and Path("/proc/self").exists():
            shutil.rmtree(folder, ignore_errors=True)


def child_exit(server: Any, worker: Any) -> None:
    # Reads the variable when it is imported.
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ[VARIABLE], ignore_errors=True)
