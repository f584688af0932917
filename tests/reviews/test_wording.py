"""Sentences of the record: every state of a pull request, every reason, every duration."""

import datetime as dt

import pytest

from reviews.models import PullRequest
from reviews.verdict import Reason, Remark, judge
from reviews.wording import REASONS, duration_words, verdict_sentence

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (dt.timedelta(seconds=-5), "不到 1 分钟"),
        (dt.timedelta(seconds=20), "不到 1 分钟"),
        (dt.timedelta(seconds=40), "1 分钟"),
        (dt.timedelta(minutes=59), "59 分钟"),
        (dt.timedelta(minutes=60), "1 小时"),
        (dt.timedelta(hours=31, minutes=10), "31 小时"),
        (dt.timedelta(hours=72), "72 小时"),
        (dt.timedelta(hours=73), "3 天"),
        (dt.timedelta(days=400), "400 天"),
    ],
)
def test_duration_words(duration, words):
    assert duration_words(duration) == words


def verdict_of(*bodies):
    remarks = [Remark(key, f"r{key}", body, NOON, NOON) for key, body in enumerate(bodies)]
    return judge(remarks, author="hua", lgtm_required=2, approve_required=1)


ENOUGH = ("/lgtm", "/lgtm\n/approve")


@pytest.mark.parametrize(
    ("state", "bodies", "sentence"),
    [
        ("merged", ENOUGH, "评审通过并已合入：lgtm 2 个（需 2 个），approve 1 个（需 1 个）"),
        ("merged", (), "已合入；公开的评论中没有 lgtm 或 approve"),
        (
            "merged",
            ("/lgtm",),
            "已合入；公开的评论中 lgtm 1 个（需 2 个），approve 0 个（需 1 个），少于规定",
        ),
        ("open", ENOUGH, "评审已通过，等待合入：lgtm 2 个（需 2 个），approve 1 个（需 1 个）"),
        ("open", (), "评审中：lgtm 0 个（需 2 个），approve 0 个（需 1 个）"),
        ("closed", ("/lgtm",), "已关闭，未合入：lgtm 1 个（需 2 个），approve 0 个（需 1 个）"),
    ],
)
def test_verdict_sentence(state, bodies, sentence):
    assert verdict_sentence(PullRequest(state=state), verdict_of(*bodies)) == sentence


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_sentence(reason):
    assert str(REASONS[reason])
