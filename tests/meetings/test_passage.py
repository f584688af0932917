"""Passages: no line is lost or doubled, names never collide, hits are marked in the text as written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.bigrams import fold, words_of
from meetings.passage import (
    CHARACTERS,
    LINES,
    SHOWN,
    Part,
    excerpt,
    headings_of,
    hits,
    marked,
    names_of,
    plain,
    split,
)

MINUTES = """# 2026 年 12 月例会

到会三人。

## Agenda

* 1 - 图算融合
    - a point
* 2 - 文档

## Notes

决定采用 **新接口**，见 [说明](https://example.test/a)。

```
## not a heading
```

## Notes

第二处
"""

LINE = st.one_of(
    st.sampled_from(
        [
            "",
            "  ",
            "# 甲",
            "## 甲",
            "甲",
            "===",
            "---",
            "```",
            "* 项",
            "1. 项",
            "  - # 乙",
            "> # 丙",
            "> 引",
            "<div>",
            "# ",
            "|a|b|",
            "|-|-|",
            "\t# 丁",
        ]
    ),
    st.text(max_size=30).map(lambda line: "".join(line.splitlines()).replace("\r", "")),
)


def written(passages):
    return [line for passage in passages for line in passage.lines]


# ── splitting ─────────────────────────────────────────────────────────────────────────────────
def test_split_gives_each_passage_its_heading_and_name():
    found = [(one.heading, one.name, one.text) for one in split(MINUTES)]
    assert found == [
        ("2026 年 12 月例会", "text-2026-年-12-月例会", "到会三人。"),
        ("Agenda", "text-agenda", "1 - 图算融合 a point 2 - 文档"),
        ("Notes", "text-notes", "决定采用 新接口，见 说明 https://example.test/a。 not a heading"),
        ("Notes", "text-notes-2", "第二处"),
    ]


def test_split_leaves_what_stands_before_the_first_heading_without_one():
    (first, second) = split("开头\n\n# 标题\n")
    assert (first.heading, first.name, first.text) == ("", "", "开头")
    assert (second.heading, second.text) == ("标题", "")


@pytest.mark.parametrize("text", ["", "\n\n", "  \n\t\n"])
def test_split_of_a_blank_text_is_empty(text):
    assert split(text) == []


@given(st.lists(LINE, max_size=40), st.sampled_from(["\n", "\r\n", "\r"]))
def test_split_holds_every_line_that_is_not_blank_once(lines, newline):
    assert written(split(newline.join(lines))) == [line for line in lines if line.strip()]


def test_split_cuts_a_long_list_before_an_item():
    lines = [line for n in range(20) for line in (f"* {n}", "    - point")]
    passages = split("\n".join(lines))
    assert written(passages) == lines
    assert len(passages) > 2
    assert max(len(one.lines) for one in passages) <= LINES


def test_split_cuts_a_list_of_long_items_by_their_length():
    passages = split("\n".join(f"* {'字' * 250}" for _ in range(9)))
    assert [len(one.lines) for one in passages] == [3, 3, 3]


def test_split_keeps_a_paragraph_together_unless_it_is_very_long():
    assert len(split("\n".join(["行"] * LINES * 2))) == 1
    assert len(split("\n".join(["行"] * LINES * 9))) > 1
    assert len(split("\n".join(["字" * CHARACTERS] * 9))) > 1


# ── names ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("headings", "names"),
    [
        (["行动项"], ["text-行动项"]),
        (["Action Items", "ＡＣＴＩＯＮ　items"], ["text-action-items", "text-action-items-2"]),
        (["a", "a", "a 2"], ["text-a", "text-a-2", "text-a-2-2"]),
        (["a-2", "a", "a"], ["text-a-2", "text-a", "text-a-3"]),
        (["", "!!"], ["text-section", "text-section-2"]),
        (["a" * 90], ["text-" + "a" * 60]),
        (['"><b>'], ["text-b"]),
    ],
)
def test_names_follow_the_words_and_never_collide(headings, names):
    assert names_of(headings) == names


@given(st.lists(st.sampled_from(["a", "a-2", "a 2", "A", "", "甲", "-"]), max_size=12))
def test_names_are_all_different_and_without_blanks(headings):
    names = names_of(headings)
    assert len(set(names)) == len(headings)
    assert not [name for name in names if name.split() != [name]]


def test_headings_in_lists_have_names_but_begin_no_passage():
    text = "* # 甲\n\n# 甲\n"
    assert [(one.name, one.is_outer) for one in headings_of(text)] == [
        ("text-甲", False),
        ("text-甲-2", True),
    ]
    assert [one.name for one in split(text)] == ["", "text-甲-2"]


# ── plain words ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("* **决定** `x`", "决定 x"),
        ("    - > 引", "引"),
        ("1. 第一", "1. 第一"),
        ("## 标题", "标题"),
        ('[说明](https://a.test/b "t")', "说明 https://a.test/b"),
        ("[https://a.test](https://a.test)", "https://a.test"),
        ("![图](<https://a.test/c.png>)", "图 https://a.test/c.png"),
        ("一个 *强调* 的词", "一个 强调 的词"),
        ("3 * 4 = a*b", "3 * 4 = a*b"),
        ("__init__", "__init__"),
        ("---", ""),
        ("===", ""),
        ("```python", ""),
        ("<b>粗</b>", "<b>粗</b>"),
    ],
)
def test_plain_takes_off_the_marks_of_markdown(line, words):
    assert plain(line) == words


@pytest.mark.parametrize(
    "line", ["[](" + "a" * 50_000, "`" * 50_000 + "x y", "[" * 50_000, "> " * 50_000 + "x"]
)
def test_plain_takes_no_more_than_one_walk(line):
    assert len(plain(line)) <= len(line)


# ── hits ──────────────────────────────────────────────────────────────────────────────────────
def shown(parts):
    return "".join(f"[{part.text}]" if part.is_hit else part.text for part in parts)


@pytest.mark.parametrize(
    ("text", "question", "result"),
    [
        ("图算融合的讨论", "图算", "[图算]融合的讨论"),
        ("修复 Bug，又见 BUG", "bug", "修复 [Bug]，又见 [BUG]"),
        ("ＭｉｎｄＳｐｏｒｅ 2.4", "mindspore", "[ＭｉｎｄＳｐｏｒｅ] 2.4"),
        ("MindSpore", "ｍｉｎｄ", "[Mind]Spore"),
        ("Straße 与 ﬁx", "strasse fi", "[Straße] 与 [ﬁ]x"),
        ("cafe\u0301 与 café", "CAFÉ", "[cafe\u0301] 与 [café]"),
        ("ｶﾞｲﾄﾞ", "ガ", "[ｶﾞ]ｲﾄﾞ"),
        ("甲乙丙", "乙丙 甲乙", "[甲乙丙]"),
        ("甲 乙", "乙 甲", "[甲] [乙]"),
        ("甲", "乙", "甲"),
        ("", "甲", ""),
        ("<b>粗</b>", "b", "<[b]>粗</[b]>"),
        ("100%_", "%_", "100[%_]"),
    ],
)
def test_hits_are_marked_in_the_text_as_written(text, question, result):
    assert shown(marked(text, words_of(question))) == result


@given(st.text(max_size=80), st.text(max_size=12))
def test_marked_parts_make_the_text_again_and_every_word_in_it_is_marked(text, question):
    words = words_of(question)
    parts = marked(text, words)
    assert "".join(part.text for part in parts) == text
    for word in words:
        if word in fold(text):
            assert any(part.is_hit for part in parts)


@given(st.text(max_size=600), st.data())
def test_excerpt_shows_a_piece_of_the_text_with_its_first_hit(text, data):
    word = data.draw(st.sampled_from([*fold(text).split(), "没有"]))
    parts = excerpt(text, [word])
    inner = [part for part in parts if part != Part("…", False) or "…" in text]
    piece = "".join(part.text for part in inner)
    assert piece in text
    if hits(text, [word]):
        assert any(part.is_hit for part in parts)


def test_excerpt_cuts_around_the_first_hit():
    text = "前" * 300 + "中间" + "后" * 300
    parts = excerpt(text, ["中间"])
    assert parts[0] == parts[-1] == Part("…", False)
    assert Part("中间", True) in parts
    assert sum(len(part.text) for part in parts) <= SHOWN + 2


def test_excerpt_of_a_short_text_is_the_whole():
    assert shown(excerpt("短短一句", ["一句"])) == "短短[一句]"


def test_excerpt_without_a_hit_shows_the_beginning():
    parts = excerpt("字" * 1000, ["没有"])
    assert shown(parts) == "字" * SHOWN + "…"
