"""READMEs in every hand: who is listed as what, and every line that is not understood by number."""

import pytest

from members.charter import readme
from members.charter.facts import CharterError, Listed
from tests.members.charter_texts import README


def people(text):
    return [(p.role, p.name, p.login, p.duty) for p in readme.parse(text, "README.md").facts.people]


def one(line):
    """The only person of a list of one line, and the problems."""
    parsed = readme.parse(f"## Maintainers\n\n{line}\n* Sure One @sure\n", "README.md")
    listed = [person for person in parsed.facts.people if person.login != "sure"]
    return (listed[0] if listed else None), [str(problem) for problem in parsed.problems]


def test_parse_reads_roles_logins_and_duties():
    assert people(README) == [
        ("maintainer", "Lan Xi", "Lan-Xi", "星图 SIG 负责人"),
        ("committer", "Mo Yan", "moyan", "训练负责人"),
        ("committer", "Qiu Shui", "qiu_shui", "推理负责人"),
    ]


def test_parse_keeps_other_sections_with_their_sub_sections():
    sections = readme.parse(README, "README.md").facts.sections
    assert [section.title for section in sections] == ["SIG 简介", "目标", "SIG 组织管理"]
    assert sections[0].body == "星图小组维护星图。\n\n### 范围\n\n训练与推理。"
    assert sections[1].body == "1. 稳定"


def test_parse_takes_a_description_of_a_role_for_text():
    parsed = readme.parse(README, "README.md")
    assert "#### Maintainer (维护者）" in parsed.facts.sections[2].body
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("line", "name", "login", "duty"),
    [
        ("* Lan Xi @Lan-Xi (负责人)", "Lan Xi", "Lan-Xi", "负责人"),
        ("- Lan Xi @Lan-Xi", "Lan Xi", "Lan-Xi", ""),
        ("+ Lan Xi", "Lan Xi", "", ""),
        ("1. Lan Xi @lan", "Lan Xi", "lan", ""),
        ("*Lan Xi@lan(负责人)", "Lan Xi", "lan", "负责人"),
        ("* Lan Xi（负责人）", "Lan Xi", "", "负责人"),
        ("* Lan Xi (负责人，总体）", "Lan Xi", "", "负责人，总体"),
        ("* Lan Xi　＠lan　（负责人）", "Lan Xi", "lan", "负责人"),
        ("* Lan Xi @lan (设计 (一期) 负责人)", "Lan Xi", "lan", "设计 (一期) 负责人"),
        ("* @lan (负责人)", "lan", "lan", "负责人"),
        ("* [Lan Xi](https://gitee.com/lan) (负责人)", "Lan Xi", "lan", "负责人"),
        ("* **Lan Xi** @lan", "Lan Xi", "lan", ""),
        ("* 蓝溪 2015 （专家）", "蓝溪 2015", "", "专家"),
    ],
)
def test_person_is_read_in_many_hands(line, name, login, duty):
    person, problems = one(line)
    assert person == Listed(name=name, login=login, role="maintainer", duty=duty)
    assert problems == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("* Lan Xi @lan, Mo Yan @mo", "README.md:3: not read as a person"),
        ("* Lead: Lan Xi", "README.md:3: not read as a person"),
        ("* (负责人)", "README.md:3: not read as a person"),
        ("Some text", "README.md:3: not a person of the list"),
        ("    * Lan Xi @lan", "README.md:3: not a person of the list"),
        ("| Lan Xi | lan |", "README.md:3: not a person of the list"),
        ("* " + "x" * 3000, "README.md:3: not a person of the list"),
    ],
)
def test_line_that_is_no_person_is_named_and_gives_nobody(line, told):
    person, problems = one(line)
    assert person is None
    assert [problem[: len(told)] for problem in problems] == [told]


def test_unclosed_bracket_is_said():
    person, problems = one("* Lan Xi @lan (负责人")
    assert person.duty == "负责人"
    assert problems == ["README.md:3: the bracket is not closed: * Lan Xi @lan (负责人"]


def test_long_duty_is_cut_and_said():
    person, problems = one(f"* Lan Xi @lan ({'长' * 300})")
    assert len(person.duty) == 200
    assert "longer than 200" in problems[0]


@pytest.mark.parametrize(
    "heading",
    ["## Maintainers", "# Maintainers", "### MAINTAINER", "## SIG Leads", "## Maintainers ##",
     "## Maintainers（负责人）", "## 维护者", "##  Maintainers:"],
)  # fmt: skip
def test_role_heading_is_known_in_many_hands(heading):
    text = f"前言\n\n{heading}\n\n* Lan Xi @lan\n"
    assert people(text) == [("maintainer", "Lan Xi", "lan", "")]


def test_heading_without_a_space_is_read_and_said():
    parsed = readme.parse("##Maintainers\n* Lan Xi @lan\n", "README.md")
    assert parsed.facts.people[0].login == "lan"
    assert str(parsed.problems[0]) == "README.md:1: no space after ##; read as a heading"


def test_malformed_heading_is_a_sub_section_and_said():
    text = README + "\n## #Members（成员）\n\n* 权益：参与\n"
    parsed = readme.parse(text, "README.md")
    assert [s.title for s in parsed.facts.sections][-1] == "SIG 组织管理"
    assert "### Members（成员）" in parsed.facts.sections[-1].body
    assert "malformed heading; read as level 3: Members（成员）" in str(parsed.problems[0])


def test_heading_in_a_code_fence_is_code():
    text = "## Maintainers\n* Lan Xi @lan\n\n## 示例\n\n```\n## Committers\n* Mo @mo\n```\n"
    parsed = readme.parse(text, "README.md")
    assert [p.login for p in parsed.facts.people] == ["lan"]
    assert "## Committers" in parsed.facts.sections[0].body


def test_second_list_of_a_role_is_kept_as_text_and_said():
    text = README + "\n## Committers\n\n* Someone Else @else\n"
    parsed = readme.parse(text, "README.md")
    assert "else" not in [p.login for p in parsed.facts.people]
    assert "a second list of Committers, the first is on line 13" in str(parsed.problems[0])


def test_person_listed_twice_is_said():
    text = "## Maintainers\n* Lan Xi @lan\n## Committers\n* Lan Xi @LAN\n"
    assert "README.md:4: Lan Xi is listed on line 2 already" in [
        str(problem) for problem in readme.parse(text, "README.md").problems
    ]


def test_head_and_title_become_the_first_section():
    text = "# Star Map\n\nHello.\n\n## Maintainers\n\n* Lan Xi @lan\n"
    facts = readme.parse(text, "README_en.md", "readme-en").facts
    assert (facts.kind, facts.name) == ("readme-en", "Star Map")
    assert [(s.title, s.body, s.is_head) for s in facts.sections] == [("Star Map", "Hello.", True)]


def test_section_after_a_list_does_not_join_the_one_before():
    text = "## 简介\n\n甲\n\n## Maintainers\n* Lan Xi @lan\n\n### 怎样加入\n\n乙\n"
    sections = readme.parse(text, "README.md").facts.sections
    assert [(s.title, s.body) for s in sections] == [("简介", "甲"), ("怎样加入", "乙")]


@pytest.mark.parametrize(
    "text",
    ["", "# Only a title\n", "## 目标\n\n* 稳定\n", "## Maintainers\n\n* 职责：规划\n",
     "## Maintainers\n\nnobody yet\n"],
)  # fmt: skip
def test_readme_without_roles_is_refused(text):
    with pytest.raises(CharterError, match=r"README\.md: no list of people"):
        readme.parse(text, "README.md")


def test_role_heading_with_prose_only_is_said():
    parsed = readme.parse("## Maintainers\n* Lan @lan\n## Committers\nnobody yet\n", "README.md")
    assert "README.md:3: Committers: no list of people" in str(parsed.problems[0])


def test_long_lines_take_no_time():
    """Patterns that try every split of a run of blanks would not come back from this one."""
    line = "* a" + " " * 200_000 + "b"
    assert "not a person" in one(line)[1][0]
