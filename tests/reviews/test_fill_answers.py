"""Issues mirrored by the last release learn when they were first answered."""

import datetime as dt
from importlib import import_module

from django.apps import apps

from reviews.models import Issue
from reviews.outcome import settle_issues
from tests.factories import AccountFactory, CommentFactory, IssueFactory

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def at(hour):
    return START + dt.timedelta(hours=hour)


def answers():
    return dict(Issue.objects.values_list("number", "answered_at"))


def test_fill_answers_finds_what_settling_finds(db):
    hua, bot, liu = (AccountFactory(login=login) for login in ("hua", "I-Robot", "liu"))
    answered = IssueFactory(number="I1", author=hua)
    own_words = IssueFactory(number="I2", author=hua, repository=answered.repository)
    IssueFactory(number="I3", author=hua, repository=answered.repository)
    for issue in (answered, own_words):
        CommentFactory(on=issue, author=hua, created_at=at(1))
        CommentFactory(on=issue, author=bot, created_at=at(2))
        CommentFactory(on=issue, author=None, created_at=at(3))
    CommentFactory(on=answered, author=liu, created_at=at(5))
    CommentFactory(on=answered, author=liu, created_at=at(4))
    import_module("reviews.migrations.0009_fill_answers").fill(apps, None)
    filled = answers()
    assert filled == {"I1": at(4), "I2": None, "I3": None}
    settle_issues(answered.repository, ["I1", "I2", "I3"])
    assert answers() == filled
