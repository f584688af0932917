"""Processes that end with the one that started them, and the ports they listen on."""

import ctypes
import os
import socket
import subprocess
import sys
from collections.abc import Callable


class ServiceError(RuntimeError):
    """A server cannot be had; the message says why and where its log is."""


def dies_with_parent(signum: int) -> Callable[[], None]:
    """Makes a `preexec_fn`: the kernel sends `signum` when this process is gone (Linux only)."""
    parent = os.getpid()

    def arrange() -> None:
        if sys.platform == "linux":
            parent_death_signal(signum)
            if os.getppid() != parent:  # it died between fork and prctl
                os._exit(1)

    return arrange


def parent_death_signal(signum: int) -> None:
    pr_set_pdeathsig = 1
    if ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signum, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


def stop(process: subprocess.Popen[bytes], signum: int, timeout_s: float) -> None:
    """Ask the process to end, insist after `timeout_s`; returns when it is gone."""
    if process.poll() is None:
        process.send_signal(signum)
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
