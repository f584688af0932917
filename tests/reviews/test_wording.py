"""Sentences of the record: every state of a pull request, every reason, every duration."""

import datetime as dt
from types import SimpleNamespace

import pytest

from reviews.case import OwnersVersion, Rights
from reviews.models import PullRequest
from reviews.verdict import Reason
from reviews.wording import (
    REASONS,
    duration_and_hours,
    duration_words,
    rights_sentence,
    shortfalls,
    verdict_sentence,
)

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


def verdict_of(conclusion):
    return SimpleNamespace(
        conclusion=conclusion,
        lgtm_by=("liu", "wang"),
        approve_by=("wang",),
        lgtm_required=2,
        approve_required=1,
    )


FIGURES = "lgtm 2 个（需 2 个），approve 1 个（需 1 个）"


@pytest.mark.parametrize(
    ("state", "conclusion", "standing"),
    [
        ("merged", "met", "评审通过并已合入"),
        ("merged", "unmet", "已合入，但评审不符合规则"),
        ("merged", "unknown", "已合入；现有资料不足以断定评审是否符合规则"),
        ("merged", "pending", "已合入；现有资料不足以断定评审是否符合规则"),
        ("open", "met", "评审已通过，等待合入"),
        ("open", "pending", "评审中"),
        ("open", "unknown", "评审中"),
        ("closed", "met", "已关闭，未合入"),
        ("closed", "pending", "已关闭，未合入"),
    ],
)
def test_verdict_sentence(state, conclusion, standing):
    sentence = verdict_sentence(PullRequest(state=state), verdict_of(conclusion))
    assert sentence == f"{standing}：{FIGURES}"


def test_shortfalls_name_each_thing_missing():
    assert shortfalls(lgtm=2, approve=1, missing=("cla/yes",), blocking=("wip",)) == [
        "缺 2 个 lgtm",
        "缺 1 个 approve",
        "缺标签 cla/yes",
        "有标签 wip，不得合入",
    ]
    assert shortfalls(lgtm=0, approve=0) == []


@pytest.mark.parametrize(
    ("owners", "by_roster", "sentence"),
    [
        (True, True, "按当日的 OWNERS 与成员名册"),
        (True, False, "按当日的 OWNERS"),
        (False, True, "approve 按当日的成员名册；当日的 OWNERS 没有记载，任何人的 lgtm 都计入"),
        (False, False, "当日的 OWNERS 与成员名册都没有记载，任何人的 lgtm 和 approve 都计入"),
    ],
)
def test_rights_sentence(owners, by_roster, sentence):
    versions = (OwnersVersion("OWNERS", NOON, ""),) if owners else ()
    assert rights_sentence(Rights(NOON, owners=versions, by_roster=by_roster)) == sentence


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (None, ""),
        (dt.timedelta(hours=3), "3 小时"),
        (dt.timedelta(hours=73), "3 天（73 小时）"),
    ],
)
def test_duration_and_hours(duration, words):
    assert duration_and_hours(duration) == words


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_sentence(reason):
    assert str(REASONS[reason])
