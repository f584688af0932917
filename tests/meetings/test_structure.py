"""Lines of the minutes become decisions and action items as written, and nothing is guessed."""

import datetime as dt

import pytest

from meetings import problem
from meetings.structure import key, pair, read, topic_title


def decisions(text):
    return [(one.text, one.supersedes) for one in read(text).decisions]


def actions(text):
    return [(one.text, one.owners, one.due_on) for one in read(text).actions]


def codes(text):
    return [(one.line, one.code) for one in read(text).problems]


@pytest.mark.parametrize(
    "line",
    [
        "- 决定：采用甲",
        "* 决定:采用甲",
        "+ 会议决定：采用甲",
        "1. 决定：采用甲",
        "* 2 - 决定：采用甲",
        "    - 决定：采用甲",
        "- **决定：** 采用甲",
        "- **决定**：采用甲",
        "- Decision: 采用甲",
        "- DECISION：采用甲",
        "- decided: 采用甲",
    ],
)
def test_decision_is_read_however_its_line_is_written(line):
    assert decisions(f"### 1 - 议题\n\n{line}\n") == [("采用甲", None)]


@pytest.mark.parametrize(
    "line",
    [
        "- 讨论：采用甲",
        "- 决定采用甲",
        "- 我们的决定：采用甲",
        "> - 决定：采用甲",
        "- Decisive: no",
        "- : 采用甲",
        "- https://example.test/",
    ],
)
def test_other_lines_are_no_decisions(line):
    assert (decisions(line), codes(line)) == ([], [])


def test_code_holds_no_lines():
    text = "```\n- 决定：一\n~~~\n- 决定：二\n```\n- 决定：三\n~~~~\n- 决定：四\n~~~\n- 决定：五"

    assert decisions(text) == [("三", None)]


@pytest.mark.parametrize(
    "ending",
    ["（取代 D-3）", "(取代D3)", "（取代：D-3）。", " (supersedes D-3)", " (Supersedes d-3)."],
)
def test_decision_names_what_it_supersedes(ending):
    (one,) = read(f"- 决定：采用甲{ending}").decisions

    assert (one.text, one.supersedes) == ("采用甲", 3)
    assert one.said == f"采用甲{ending}".strip()


@pytest.mark.parametrize("named", ["D-1 和 D-2", "上次的决定", "3", ""])
def test_unclear_superseding_is_reported_and_kept_as_text(named):
    text = f"- 决定：采用甲（取代 {named}）"

    assert decisions(text) == [(f"采用甲（取代 {named}）", None)]
    assert codes(text) == [(1, "supersedes_unclear")]


def test_line_goes_on_where_it_is_indented_and_points_below_are_none_of_it():
    text = "- 决定：采用甲，\n  明年开始\n    - 乙再议\n- 决定：丙"

    assert decisions(text) == [("采用甲， 明年开始", None), ("丙", None)]


def test_lines_know_the_heading_above_them():
    text = "- 决定：零\n## Notes\n### 2 - 一个议题\n- 决定：一\n#### 更深\n- 行动项：二"
    found = read(text)

    assert [one.topic for one in found.decisions] == ["", "2 - 一个议题"]
    assert found.actions[0].topic == "更深"
    assert topic_title("2 - 一个议题") == "一个议题"
    assert topic_title("2026 路线图") == "2026 路线图"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("行动项：写文档 @lin 2026-12-10", ("写文档", ("@lin",), dt.date(2026, 12, 10))),
        ("行动项：写文档 2026-12-10 @lin", ("写文档", ("@lin",), dt.date(2026, 12, 10))),
        ("行动项：@lin 写文档，2026 年 12 月 9 日前", ("写文档", ("@lin",), dt.date(2026, 12, 9))),
        ("行动项：写文档（@lin，2026/12/10）", ("写文档", ("@lin",), dt.date(2026, 12, 10))),
        (
            "Action: write -- Ann Lee, due 2026-12-10",
            ("write", ("Ann Lee",), dt.date(2026, 12, 10)),
        ),
        ("Action item: write — Ann Lee.", ("write", ("Ann Lee",), None)),
        ("Action items: write -- @ann", ("write", ("@ann",), None)),
        ("待办：写文档，期限：2026-12-10", ("写文档", (), dt.date(2026, 12, 10))),
        ("行动项：写文档", ("写文档", (), None)),
        ("行动项：把 @lin 的提案写完", ("把 @lin 的提案写完", (), None)),
        ("行动项：复核 !12 与 #I4CE7W", ("复核 !12 与 #I4CE7W", (), None)),
        ("行动项：按 2026-12-10 的结论改", ("按 2026-12-10 的结论改", (), None)),
        ("行动项：写文档 -- 王和平", ("写文档", ("王和平",), None)),
    ],
)
def test_action_gives_its_owner_and_day(line, expected):
    assert actions(f"- {line}") == [expected]
    assert codes(f"- {line}") == []


@pytest.mark.parametrize(
    ("line", "expected", "code"),
    [
        ("行动项：写 @lin @ann", ("写", ("@lin", "@ann"), None), "owners_several"),
        ("Action: write -- Ann and Ben", ("write", ("Ann", "Ben"), None), "owners_several"),
        ("行动项：写 2026-02-30", ("写 2026-02-30", (), None), "due_impossible"),
        ("行动项：@lin", ("@lin", (), None), "action_empty"),
        ("行动项：2026-12-10", ("2026-12-10", (), None), "action_empty"),
    ],
)
def test_ambiguous_action_is_reported_and_kept(line, expected, code):
    assert actions(f"x\n- {line}") == [expected]
    assert codes(f"x\n- {line}") == [(2, code)]


def test_bullets_of_the_action_items_section_are_action_items_without_a_label():
    text = "## Action items\n\n* 1 - Write it. -- Ann Lee\n    - a point\n* None\n- 行动项：再写\n## Other\n* no"

    assert actions(text) == [("Write it.", ("Ann Lee",), None), ("再写", (), None)]
    assert [one.is_labelled for one in read(text).actions] == [False, True]


@pytest.mark.parametrize(
    ("text", "code"),
    [("- 决定：", "decision_empty"), ("- Action:", "action_empty"), ("决定：甲", "line_unmarked")],
)
def test_line_that_says_nothing_or_is_no_bullet_is_reported(text, code):
    found = read(text)

    assert codes(text) == [(1, code)]
    assert (found.decisions, found.actions) == ([], [])


def test_each_problem_has_its_words():
    for code in ("line_unmarked", "decision_empty", "action_empty", "supersedes_unclear"):
        assert problem.Problem(1, code, {"text": "甲"}).text


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], ["甲"], {}),
        (["采用方案甲"], ["采用 方案甲。"], {0: 0}),
        (["采用方案甲"], ["不采用方案甲"], {0: 0}),
        (["采用方案甲"], ["下次会议改到周五"], {}),
        (["一二三四五", "六七八九十"], ["六七八九十", "一二三四五"], {0: 1, 1: 0}),
        (["abcdef"], ["abcdeg", "abcdef"], {1: 0}),
        (["abcdef", "abcdef"], ["abcdef"], {0: 0}),
        (["abcdefgh"], ["abcdxxxx", "abcdefgx"], {1: 0}),
    ],
)
def test_texts_are_paired_with_what_they_were(old, new, expected):
    assert pair(old, new) == expected


def test_key_leaves_out_case_blanks_and_the_full_stop():
    assert key("Use  Plan B.") == key("use planb") == key("Use Plan B。")
