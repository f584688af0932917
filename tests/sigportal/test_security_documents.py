"""The threat model names tests that exist, and the limits that hold."""

import re
from pathlib import Path

from sigportal.settings import base

ROOT = Path(__file__).resolve().parents[2]
MODEL = (ROOT / "docs" / "threat-model.md").read_text("utf-8")


def test_each_threat_names_a_test_that_exists():
    rows = MODEL.partition("## Threats")[2].partition("##")[0].splitlines()
    threats = [row for row in rows if row.startswith("| ") and "threat |" not in row]
    assert len(threats) > 10
    for threat in threats:
        named = re.findall(r"`(tests/[\w/]+\.py)`", threat)
        assert named, threat
        assert [path for path in named if not (ROOT / path).is_file()] == []


def test_the_limits_in_the_text_are_the_ones_that_hold():
    rows = dict(re.findall(r"^\| ([\w-]+) \| (\d+) \|", MODEL, re.MULTILINE))

    assert {name.lower(): int(number) for name, number in rows.items()} == base.RATE_LIMITS


def test_links_lead_to_files():
    for page in (ROOT / "SECURITY.md", ROOT / "docs" / "threat-model.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).is_file(), link
