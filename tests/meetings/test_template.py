"""Minutes files with the irregularities of real life, written here with invented people."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings import template
from meetings.template import Action, Attendee, Link, MinutesFile, Topic

PLAIN = """# Thursday December 3, 2026 at 4:00pm GMT+8

## Agenda
* Compare the old reader with the new one, PR: https://gitee.com/example/one/pulls/22
* Plans for January.
    - Cache on one node
    - Fewer copies

## Conference links
* https://meet.example/room

## Attendees
* Ann Lee (Example)
* Bo Chen（样例公司）
* Cy

## Notes
* Participants: ann lee, BoChen, Cy
* The video can be found:
> 1. BiliBili: https://video.example/1

## Action items
* None
"""

NUMBERED = """# Wednesday, Jun 24, 2026 at 19:00 GMT+8

## Agenda

* 1 - Kanban (Routine)

* 2 - Labels – and colours

## Conference links

* Meeting link: [https://meet.example/j/1](https://meet.example/j/1)

* Meeting record link: [https://video.example/2?p=6](https://video.example/2?p=6).

## Attendees

* Example University OpenSource Team, dora and 30 committers in Example, Eve Fox, king-gao

## Notes

* 1 - Dora shows the model.

## Action items

* 1 - Review the process again. -- Fay Gu

* 2 - Nobody took this one
"""


def codes(facts):
    return [(problem.line, problem.code) for problem in facts.problems]


def with_title(title, name="001-20261203.md"):
    return template.parse(PLAIN.replace(PLAIN.splitlines()[0], title), file_name=name)


def test_plain_file_is_understood_whole():
    facts = template.parse(PLAIN, file_name="001-20261203.md")

    assert facts == MinutesFile(
        on=dt.date(2026, 12, 3),
        start=dt.time(16),
        zone_min=480,
        agenda=(
            Topic(
                "Compare the old reader with the new one,"
                " PR: https://gitee.com/example/one/pulls/22"
            ),
            Topic("Plans for January.", ("Cache on one node", "Fewer copies")),
        ),
        links=(Link("https://meet.example/room"),),
        attendees=(Attendee("Ann Lee", "Example"), Attendee("Bo Chen", "样例公司"), Attendee("Cy")),
        notes="* Participants: ann lee, BoChen, Cy\n* The video can be found:\n"
        "> 1. BiliBili: https://video.example/1",
        actions=(),
    )
    assert facts.problems == ()


def test_numbered_file_is_understood_and_its_crowds_are_named():
    facts = template.parse(NUMBERED)

    assert facts.agenda == (Topic("Kanban (Routine)"), Topic("Labels – and colours"))
    assert facts.links == (
        Link("https://meet.example/j/1", "Meeting link"),
        Link("https://video.example/2?p=6", "Meeting record link"),
    )
    assert facts.attendees == (
        Attendee("Example University OpenSource Team", is_group=True),
        Attendee("dora"),
        Attendee("30 committers in Example", is_group=True),
        Attendee("Eve Fox"),
        Attendee("king-gao"),
    )
    assert facts.actions == (
        Action("Review the process again.", "Fay Gu"),
        Action("Nobody took this one"),
    )
    assert codes(facts) == [(17, "attendee_unnamed"), (17, "attendee_unnamed")]


@pytest.mark.parametrize(
    ("title", "start", "problem"),
    [
        ("# Thursday December 3, 2026 at 4:00pm GMT+8", dt.time(16), None),
        ("# Thursday, Dec 3rd, 2026 at 16:00 GMT+8", dt.time(16), None),
        ("# Thu December 03, 2026 at 12:05am UTC+8", dt.time(0, 5), None),
        ("# Thursday December 3, 2026 at 12:05pm GMT+8", dt.time(12, 5), None),
        ("# Thursday December 3, 2026 at 15:00pm GMT+8", dt.time(15), "clock_contradicts"),
        ("# Thursday December 3, 2026 at 0:30am GMT+8", dt.time(0, 30), "clock_contradicts"),
        ("# Thursday December 3, 2026 at 25:00 GMT+8", None, "clock_unreadable"),
        ("# Thursday December 3, 2026 GMT+8", None, "time_missing"),
        ("# Thursday December 3, 2026 at 16:00", dt.time(16), "zone_missing"),
        ("# Wednesday December 3, 2026 at 16:00 GMT+8", dt.time(16), "weekday_wrong"),
    ],
)
def test_heading_is_read_and_its_contradictions_said(title, start, problem):
    facts = with_title(title)

    assert facts.on == dt.date(2026, 12, 3)
    assert facts.start == start
    assert codes(facts) == ([(1, problem)] if problem else [])


def test_weekday_that_contradicts_the_date_is_worded():
    (problem,) = with_title("# Wednesday December 3, 2026 at 16:00 GMT+8").problems

    assert problem.text == (
        "Wednesday contradicts the date: 2026-12-03 is a Thursday; the date is kept"
    )


def test_file_name_outranks_a_heading_that_contradicts_it():
    facts = template.parse(PLAIN, file_name="002-20261210.md")

    assert facts.on == dt.date(2026, 12, 10)
    (problem,) = facts.problems
    assert problem.text.startswith(
        "the heading says 2026-12-03, the file's name 2026-12-10; placed on 2026-12-10"
    )


def test_heading_without_a_date_falls_back_on_the_file_name_and_says_so():
    facts = with_title("# Minutes of December")

    assert facts.on == dt.date(2026, 12, 3)
    assert codes(facts) == [(1, "heading_unreadable")]


def test_no_date_anywhere_is_none():
    facts = with_title("# Thursday December 33, 2026 at 16:00 GMT+8", name="notes.md")

    assert facts.on is None
    assert codes(facts) == [(1, "date_unreadable")]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("* Participants: ann lee, BoChen, Cy", "* TODO", []),
        ("* Ann Lee (Example)\n", "", [(17, "participants_differ")]),
        ("> 1. BiliBili: https://video.example/1", "> 1. BiliBili: ", [(20, "link_empty")]),
        ("> 1. BiliBili: https://video.example/1", "> 2. Youtube.", [(20, "link_empty")]),
        ("* https://meet.example/room", "* Zoom: ", [(10, "link_empty")]),
        ("* https://meet.example/room", "* ask the host", [(10, "not_understood")]),
        ("* Plans for January.", "Plans for January.", [(5, "not_understood")]),
        ("## Action items\n* None", "## Action items", [(22, "section_empty")]),
        ("## Action items\n* None", "## Todo list\n* None", [(0, "section_missing"), (22, "section_unknown")]),
        ("## Action items\n", "## Agenda\n* again\n## Action items\n", [(22, "section_twice")]),
        ("* None", "* 1 - first\n* 3 - third", [(24, "number_skipped")]),
        ("* Cy", "* Developer teams in Example, Sample.", [(15, "attendee_unnamed"), (18, "participants_differ")]),
    ],
)  # fmt: skip
def test_irregularities_are_reported_with_their_line(old, new, wanted):
    assert old in PLAIN

    assert codes(template.parse(PLAIN.replace(old, new, 1))) == wanted


def test_notes_that_only_say_todo_are_reported():
    text = PLAIN[: PLAIN.index("* Participants")] + "* TODO\n\n## Action items\n* None\n"

    facts = template.parse(text)

    assert facts.notes == "* TODO"
    assert codes(facts) == [(18, "todo")]


def test_team_line_with_commas_stays_one_group():
    facts = template.parse(PLAIN.replace("* Cy", "* Developer teams in Example, Sample."))

    assert Attendee("Developer teams in Example, Sample", is_group=True) in facts.attendees


def test_newlines_and_byte_order_mark_do_not_matter():
    crlf = "\ufeff" + PLAIN.replace("\n", "\r\n")

    assert template.parse(crlf) == template.parse(PLAIN)


@pytest.mark.parametrize("text", [PLAIN, NUMBERED])
def test_facts_survive_writing(text):
    facts = template.parse(text)

    again = template.parse(template.write(facts))

    assert again == facts
    assert template.write(again) == template.write(facts)


# ── properties ────────────────────────────────────────────────────────────────────────────────
WORDS = st.text(st.characters(whitelist_categories=("L",)), min_size=1, max_size=12).filter(
    lambda word: word.upper() not in {"TODO", "NONE", "无"} and not template.GROUP.search(word)
)
TEXTS = st.lists(WORDS, min_size=2, max_size=6).map(" ".join)
FACTS = st.builds(
    MinutesFile,
    on=st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)),
    start=st.none() | st.builds(dt.time, st.integers(0, 23), st.integers(0, 59)),
    zone_min=st.none() | st.sampled_from([0, 480, 330, -180, 345]),
    agenda=st.lists(
        st.builds(Topic, TEXTS, st.lists(TEXTS, max_size=3).map(tuple)), max_size=4
    ).map(tuple),
    links=st.lists(
        st.builds(Link, st.just("https://meet.example/j/1?a=b"), st.just("") | WORDS), max_size=2
    ).map(tuple),
    attendees=st.lists(
        st.builds(Attendee, TEXTS, st.just("") | WORDS), max_size=5, unique_by=lambda one: one.name
    ).map(tuple),
    notes=st.just("") | TEXTS | st.builds("* {}\n\n> {}".format, TEXTS, TEXTS),
    actions=st.lists(st.builds(Action, TEXTS, st.just("") | WORDS), max_size=4).map(tuple),
)


@given(FACTS)
def test_what_is_written_is_read_back(facts):
    assert template.parse(template.write(facts)) == facts


@given(st.text(max_size=400), st.text(max_size=30))
def test_any_text_gives_facts_and_problems_and_no_exception(text, name):
    facts = template.parse(text, file_name=name)

    for problem in facts.problems:
        assert problem.text
        assert problem.local_text


@given(st.data())
def test_mangled_template_never_raises(data):
    lines = PLAIN.splitlines() + NUMBERED.splitlines()
    chosen = data.draw(st.lists(st.sampled_from(lines), max_size=40))

    facts = template.parse("\n".join(chosen))

    if facts.on is not None:
        assert template.parse(template.write(facts)).on == facts.on


@pytest.mark.parametrize(("name", "reported"), [("进展摘要", 0), ("Progress", 0), ("Gossip", 1)])
def test_digest_we_wrote_ourselves_is_no_unknown_section(name, reported):
    text = f"# Thursday December 3, 2026 at 16:00 GMT+8\n\n## {name}\n\n* one\n"
    found = template.parse(text, file_name="2026-12-03.md").problems
    assert [one.code for one in found].count("section_unknown") == reported
