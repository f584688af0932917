import sys

import pytest

from scripts import check


def say(text, status):
    return [sys.executable, "-c", f"print({text!r}); raise SystemExit({status})"]


@pytest.mark.parametrize(
    ("text", "status", "only_output", "complaint"),
    [
        ("fine", 0, None, None),
        ("fine", 0, "fine", None),
        ("broken", 3, None, "broken"),
        ("", 3, None, "ended with status 3 and said nothing"),
        ("a warning", 0, "fine", "expected only 'fine', but it said:\na warning"),
    ],
)
def test_complaint_is_what_a_failed_command_said(text, status, only_output, complaint):
    one = check.Check("one", "all well", say(text, status), only_output=only_output)
    assert one.complaint({}) == complaint


def test_main_lists_every_check_that_failed(monkeypatch, capsys):
    planned = [
        check.Check("first", "all well", say("", 0)),
        check.Check("second", "all well", say("wrong here", 1)),
        check.Check("third", "all well", say("and here", 1)),
    ]
    monkeypatch.setattr(check, "checks", lambda: planned)
    assert check.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == [
        "ok   first: all well",
        "FAIL second: ",
        "wrong here",
        "FAIL third: ",
        "and here",
    ]
    assert lines[-1].startswith("make check: 2 of 3 FAILED")
    assert lines[-1].endswith(": second, third")


def test_main_passes_when_all_do(monkeypatch, capsys):
    monkeypatch.setattr(check, "checks", lambda: [check.Check("one", "all well", say("", 0))])
    assert check.main() == 0
    assert capsys.readouterr().out.splitlines()[0] == "ok   one: all well"
