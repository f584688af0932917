"""The few pages of the emulated site that a person follows a link to: plain, honest about being a stand-in."""

import html
import re

from tests.fakes.records import Comment, Issue, Pull
from tests.fakes.shapes import instant
from tests.fakes.state import Repo, State
from tests.fakes.wire import Reply, Request, reply_html

NOTICE = "这是本机模拟的 Gitee。"
ADDRESS = re.compile(r"/([^/]+/[^/]+)/(pulls|issues)/([^/]+)")


def document(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title></head>"
        f"<body><h1>{html.escape(title)}</h1><p>{NOTICE}</p>{body}</body></html>"
    )


def missing() -> Reply:
    return reply_html(document("404", ""), status=404)


def handle(request: Request, state: State) -> Reply:
    """The page of a pull request or an issue; 404 for everything else."""
    match = ADDRESS.fullmatch(request.path)
    repo = state.repos.get(match[1].lower()) if match else None
    if match is None or repo is None:
        return missing()
    row: Pull | Issue | None
    if match[2] == "pulls":
        row = repo.pulls.get(int(match[3])) if match[3].isdecimal() else None
    else:
        row = repo.issues.get(match[3])
    if row is None or getattr(row, "security_hole", False):
        return missing()
    return reply_html(item_page(repo, row))


def item_page(repo: Repo, row: Pull | Issue) -> str:
    comments = repo.comments("pull" if isinstance(row, Pull) else "issue").ordered()
    said = [comment for comment in comments if comment.number == str(row.number)]
    facts = (
        f"{repo.full_name} · {row.number} · {row.state} · {row.user} · {instant(row.created_at)}"
    )
    parts = [f"<p>{html.escape(facts)}</p><pre>{html.escape(row.body or '')}</pre>"]
    parts += [_comment(comment) for comment in said]
    return document(row.title, "".join(parts))


def _comment(comment: Comment) -> str:
    who = html.escape(f"{comment.user} · {instant(comment.created_at)}")
    return (
        f'<section id="note_{comment.id}"><h2>{who}</h2>'
        f"<pre>{html.escape(comment.body)}</pre></section>"
    )
