"""Files come in whole, once, one transaction each; and go out as they came."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from ledger.models import Entry
from meetings import attendance, minutes, minutes_file, schedule
from meetings.models import ActionItem, AgendaItem, Attendance, Meeting, MinutesRevision
from members.models import Contribution
from reviews.models import PullRequest
from tests.factories import (
    ActionItemFactory,
    MeetingFactory,
    PersonFactory,
    RepositoryFactory,
    SeriesFactory,
)

from .test_template import NUMBERED, PLAIN

AT = dt.datetime(2026, 12, 20, 8, 0, tzinfo=dt.UTC)
ROWS = [Meeting, AgendaItem, Attendance, ActionItem, MinutesRevision, Contribution, Entry]


def load(sig, text=PLAIN, file_name="001-20261203.md", publish=True, dry_run=False):
    return minutes_file.load(
        sig=sig, text=text, file_name=file_name, publish=publish, at=AT, dry_run=dry_run
    )


def counts():
    return [model.objects.count() for model in ROWS]


def state():
    """Every stored value, to compare before and after."""
    return [list(model.objects.order_by("pk").values()) for model in ROWS]


def test_file_becomes_a_held_meeting_with_all_its_rows(sig):
    done = load(sig, NUMBERED, "007-20260624.md")

    meeting = Meeting.objects.get()
    assert done.change == "new"
    assert meeting.starts_at == dt.datetime(2026, 6, 24, 11, 0, tzinfo=dt.UTC)
    assert (meeting.state, meeting.ends_at) == ("held", None)
    assert meeting.title == "2026 年 6 月 24 日例会"
    assert meeting.venue_url == "https://meet.example/j/1"
    assert list(meeting.agenda_items.values_list("title", flat=True)) == [
        "Kanban (Routine)",
        "Labels – and colours",
    ]
    assert list(meeting.attendances.values_list("name", "is_group")) == [
        ("Example University OpenSource Team", True),
        ("dora", False),
        ("30 committers in Example", True),
        ("Eve Fox", False),
        ("king-gao", False),
    ]
    assert list(meeting.action_items.values_list("text", "owner_name")) == [
        ("Review the process again.", "Fay Gu"),
        ("Nobody took this one", ""),
    ]
    assert minutes.public_of(meeting).body == NUMBERED
    assert [problem["code"] for problem in meeting.import_problems] == ["attendee_unnamed"] * 2
    actions = set(Entry.objects.values_list("action", flat=True))
    assert actions == {"minutes.published", "minutes.imported"}


def test_known_people_are_tied_by_name_or_login_and_said(sig):
    eve = PersonFactory(name="eve  fox")
    gao = PersonFactory(name="高", account__login="King-Gao")
    fay = PersonFactory(name="Fay Gu")

    done = load(sig, NUMBERED.replace("king-gao", "@king-gao"))

    assert done.matched == ("Eve Fox", "@king-gao", "Fay Gu")
    assert set(Attendance.objects.exclude(person=None).values_list("person", flat=True)) == {
        eve.pk,
        gao.pk,
    }
    assert ActionItem.objects.get(owner=fay).owner_name == "Fay Gu"
    assert Contribution.objects.filter(kind="meeting_attended").count() == 2


def test_name_that_two_people_share_is_tied_to_neither(sig):
    PersonFactory(name="Eve Fox")
    PersonFactory(name="EveFox")

    assert load(sig, NUMBERED).matched == ()


def test_pull_request_of_the_sig_named_in_a_topic_is_linked(sig):
    repository = RepositoryFactory(sig=sig, owner="Example", name="one")
    pull = PullRequest.objects.create(
        repository=repository,
        host="gitee",
        number=22,
        state="open",
        title="新接口",
        created_at=AT,
        updated_at=AT,
    )

    load(sig)

    assert AgendaItem.objects.get(pull_request=pull).title.startswith("Compare")


def test_second_import_changes_nothing(sig):
    PersonFactory(name="Eve Fox")
    load(sig, NUMBERED)
    before = state()

    done = load(sig, NUMBERED)

    assert done.change == "unchanged"
    assert state() == before


def test_newlines_of_another_system_are_the_same_text(sig):
    load(sig)

    assert load(sig, PLAIN.replace("\n", "\r\n")).change == "unchanged"


def test_dry_run_writes_nothing(sig):
    done = load(sig, dry_run=True)

    assert (done.change, len(done.facts.agenda)) == ("new", 2)
    assert counts() == [0] * len(ROWS)


def test_changed_file_amends_and_keeps_what_was_closed(sig):
    load(sig, NUMBERED, "007-20260624.md")
    ActionItem.objects.update(state="done", closed_at=AT)

    changed = NUMBERED.replace("Dora shows", "Dora showed") + "\n* 3 - A new one\n"
    done = load(sig, changed, "007-20260624.md")

    assert done.change == "changed"
    assert list(ActionItem.objects.order_by("pk").values_list("text", "state")) == [
        ("Review the process again.", "done"),
        ("Nobody took this one", "done"),
        ("A new one", "open"),
    ]
    revision = minutes.public_of(done.meeting)
    assert (revision.state, revision.body) == ("amended", changed)
    assert "007-20260624.md" in revision.reason


def test_older_text_does_not_come_back(sig):
    load(sig)
    load(sig, PLAIN.replace("Cy", "Cyd"))

    assert load(sig).change == "unchanged"
    assert "Cyd" in MinutesRevision.objects.current_public().get().body


def test_draft_stays_private_until_an_import_publishes_it(sig):
    done = load(sig, publish=False)
    assert minutes.public_of(done.meeting) is None
    assert not Contribution.objects.exists()

    assert load(sig, publish=True).change == "changed"
    assert minutes.public_of(done.meeting).body == PLAIN
    assert load(sig, publish=True).change == "unchanged"


def test_planned_meeting_of_that_time_is_the_meeting(sig):
    (planned,) = schedule.plan(
        SeriesFactory(sig=sig),
        at=dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
        until=dt.date(2026, 12, 31),
    )

    done = load(sig)

    assert done.meeting == planned
    planned.refresh_from_db()
    assert (planned.state, planned.source_name) == ("held", "001-20261203.md")
    assert Entry.objects.filter(action="meeting.held").count() == 1


def test_another_file_of_the_same_time_is_refused(sig):
    load(sig)
    before = state()

    with pytest.raises(minutes_file.UnreadableFile, match=r"001-20261203\.md holds other minutes"):
        load(sig, PLAIN.replace("January", "February"), "009-20261203.md")
    assert state() == before


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("# Minutes\n", "notes.md", "no date in the heading"),
        ("nothing at all", "notes.md", "no date in the heading"),
        (PLAIN.replace("2026", "2031"), "notes.md", "lies ahead"),
        (
            PLAIN.replace("December 3, 2026 at 4:00pm", "January 1, 0001 at 4:00am"),
            "n.md",
            "beyond the calendar",
        ),
    ],
)
def test_file_that_cannot_be_placed_is_refused_and_nothing_written(sig, text, name, message):
    with pytest.raises(minutes_file.UnreadableFile, match=message):
        load(sig, text, name)
    assert counts() == [0] * len(ROWS)


# ── files ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("# 例会\n纪要".encode("gbk"), r"line 1: byte 0xc0 is not UTF-8; it may be GBK"),
        (b"# x\n\xff\xff\xff", "line 2: byte 0xff is not UTF-8$"),
        (b"# x\n\n\0", "line 3: a NUL byte"),
        (b"a" * 1025, "larger than 1,024 bytes"),
        (b" \n\n", "is empty"),
    ],
)
def test_unreadable_file_is_named_with_its_fault(tmp_path, settings, raw, message):
    settings.IMPORT_MAX_BYTES = 1024
    path = tmp_path / "broken.md"
    path.write_bytes(raw)

    with pytest.raises(minutes_file.UnreadableFile, match=message) as caught:
        minutes_file.read(path)
    assert "broken.md" in str(caught.value)


def test_byte_order_mark_is_not_part_of_the_text(tmp_path):
    path = tmp_path / "bom.md"
    path.write_bytes(b"\xef\xbb\xbf# x\n")

    assert minutes_file.read(path) == "# x\n"


@pytest.fixture
def files(tmp_path, time_machine):
    time_machine.move_to(AT)

    def put(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return put


def test_command_reports_each_file_and_stores_the_good_ones(sig, files, tmp_path, capsys):
    good = files("001-20261203.md", PLAIN.replace("4:00pm", "16:00pm"))
    bad = files("bad.md", "no minutes")

    with pytest.raises(CommandError, match="3 of 4 files"):
        call_command("import_minutes", "reading", bad, str(tmp_path), good, str(tmp_path / "gone"))

    out, err = capsys.readouterr()
    assert (
        f"{good}: new, 2026-12-03 16:00; agenda 2, links 1, attendees 3, groups 0, note lines 3,"
        " action items 0, problems 1\n"
        "  line 1: 16:00pm gives 24-hour and 12-hour time at once; read as 16:00\n"
    ) in out
    assert [line.split(": ")[0].rsplit("/")[-1] for line in err.splitlines()] == [
        "bad.md",
        tmp_path.name,
        "gone",
    ]
    assert Meeting.objects.count() == 1


def test_command_names_the_known_sigs(sig):
    with pytest.raises(CommandError, match="there is no SIG 'nobody'; known: reading"):
        call_command("import_minutes", "nobody", "x.md")


def test_command_keeps_drafts_when_told(sig, files):
    call_command("import_minutes", "reading", files("001-20261203.md", PLAIN), "--draft")

    assert MinutesRevision.objects.get().state == "draft"


def test_export_gives_back_the_very_files(sig, files, tmp_path):
    texts = {"001-20261203.md": PLAIN, "007-20260624.md": NUMBERED}
    for name, text in texts.items():
        call_command("import_minutes", "reading", files(name, text))
    target = tmp_path / "out"

    call_command("export_minutes", "reading", str(target))

    assert {path.name: path.read_text() for path in target.iterdir()} == texts
    before = state()
    call_command("import_minutes", "reading", *sorted(str(path) for path in target.iterdir()))
    assert state() == before


def test_minutes_written_in_the_portal_leave_in_the_template(sig, tmp_path):
    meeting = MeetingFactory(sig=sig, state="held", venue_url="https://meet.example/x")
    attendance.add(meeting=meeting, name="Ann Lee", organization="Example", by=None, at=AT)
    ActionItemFactory(meeting=meeting, text="Write it\ndown", owner=PersonFactory(name="Bo"))
    minutes.save_draft(meeting=meeting, body="## 讨论\n\n说了很多\n", expected=0, by=None, at=AT)
    minutes.publish(meeting=meeting, expected=1, by=None, at=AT)

    call_command("export_minutes", "reading", str(tmp_path))

    (path,) = tmp_path.iterdir()
    assert path.name == "001-20261203.md"
    assert path.read_text() == (
        "# Thursday December 3, 2026 at 16:00 GMT+8\n\n"
        "## Agenda\n\n* None\n\n"
        "## Conference links\n\n* https://meet.example/x\n\n"
        "## Attendees\n\n* Ann Lee (Example)\n\n"
        "## Notes\n\n#### 讨论\n\n说了很多\n\n"
        "## Action items\n\n* Write it down -- Bo\n"
    )


def test_drafts_are_not_exported(sig, tmp_path):
    load(sig, publish=False)

    call_command("export_minutes", "reading", str(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_file_names_cannot_lead_out_of_the_directory(sig, tmp_path):
    done = load(sig)
    Meeting.objects.filter(pk=done.meeting.pk).update(source_name="../../evil.md")

    call_command("export_minutes", "reading", str(tmp_path / "out"))

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["evil.md"]
