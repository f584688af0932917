"""`make bench`: runs the benchmarks named (all when none is) and prints every figure with its goal.

Benchmarks are the modules of this package that have a `figures()`; each runs in a process of its
own, so that none inherits another's caches or database.
"""

import argparse
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from scripts import bench
from scripts.bench.report import Figure

FRAME = {"__main__", "report"}


def names() -> list[str]:
    return sorted(
        module.name for module in pkgutil.iter_modules(bench.__path__) if _is_own(module.name)
    )


def _is_own(name: str) -> bool:
    return (
        name not in FRAME and "def figures(" in (Path(bench.__path__[0]) / f"{name}.py").read_text()
    )


def run_here(name: str) -> bool:
    """Runs one benchmark in this process; false when a goal was missed."""
    figures: Iterable[Figure] = importlib.import_module(f"scripts.bench.{name}").figures()
    met = True
    for figure in figures:
        print(f"  {figure}", flush=True)
        met = met and figure.is_met is not False
    return met


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"one of: {', '.join(names())}")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.name) - set(names())
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    if options.here:
        return 0 if all(run_here(name) for name in options.name) else 1
    missed = []
    for name in options.name or names():
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", "scripts.bench", "--here", name]
        if subprocess.run(command, check=False).returncode:
            missed.append(name)
    print(
        f"make bench: goals missed in {', '.join(missed)}"
        if missed
        else "make bench: every goal met"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
