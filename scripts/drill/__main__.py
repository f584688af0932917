"""`make drill`: runs the drills named (all when none is) and prints every promise with its verdict.

Drills are the modules of this package that have a `verdicts()`; each runs in a process of its own,
with PostgreSQL, Valkey, workers, beats and a web server of its own. Exit status 1 when one broke.
"""

import argparse
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

from scripts import drill


def names() -> list[str]:
    """A module's name with dashes is the drill's."""
    found = [module.name for module in pkgutil.iter_modules(drill.__path__)]
    return sorted(name.replace("_", "-") for name in found if _is_drill(name))


def _is_drill(name: str) -> bool:
    return "\ndef verdicts(" in (Path(drill.__path__[0]) / f"{name}.py").read_text()


def run_here(name: str, chosen: dict[str, int]) -> bool:
    """Runs one drill in this process, with what it has use for; false when a promise was broken."""
    module = importlib.import_module(f"scripts.drill.{name.replace('-', '_')}")
    wanted = inspect.signature(module.verdicts).parameters
    all_held = True
    for verdict in module.verdicts(**{option: chosen[option] for option in wanted}):
        print(f"  {verdict}", flush=True)
        all_held = all_held and verdict.held
    return all_held


def main() -> int:
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"one of: {', '.join(names())}")
    parser.add_argument("--points", type=int, default=50, help="kills (default %(default)s)")
    parser.add_argument(
        "--requests", type=int, default=10_000, help="malformed (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of what happens when")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.name) - set(names())
    if unknown:
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    chosen = {name: getattr(options, name) for name in ("points", "requests", "seed")}
    if options.here:
        return 0 if all(run_here(name, chosen) for name in options.name) else 1
    broken = [name for name in options.name or names() if not _apart(name, chosen)]
    print(f"make drill: broken in {', '.join(broken)}" if broken else "make drill: all held")
    return 1 if broken else 0


def _apart(name: str, chosen: dict[str, int]) -> bool:
    print(f"== {name}", flush=True)
    arguments = [f"--{option}={value}" for option, value in chosen.items()]
    command = [sys.executable, "-m", "scripts.drill", "--here", name, *arguments]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
