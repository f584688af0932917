"""A repository that both the portal and the emulator know, and clients that do not wait."""

import datetime as dt

import pytest

from gitee.client import Client, Clock
from reviews.models import Comment, Issue, PullRequest
from reviews.sync.run import sync
from tests.factories import RepositoryFactory

START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
NAME = "example/one"


def at(minute):
    return START + dt.timedelta(minutes=minute)


class Host:
    """The emulator's repository in the words of these tests."""

    def __init__(self, server):
        self.server = server
        self.state = server.state
        self.state.add_repo(NAME)

    def pull(self, minute, *, user="hua", **more):
        return self.state.add_pull(
            NAME, user=user, title=f"改动 {minute}", created_at=at(minute), **more
        )

    def merged(self, minute, *, user="hua", by="liu", **more):
        pull = self.pull(minute, user=user, **more)
        return self.state.merge_pull(NAME, pull.number, by=by, at=at(minute + 30))

    def say(self, pull, user, body, minute, **more):
        return self.state.add_comment(
            NAME, "pull", pull.number, user=user, body=body, at=at(minute), **more
        )

    def issue(self, minute, *, user="hua", **more):
        return self.state.add_issue(
            NAME, user=user, title=f"问题 {minute}", created_at=at(minute), **more
        )

    def say_on_issue(self, issue, user, body, minute):
        return self.state.add_comment(
            NAME, "issue", issue.number, user=user, body=body, at=at(minute)
        )

    @property
    def paths(self):
        return [request.path for request in self.server.requests]


@pytest.fixture
def host(gitee_server):
    return Host(gitee_server)


@pytest.fixture
def repository(db):
    owner, _, name = NAME.partition("/")
    return RepositoryFactory(owner=owner, name=name)


@pytest.fixture
def run(host, repository):
    """One sync with a client that never sleeps, and whose token shows it private issues too."""
    token = host.state.add_token("0123456789abcdef", "portal")

    def run(**more):
        client = Client(host.server.url, token, clock=Clock(sleep=lambda seconds: None))
        return sync(repository, client=client, **more)

    return run


def mirror():
    """Every mirrored row without our own keys, so that two ways to the same end compare equal."""
    return {
        model.__name__: sorted(
            (
                {
                    name: value
                    for name, value in row.items()
                    if name not in {"id", "author_id", "judged_at"}
                }
                for row in model.objects.values()
            ),
            key=lambda row: row["remote_id"],
        )
        for model in (PullRequest, Issue, Comment)
    }
