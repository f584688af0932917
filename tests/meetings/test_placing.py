"""A line goes below its heading, and every other line of the text stays as it was."""

import datetime as dt

import pytest

from meetings import structure
from meetings.placing import ACTIONS, NOTES, Place, action_line, decision_line, placed

PLACE = Place(("议题一", "Topic one"), "1 - 议题一")
BODY = """# Thursday December 3, 2026 at 16:00 GMT+8

## Notes

### 1 - 议题一

* <https://example.test/>

### 2 - 议题二

谈过了。

## Action items

* None
"""


def added(body, place=None, section=NOTES, line="- 决定：甲"):
    """Where the line stands now: the lines before and after it. Nothing else may have changed."""
    after = placed(body, line, place, section).split("\n")
    index = after.index(line)
    rest = [text for text in after[:index] + after[index + 1 :] if text.strip()]
    assert [text for text in body.split("\n") if text.strip() and text in rest] == [
        text for text in rest if text in body.split("\n")
    ]
    return after[index - 1], after[index + 1]


@pytest.mark.parametrize("title", ["1 - 议题一", "议题 一", "9 - topic ONE", "Topic one"])
def test_line_goes_below_the_heading_of_its_item(title):
    body = BODY.replace("1 - 议题一", title)

    assert added(body, PLACE) == ("* <https://example.test/>", "")


def test_line_goes_after_the_notes_of_its_item():
    text = placed(BODY, "- 决定：甲", Place(("议题二",), "2 - 议题二"), NOTES)

    assert "谈过了。\n\n- 决定：甲\n\n## Action items\n" in text


def test_line_stands_first_below_an_empty_heading():
    body = BODY.replace("* <https://example.test/>\n\n", "")

    assert "### 1 - 议题一\n\n- 决定：甲\n\n### 2" in placed(body, "- 决定：甲", PLACE, NOTES)


def test_parts_below_a_heading_belong_to_it():
    body = BODY.replace("### 2 - 议题二", "#### 细节\n\n细节的话\n\n### 2 - 议题二")

    assert added(body, PLACE) == ("", "")
    assert "细节的话\n\n- 决定：甲\n\n### 2" in placed(body, "- 决定：甲", PLACE, NOTES)


def test_missing_heading_is_added_at_the_end_of_the_notes():
    text = placed(BODY, "- 决定：甲", Place(("议题三",), "3 - 议题三"), NOTES)

    assert "谈过了。\n\n### 3 - 议题三\n\n- 决定：甲\n\n## Action items" in text


def test_heading_in_code_is_none():
    body = BODY.replace("### 1 - 议题一", "```\n### 1 - 议题一\n```\n\n### 0 - 别的")

    assert "### 1 - 议题一\n\n- 决定：甲\n\n## Action items" in placed(
        body, "- 决定：甲", PLACE, NOTES
    )


@pytest.mark.parametrize(
    ("section", "before"), [(NOTES, "谈过了。\n\n{}\n\n## Action"), (ACTIONS, "items\n\n{}\n")]
)
def test_line_without_an_item_goes_to_its_section(section, before):
    text = placed(BODY, "- 行动项：甲", None, section)

    assert before.format("- 行动项：甲") in text
    assert ("* None" in text) == (section == NOTES)


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("", "- 决定：甲\n"),
        ("随手记", "随手记\n\n- 决定：甲\n"),
        ("- 一\n", "- 一\n- 决定：甲\n"),
        ("## 记录\n\n无\n", "## 记录\n\n- 决定：甲\n"),
        ("## Notes:\n\n* None", "## Notes:\n\n- 决定：甲\n"),
    ],
)
def test_text_without_the_template_takes_the_line_at_its_end(body, after):
    assert placed(body, "- 决定：甲", None, NOTES) == after


@pytest.mark.parametrize("in_english", [False, True])
def test_line_is_read_as_what_it_was_made_from(in_english):
    line = decision_line("采用\n 方案甲", 3, in_english=in_english)
    (one,) = structure.read(line).decisions
    assert (one.text, one.supersedes) == ("采用 方案甲", 3)

    line = action_line("写文档", "lin.bert-1", dt.date(2026, 12, 10), in_english=in_english)
    (two,) = structure.read(line).actions
    assert (two.text, two.owners, two.due_on) == (
        "写文档",
        ("@lin.bert-1",),
        dt.date(2026, 12, 10),
    )

    (three,) = structure.read(action_line("写", "", None, in_english=in_english)).actions
    assert (three.text, three.owners, three.due_on) == ("写", (), None)
