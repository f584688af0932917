"""Whose lgtm and approve count: hand-made cases, then what must hold for any heap of remarks."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.verdict import Reason, Remark, Word, commands, judge

START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def remark(key, login, body, *, minute=None, edited=False):
    at = START + dt.timedelta(minutes=key if minute is None else minute)
    return Remark(key, login, body, at, at + dt.timedelta(seconds=edited))


def verdict_of(*remarks, **more):
    rule = {"author": "author", "lgtm_required": 2, "approve_required": 1} | more
    return judge(remarks, **rule)


def reasons(given):
    return [(one.login, one.reason) for one in given]


# ── commands ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("/lgtm", [("lgtm", False)]),
        ("/LGTM", [("lgtm", False)]),
        ("/Approve  ", [("approve", False)]),
        ("/lgtm\r\n", [("lgtm", False)]),
        ("谢谢\r\n/lgtm\r\n/approve", [("lgtm", False), ("approve", False)]),
        ("/lgtm cancel", [("lgtm", True)]),
        ("/approve\tCancel", [("approve", True)]),
        ("/lgtm\n/lgtm cancel", [("lgtm", False), ("lgtm", True)]),
        (" /lgtm", []),
        ("/lgtm!", []),
        ("/lgtm 看过了", []),
        ("please /lgtm", []),
        ("> /lgtm", []),
        ("/lgtmcancel", []),
        ("/approved", []),
        ("lgtm", []),
        ("/lgtm\ncancel", [("lgtm", False)]),
        ("", []),
    ],
)
def test_commands_are_lines_of_their_own(body, found):
    assert [(str(one.word), one.is_cancel) for one in commands(remark(1, "a", body))] == found


# ── who counts ────────────────────────────────────────────────────────────────────────────────
def test_judge_accepts_when_enough_people_said_so():
    verdict = verdict_of(
        remark(1, "liu", "/lgtm"), remark(2, "wang", "/lgtm\n/approve"), remark(3, "zhao", "好")
    )
    assert verdict.lgtm_by == ("liu", "wang")
    assert verdict.approve_by == ("wang",)
    assert verdict.met


def test_judge_wants_both_numbers():
    assert not verdict_of(remark(1, "liu", "/lgtm"), remark(2, "wang", "/lgtm")).met
    assert not verdict_of(remark(1, "liu", "/lgtm"), remark(2, "wang", "/approve")).met
    one_is_enough = verdict_of(
        remark(1, "liu", "/lgtm"), remark(2, "wang", "/approve"), lgtm_required=1
    )
    assert one_is_enough.met


@pytest.mark.parametrize(
    ("remarks", "more", "expected"),
    [
        ([remark(1, "author", "/lgtm")], {}, [("author", Reason.OWN)]),
        ([remark(1, "AUTHOR", "/lgtm")], {}, [("AUTHOR", Reason.OWN)]),
        ([remark(1, "i-robot", "/lgtm")], {}, [("i-robot", Reason.BOT)]),
        ([remark(1, "mindspore-ci-bot", "/lgtm")], {}, [("mindspore-ci-bot", Reason.BOT)]),
        ([remark(1, "MindSpore-Bot", "/lgtm")], {}, [("MindSpore-Bot", Reason.BOT)]),
        ([remark(1, "", "/lgtm")], {}, [("", Reason.UNKNOWN_PERSON)]),
        ([remark(1, "liu", "/lgtm", edited=True)], {}, [("liu", Reason.EDITED)]),
        (
            [remark(1, "liu", "/lgtm"), remark(9, "wang", "/lgtm")],
            {"until": START + dt.timedelta(minutes=5)},
            [("liu", None), ("wang", Reason.AFTER_CLOSE)],
        ),
        (
            [remark(5, "liu", "/lgtm")],
            {"until": START + dt.timedelta(minutes=5)},
            [("liu", None)],
        ),
        (
            [remark(1, "Liu", "/lgtm"), remark(2, "wang", "/lgtm")],
            {"reviewers": {"liu"}},
            [("Liu", None), ("wang", Reason.NOT_ENTITLED)],
        ),
        ([remark(1, "wang", "/lgtm")], {"approvers": set()}, [("wang", None)]),
        (
            [remark(1, "liu", "/lgtm"), remark(2, "LIU", "/lgtm")],
            {},
            [("liu", Reason.REPEATED), ("LIU", None)],
        ),
        (
            [remark(1, "liu", "/lgtm"), remark(2, "liu", "/lgtm cancel")],
            {},
            [("liu", Reason.WITHDRAWN), ("liu", Reason.CANCEL)],
        ),
        (
            [
                remark(1, "liu", "/lgtm"),
                remark(2, "liu", "/lgtm cancel"),
                remark(3, "liu", "/lgtm"),
            ],
            {},
            [("liu", Reason.WITHDRAWN), ("liu", Reason.CANCEL), ("liu", None)],
        ),
        # A word that does not count cannot take back or replace one that does.
        (
            [remark(1, "liu", "/lgtm"), remark(2, "liu", "/lgtm cancel", edited=True)],
            {},
            [("liu", None), ("liu", Reason.EDITED)],
        ),
        (
            [remark(1, "liu", "/lgtm"), remark(9, "liu", "/lgtm cancel")],
            {"until": START + dt.timedelta(minutes=5)},
            [("liu", None), ("liu", Reason.AFTER_CLOSE)],
        ),
        # Another's cancel is theirs alone, and a cancel of approve is none of lgtm.
        (
            [remark(1, "liu", "/lgtm"), remark(2, "wang", "/lgtm cancel")],
            {},
            [("liu", None), ("wang", Reason.CANCEL)],
        ),
        (
            [remark(1, "liu", "/lgtm"), remark(2, "liu", "/approve cancel")],
            {},
            [("liu", None)],
        ),
        # Time decides, not the order in which rows arrive.
        (
            [remark(1, "liu", "/lgtm cancel", minute=9), remark(2, "liu", "/lgtm", minute=1)],
            {},
            [("liu", Reason.WITHDRAWN), ("liu", Reason.CANCEL)],
        ),
    ],
)
def test_judge_says_why_a_lgtm_does_not_count(remarks, more, expected):
    assert reasons(verdict_of(*remarks, **more).lgtm) == expected


def test_judge_takes_approve_from_approvers_only():
    verdict = verdict_of(
        remark(1, "liu", "/approve"), remark(2, "wang", "/approve"), approvers={"wang"}
    )
    assert reasons(verdict.approve) == [("liu", Reason.NOT_ENTITLED), ("wang", None)]


def test_judge_of_nothing_is_empty():
    verdict = verdict_of()
    assert (verdict.lgtm, verdict.approve, verdict.met) == ((), (), False)
    assert (verdict.lgtm_missing, verdict.approve_missing) == (2, 1)


# ── properties ────────────────────────────────────────────────────────────────────────────────
LOGINS = st.sampled_from(["author", "liu", "LIU", "wang", "zhao", "i-robot", ""])
BODIES = st.sampled_from(
    ["/lgtm", "/LGTM\r\n", "/lgtm cancel", "/approve", "/approve cancel", "好", "/lgtm\n/approve"]
)
HEAPS = st.lists(st.tuples(LOGINS, BODIES, st.integers(0, 20), st.booleans()), max_size=25).map(
    lambda rows: [
        remark(key, login, body, minute=minute, edited=edited)
        for key, (login, body, minute, edited) in enumerate(rows)
    ]
)


@given(HEAPS, st.randoms())
def test_judge_does_not_depend_on_the_order_of_arrival(heap, random):
    shuffled = random.sample(heap, len(heap))
    assert verdict_of(*heap) == verdict_of(*shuffled)


@given(HEAPS)
def test_judge_counts_each_person_once_and_never_author_or_robot(heap):
    verdict = verdict_of(*heap)
    for logins in (verdict.lgtm_by, verdict.approve_by):
        lowered = [login.lower() for login in logins]
        assert len(set(lowered)) == len(lowered)
        assert not {"author", "i-robot", ""} & set(lowered)


@given(HEAPS)
def test_judge_names_every_command_exactly_once(heap):
    verdict = verdict_of(*heap)
    said = sum(len(list(commands(one))) for one in heap)
    assert len(verdict.lgtm) + len(verdict.approve) == said
    assert {one.word for one in verdict.lgtm} <= {Word.LGTM}


@given(HEAPS)
def test_judge_with_fewer_entitled_never_counts_more(heap):
    everyone, some = verdict_of(*heap), verdict_of(*heap, reviewers={"liu"}, approvers=set())
    lower = {login.lower() for login in everyone.lgtm_by}
    assert {login.lower() for login in some.lgtm_by} <= lower & {"liu"}
    assert some.approve_by == ()
    assert everyone.met or not some.met


@given(HEAPS)
def test_judge_lets_a_last_valid_cancel_take_everything_back(heap):
    cancels = [
        remark(100 + index, login, "/lgtm cancel\n/approve cancel")
        for index, login in enumerate(["liu", "wang", "zhao"])
    ]
    verdict = verdict_of(*heap, *cancels)
    assert (verdict.lgtm_by, verdict.approve_by) == ((), ())
