"""The emulator from the command line: what to serve, how slow, how broken."""

import argparse
import re
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

from tests.fakes.churn import Churn
from tests.fakes.gitee_server import GiteeServer
from tests.fakes.live import Live
from tests.fakes.pulls_file import load_pulls
from tests.fakes.records import Comment, Issue, Pull
from tests.fakes.sample import SAMPLE_REPO, load_sample
from tests.fakes.switches import Switches

Told = Callable[[str, Pull | Issue | Comment], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until interrupted. Exit status 2 and one line on a bad argument or file."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    try:
        server = build(options)
        server.start()
    except (OSError, ValueError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    announce(server)
    # A process manager stops with SIGTERM; both signals end it the same way.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    live = start_live(server, options)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("stopping")
    finally:
        if live:
            live.stop()
        server.stop()
    return 0


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.gitee_server",
        description="A Gitee (API v5 and sign-in) on this machine, for developing against.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=8765)
    add("--sample", action="store_true", help=f"an invented year of {SAMPLE_REPO}")
    add("--pulls", type=Path, metavar="FILE.jsonl", help="merged pull requests, one JSON a line")
    add("--repo", default=SAMPLE_REPO, help="the repository of --pulls (default %(default)s)")
    add("--live", type=float, default=0.0, metavar="SECONDS", help="something happens this often")
    add("--latency-ms", type=float, default=0.0, help="wait before each answer")
    add("--faults", default="", metavar="KIND:RATE,…", help="as 500:0.05,429+3:0.02,drop:0.01")
    add("--churn", type=float, default=0.0, metavar="RATE", help="rows change between pages")
    add("--seed", type=int, default=0, help="of --faults, --churn and --live")
    add("--token", action="append", default=[], metavar="TOKEN[:LOGIN]", help="an accepted token")
    add("--client", metavar="ID:SECRET", help="the only application that may sign people in")
    add("--callback", action="append", default=[], metavar="URL", help="its callback addresses")
    add("--webhook", metavar="URL", help="told of what --live makes happen")
    add("--webhook-secret", default="", metavar="SECRET", help="signs what --webhook is told")
    add("--switch", action="append", default=[], metavar="NAME=VALUE", help=switch_help())
    return parser


def switch_help() -> str:
    return "change what is uncertain: " + ", ".join(field.name for field in fields(Switches))


def build(options: argparse.Namespace) -> GiteeServer:
    """Raises `ValueError` saying which argument or line is wrong."""
    server = GiteeServer(
        host=options.host,
        port=options.port,
        latency_s=options.latency_ms / 1000,
        switches=make_switches(options.switch),
    )
    if options.pulls:
        load_pulls(server.state, options.pulls, options.repo)
    if options.sample or not options.pulls:
        load_sample(server.state)
    for token in options.token:
        value, _, login = token.partition(":")
        server.state.add_token(value, login or "suhaibo")
    if options.client:
        client_id, _, secret = options.client.partition(":")
        server.oauth.register(client_id, secret, *options.callback)
    server.faults.throw_dice(options.seed, parse_faults(options.faults))
    if options.churn:
        name = next(iter(server.state.repos))
        server.before = Churn(server.state, name, seed=options.seed, rate=options.churn)
    return server


def make_switches(texts: Sequence[str]) -> Switches:
    switches = Switches()
    for text in texts:
        name, _, value = text.partition("=")
        if name not in {field.name for field in fields(Switches)}:
            raise ValueError(f"no switch named {name!r}")
        setattr(switches, name, _switch_value(value))
    return switches


def _switch_value(value: str) -> bool | int | None:
    words = {"true": True, "false": False, "none": None}
    if value.lower() in words:
        return words[value.lower()]
    if value.isdecimal():
        return int(value)
    raise ValueError(f"a switch is true, false, none or a number, not {value!r}")


def parse_faults(text: str) -> dict[str, float]:
    rates: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        kind, _, rate = part.partition(":")
        if not re.fullmatch(r"0?\.\d+|0|1", rate):
            raise ValueError(f"a fault is KIND:RATE with a rate from 0 to 1, not {part!r}")
        rates[kind] = float(rate)
    return rates


def start_live(server: GiteeServer, options: argparse.Namespace) -> Live | None:
    if not options.live:
        return None
    name = SAMPLE_REPO if SAMPLE_REPO in server.state.repos else options.repo
    live = Live(server.state, name, seed=options.seed, told=teller(server, name, options))
    live.start(options.live)
    return live


def teller(server: GiteeServer, name: str, options: argparse.Namespace) -> Told | None:
    """Delivers each event to --webhook and prints how it was received."""
    if not options.webhook:
        return None
    hooks, repo = server.hooks(options.webhook_secret), server.state.repo(name)

    def tell(event: str, row: Pull | Issue | Comment) -> None:
        if isinstance(row, Comment):
            delivery = hooks.note(repo, row)
        elif isinstance(row, Issue):
            delivery = hooks.issue(repo, row, action="open")
        else:
            delivery = hooks.pull(repo, row, action=event)
        print(
            f"{event} {row.number}: webhook answered {delivery.send(options.webhook)}", flush=True
        )

    return tell


def announce(server: GiteeServer) -> None:
    print(f"Gitee emulator at {server.url} (API below /api/v5, sign-in below /oauth)")
    for repo in server.state.repos.values():
        print(f"  {repo.full_name}: {len(repo.pulls)} pull requests, {len(repo.issues)} issues")
    print("Stop it with Ctrl-C.", flush=True)
