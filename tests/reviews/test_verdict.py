"""Whose lgtm and approve count: hand-made cases, then what must hold for any heap of remarks."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.case import Case, NewCommits, Remark, Rights, Rule, Speaker, Word
from reviews.verdict import Conclusion, Reason, commands, judge

START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
LONG_AGO = START - dt.timedelta(days=900)
LATER = START + dt.timedelta(days=1)


def at(minute):
    return START + dt.timedelta(minutes=minute)


def remark(key, login, body, *, minute=None, edited=False, **who):
    said = at(key if minute is None else minute)
    by = Speaker(login, **who)
    return Remark(key, by, body, said, said + dt.timedelta(seconds=edited))


def entitled(lgtm=None, approve=None, *, since=LONG_AGO):
    """Rights from `since` on; None: not known."""
    sets = [None if names is None else frozenset(names) for names in (lgtm, approve)]
    return Rights(since, *sets)


def push(not_before, until=None):
    return NewCommits(at(not_before), at(not_before if until is None else until))


def case_of(*, lgtm=2, approve=1, **more):
    return Case(**({"rule": Rule(lgtm, approve), "author": Speaker("author")} | more))


def verdict_of(*remarks, **more):
    return judge(remarks, case_of(**more), as_of=LATER)


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
    one_is_enough = verdict_of(remark(1, "liu", "/lgtm"), remark(2, "wang", "/approve"), lgtm=1)
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
            {"until": at(5)},
            [("liu", None), ("wang", Reason.AFTER_CLOSE)],
        ),
        (
            [remark(5, "liu", "/lgtm")],
            {"until": at(5)},
            [("liu", None)],
        ),
        (
            [remark(1, "Liu", "/lgtm"), remark(2, "wang", "/lgtm")],
            {"rights": [entitled({"liu"})]},
            [("Liu", None), ("wang", Reason.NOT_ENTITLED)],
        ),
        ([remark(1, "wang", "/lgtm")], {"rights": [entitled(None, ())]}, [("wang", None)]),
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
        # Two accounts of one person, or one account under two names, are one.
        (
            [remark(1, "liu", "/lgtm", person=7), remark(2, "liu-2", "/lgtm", person=7)],
            {},
            [("liu", Reason.REPEATED), ("liu-2", None)],
        ),
        (
            [remark(1, "other", "/lgtm", person=7)],
            {"author": Speaker("author", person=7)},
            [("other", Reason.OWN)],
        ),
        (
            [remark(1, "new-name", "/lgtm", names=frozenset({"author"}))],
            {},
            [("new-name", Reason.OWN)],
        ),
        (
            [remark(1, "new-name", "/lgtm", names=frozenset({"old-name"}))],
            {"rights": [entitled({"old-name"})]},
            [("new-name", None)],
        ),
        # An author whom the host lost is nobody's other self.
        ([remark(1, "", "/lgtm")], {"author": Speaker("")}, [("", Reason.UNKNOWN_PERSON)]),
        ([remark(1, "liu", "/lgtm")], {"author": Speaker("")}, [("liu", None)]),
        # Before a push a word is old; in the time in which the push may have come, it counts in doubt.
        ([remark(4, "liu", "/lgtm")], {"pushes": [push(5)]}, [("liu", Reason.BEFORE_PUSH)]),
        ([remark(5, "liu", "/lgtm")], {"pushes": [push(5)]}, [("liu", None)]),
        ([remark(4, "liu", "/lgtm")], {"pushes": [push(5, 9)]}, [("liu", Reason.BEFORE_PUSH)]),
        ([remark(7, "liu", "/lgtm")], {"pushes": [push(5, 9)]}, [("liu", None)]),
        (
            [remark(1, "liu", "/lgtm"), remark(8, "liu", "/lgtm")],
            {"pushes": [push(5)]},
            [("liu", Reason.BEFORE_PUSH), ("liu", None)],
        ),
        # What comes to the branch after the merge does not touch the merge.
        ([remark(1, "liu", "/lgtm")], {"pushes": [push(9)], "until": at(5)}, [("liu", None)]),
        (
            [remark(1, "liu", "/lgtm")],
            {"pushes": [push(3)], "until": at(5)},
            [("liu", Reason.BEFORE_PUSH)],
        ),
        # Rights are those of the word's moment.
        (
            [remark(1, "liu", "/lgtm"), remark(9, "wang", "/lgtm")],
            {"rights": [entitled({"liu"}), entitled({"wang"}, since=at(5))]},
            [("liu", None), ("wang", None)],
        ),
        (
            [remark(1, "wang", "/lgtm"), remark(9, "liu", "/lgtm")],
            {"rights": [entitled({"liu"}), entitled({"wang"}, since=at(5))]},
            [("wang", Reason.NOT_ENTITLED), ("liu", Reason.NOT_ENTITLED)],
        ),
        # … also when others have them by the end.
        (
            [remark(1, "liu", "/lgtm"), remark(2, "wang", "/lgtm")],
            {"rights": [entitled({"liu"}), entitled({"wang"}, since=at(5))], "until": at(9)},
            [("liu", None), ("wang", Reason.NOT_ENTITLED)],
        ),
        # Of several reasons the weightiest is said.
        (
            [remark(1, "author", "/lgtm", edited=True)],
            {"rights": [entitled({"liu"})], "pushes": [push(5)]},
            [("author", Reason.OWN)],
        ),
        # A word that does not count cannot take back or replace one that does.
        (
            [remark(1, "liu", "/lgtm"), remark(2, "liu", "/lgtm cancel", edited=True)],
            {},
            [("liu", None), ("liu", Reason.EDITED)],
        ),
        (
            [remark(1, "liu", "/lgtm"), remark(9, "liu", "/lgtm cancel")],
            {"until": at(5)},
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
        remark(1, "liu", "/approve"),
        remark(2, "wang", "/approve"),
        rights=[entitled(None, {"wang"})],
    )
    assert reasons(verdict.approve) == [("liu", Reason.NOT_ENTITLED), ("wang", None)]


def test_judge_of_nothing_is_empty():
    verdict = verdict_of()
    assert (verdict.lgtm, verdict.approve, verdict.met) == ((), (), False)
    assert (verdict.lgtm_missing, verdict.approve_missing) == (2, 1)


# ── doubt ─────────────────────────────────────────────────────────────────────────────────────
def test_judge_says_which_word_counts_in_doubt():
    said = [remark(minute, f"r{minute}", "/lgtm") for minute in (4, 7, 9)]
    verdict = verdict_of(*said, pushes=[push(5, 9)])
    assert [(one.login, one.is_uncertain) for one in verdict.lgtm] == [
        ("r4", False),
        ("r7", True),
        ("r9", False),
    ]


# ── the conclusion ────────────────────────────────────────────────────────────────────────────
ENOUGH = (remark(1, "liu", "/lgtm"), remark(2, "wang", "/lgtm\n/approve"))
KNOWN = [entitled({"liu", "wang", "zhao"}, {"wang"})]
MERGED = {"rights": KNOWN, "until": at(60), "is_merged": True}
UPPER = Rule(2, 1, required_labels=("CLA/Yes",), blocking_labels=("WIP",))
LABELS = Rule(2, 1, required_labels=("cla/yes",), blocking_labels=("do-not-merge",))


@pytest.mark.parametrize(
    ("remarks", "more", "conclusion"),
    [
        (ENOUGH, {"rights": KNOWN}, Conclusion.MET),
        (ENOUGH[:1], {"rights": KNOWN}, Conclusion.PENDING),
        (ENOUGH, MERGED, Conclusion.MET),
        (ENOUGH[:1], MERGED, Conclusion.UNMET),
        (ENOUGH[1:], MERGED, Conclusion.UNMET),
        ((), MERGED, Conclusion.UNMET),
        # Closed without a merge breaks no rule.
        (ENOUGH[:1], MERGED | {"is_merged": False}, Conclusion.PENDING),
        (ENOUGH, MERGED | {"is_merged": False}, Conclusion.MET),
        # Whose word counted is not known: enough words prove nothing, too few do.
        (ENOUGH, MERGED | {"rights": ()}, Conclusion.UNKNOWN),
        (ENOUGH[:1], MERGED | {"rights": ()}, Conclusion.UNMET),
        (ENOUGH, {"rights": ()}, Conclusion.UNKNOWN),
        (ENOUGH, MERGED | {"rights": [entitled(None, {"wang"})]}, Conclusion.MET),
        # Rights known only from later on.
        (
            ENOUGH,
            MERGED | {"rights": [entitled({"liu"}, {"liu"}, since=at(99))]},
            Conclusion.UNKNOWN,
        ),
        # Comments that nobody read.
        (ENOUGH, MERGED | {"is_complete": False}, Conclusion.MET),
        (ENOUGH[:1], MERGED | {"is_complete": False}, Conclusion.UNKNOWN),
        # Labels.
        (ENOUGH, MERGED | {"rule": LABELS, "labels": ["cla/yes", "x"]}, Conclusion.MET),
        (ENOUGH, MERGED | {"rule": LABELS, "labels": ["CLA/Yes"]}, Conclusion.MET),
        (ENOUGH, MERGED | {"rule": UPPER, "labels": ["cla/yes"]}, Conclusion.MET),
        (ENOUGH, MERGED | {"rule": UPPER, "labels": ["cla/yes", "wip"]}, Conclusion.UNMET),
        (ENOUGH, MERGED | {"rule": LABELS, "labels": []}, Conclusion.UNMET),
        (
            ENOUGH,
            MERGED | {"rule": LABELS, "labels": ["cla/yes", "do-not-merge"]},
            Conclusion.UNMET,
        ),
        (ENOUGH, MERGED | {"rule": LABELS, "labels": None}, Conclusion.UNKNOWN),
        (ENOUGH, MERGED | {"labels": None}, Conclusion.MET),
        (
            ENOUGH[:1],
            MERGED | {"rule": LABELS, "labels": [], "is_complete": False},
            Conclusion.UNMET,
        ),
        (ENOUGH, {"rights": KNOWN, "rule": LABELS, "labels": []}, Conclusion.PENDING),
        # Other numbers.
        (ENOUGH[:1], MERGED | {"lgtm": 1, "approve": 0}, Conclusion.MET),
        ((), MERGED | {"lgtm": 0, "approve": 0}, Conclusion.MET),
        (ENOUGH, MERGED | {"lgtm": 3}, Conclusion.UNMET),
        (ENOUGH, MERGED | {"approve": 2}, Conclusion.UNMET),
    ],
)
def test_judge_concludes(remarks, more, conclusion):
    assert verdict_of(*remarks, **more).conclusion == conclusion


def test_judge_names_what_the_labels_lack():
    verdict = verdict_of(*ENOUGH, rule=LABELS, labels=["do-not-merge"])
    assert (verdict.labels_missing, verdict.labels_blocking) == (("cla/yes",), ("do-not-merge",))


# ── the merge commit's word ───────────────────────────────────────────────────────────────────
EVERYONE = [entitled({"wang", "zhao", "author", "i-robot"}, {"wang"})]
CLONE = MERGED | {"is_complete": False, "labels": None}


@pytest.mark.parametrize(
    ("witnesses", "more", "conclusion"),
    [
        (["liu", "wang"], {}, Conclusion.MET),
        (["liu", "zhao"], {}, Conclusion.UNKNOWN),
        (["wang"], {}, Conclusion.UNKNOWN),
        (["wang", "stranger"], {}, Conclusion.UNKNOWN),
        (["wang", "author"], {}, Conclusion.UNKNOWN),
        (["wang", "i-robot"], {}, Conclusion.UNKNOWN),
        (["wang", ""], {}, Conclusion.UNKNOWN),
        # … not even where OWNERS names them.
        (["wang", "author"], {"rights": EVERYONE}, Conclusion.UNKNOWN),
        (["wang", "i-robot"], {"rights": EVERYONE}, Conclusion.UNKNOWN),
        (["wang", "zhao"], {"rights": EVERYONE}, Conclusion.MET),
        ([], {}, Conclusion.UNKNOWN),
        (["liu", "wang"], {"rights": ()}, Conclusion.UNKNOWN),
        (["liu", "wang"], {"rule": LABELS}, Conclusion.UNKNOWN),
        # Once the comments are read they decide.
        (["liu", "wang"], {"is_complete": True, "labels": ()}, Conclusion.UNMET),
    ],
)
def test_judge_takes_reviewers_from_the_merge_commit_while_comments_are_not_read(
    witnesses, more, conclusion
):
    case = CLONE | {"witnesses": [Speaker(login) for login in witnesses]} | more
    assert verdict_of(**case).conclusion == conclusion


@pytest.mark.parametrize(
    ("rights", "approved"), [((), ()), (KNOWN, ("wang",)), ([entitled(None, {"liu"})], ("liu",))]
)
def test_judge_takes_a_witness_for_an_approver_only_where_that_is_sure(rights, approved):
    witnesses = [Speaker("liu"), Speaker("wang")]
    verdict = verdict_of(**(CLONE | {"rights": rights, "witnesses": witnesses}))
    assert verdict.lgtm_by == ("liu", "wang")
    assert reasons(verdict.approve) == [(login, None) for login in approved]


def test_judge_prefers_what_people_said_to_what_the_merge_commit_says():
    said = remark(1, "liu", "/lgtm", edited=True)
    verdict = verdict_of(said, **CLONE, witnesses=[Speaker("liu"), Speaker("wang")])
    assert reasons(verdict.lgtm) == [("liu", Reason.EDITED), ("wang", None)]
    assert [one.is_witnessed for one in verdict.lgtm] == [False, True]


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


PUSHES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=3).map(
    lambda spans: [push(start, start + length) for start, length in spans]
)
NAMES = st.sets(st.sampled_from(["liu", "wang", "zhao", "author"]))


def counted(verdict):
    return {(one.word, one.by.who) for one in verdict.counted}


@given(HEAPS, PUSHES, NAMES, NAMES)
def test_judge_never_counts_less_with_more_people_entitled(heap, pushes, some, more):
    few = verdict_of(*heap, pushes=pushes, rights=[entitled(some, some)])
    many = verdict_of(*heap, pushes=pushes, rights=[entitled(some | more, some | more)])
    assert counted(few) <= counted(many)


@given(HEAPS, PUSHES, st.integers(0, 20))
def test_judge_never_counts_more_after_another_push(heap, pushes, minute):
    before = verdict_of(*heap, pushes=pushes)
    after = verdict_of(*heap, pushes=[*pushes, push(minute)])
    assert len(after.counted) <= len(before.counted)


@given(HEAPS, PUSHES, BODIES, st.integers(0, 20))
def test_judge_is_never_helped_by_a_comment_of_the_author(heap, pushes, body, minute):
    more = [*heap, remark(99, "author", body, minute=minute)]
    before, after = verdict_of(*heap, pushes=pushes), verdict_of(*more, pushes=pushes)
    assert counted(after) == counted(before)
    assert after.conclusion == before.conclusion


@given(HEAPS, PUSHES, st.sampled_from(["liu", "wang"]))
def test_judge_sees_nothing_in_a_lgtm_that_is_cancelled(heap, pushes, login):
    others = [one for one in heap if one.by.login.lower() != login]
    both = [remark(98, login, "/lgtm", minute=30), remark(99, login, "/lgtm cancel", minute=31)]
    assert counted(verdict_of(*others, *both, pushes=pushes)) == counted(
        verdict_of(*others, pushes=pushes)
    )


@given(HEAPS, st.integers(0, 20))
def test_judge_does_not_hear_what_is_said_after_the_end(heap, end):
    heard = [one for one in heap if one.created_at <= at(end)]
    assert counted(verdict_of(*heap, until=at(end))) == counted(verdict_of(*heard, until=at(end)))


@given(HEAPS, st.booleans())
def test_judge_concludes_from_the_same_whatever_the_case_of_logins(heap, upper):
    turned = [
        replace(one, by=Speaker(one.by.login.upper() if upper else one.by.login.lower()))
        for one in heap
    ]
    assert verdict_of(*turned).conclusion == verdict_of(*heap).conclusion


@given(HEAPS)
def test_judge_with_fewer_entitled_never_counts_more(heap):
    everyone, some = verdict_of(*heap), verdict_of(*heap, rights=[entitled({"liu"}, ())])
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
