"""The emulated host of the sync benchmark, in a process of its own so that it costs the sync no time.

    python -m scripts.bench.sync_host PULLS COMMENTS_A_PULL ISSUES LATENCY_MS

Prints its address when it listens, and ends when its standard input does.
"""

import datetime as dt
import sys

from tests.fakes.gitee_server import GiteeServer

NAME = "example/large"
TOKEN = "0123456789abcdef"  # noqa: S105 the emulator's own
START = dt.datetime(2022, 1, 3, 9, tzinfo=dt.UTC)
PEOPLE = [f"reviewer{number:02}" for number in range(40)]
WORDS = ("/lgtm", "/approve\n/lgtm", "这里可以少拷贝一次吗？", "门禁通过", "retest")


def fill(server: GiteeServer, pulls: int, comments_a_pull: int, issues: int) -> None:
    """Pull requests two hours apart, nine in ten merged; one comment to two issues."""
    state = server.state
    state.add_repo(NAME)
    state.add_token(TOKEN, "portal")
    for number in range(1, pulls + 1):
        at = START + dt.timedelta(hours=2 * number)
        state.add_pull(
            NAME,
            user=PEOPLE[number % 37],
            title=f"优化第 {number} 个算子的性能",
            body="为什么改：训练时显存不足。\n" * 6,
            labels=["kind/enhancement"],
            created_at=at,
        )
        for place in range(comments_a_pull):
            said_at = at + dt.timedelta(minutes=7 * (place + 1))
            who = PEOPLE[(number + place) % 40]
            state.add_comment(
                NAME, "pull", number, user=who, body=WORDS[(number + place) % 5], at=said_at
            )
        if number % 10:
            state.merge_pull(NAME, number, by="i-robot", at=at + dt.timedelta(hours=1))
    for number in range(issues):
        at = START + dt.timedelta(hours=5 * number)
        issue = state.add_issue(
            NAME, user=PEOPLE[number % 40], title=f"第 {number} 个问题", body="现象", created_at=at
        )
        if number % 2:
            state.add_comment(NAME, "issue", issue.number, user="liu", body="收到", at=at)


def main() -> None:
    pulls, comments_a_pull, issues, latency_ms = map(int, sys.argv[1:5])
    server = GiteeServer(latency_s=latency_ms / 1000)
    fill(server, pulls, comments_a_pull, issues)
    with server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
