"""Any tampering is found, and the first bad entry named."""

import json

import pytest

from ledger import chain, reading
from ledger.canonical import canonical, hash_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(ledger):
    return [reading.as_dict(entry) for entry in reading.entries()]


def test_verify_accepts_what_was_written(entries):
    verdict = chain.verify(entries)
    assert (verdict.seq, verdict.hash, verdict.fault) == (4, entries[-1]["hash"], None)


def test_verify_accepts_an_empty_chain():
    assert chain.verify([]) == chain.Verdict(0, "0" * 64)


@pytest.mark.parametrize(
    "field", ["seq", "at", "actor", "action", "subject", "data", "prev_hash", "hash"]
)
def test_verify_names_the_entry_of_which_a_field_was_changed(entries, field):
    entries[2][field] = {"seq": 9, "data": {"title": "别的"}}.get(field, "other")
    assert chain.verify(entries).fault.place == 3


def test_verify_names_a_rehashed_entry_by_its_successor(entries):
    entries[1]["actor"] = "person:mallory"
    entries[1].pop("hash")
    entries[1]["hash"] = hash_of(**entries[1])
    assert chain.verify(entries).fault.place == 3


@pytest.mark.parametrize(
    "tamper", [lambda e: e.pop(1), lambda e: e.reverse(), lambda e: e.insert(1, e[0])]
)
def test_verify_notices_a_missing_moved_or_doubled_entry(entries, tamper):
    tamper(entries)
    assert chain.verify(entries).fault is not None


@pytest.mark.parametrize(
    "line",
    [b"", b"nonsense\n", b"[]\n", b"\xff\n", b"{}\n", b"[" * 100_000 + b"\n", b'{"seq": 1.5}\n'],
)
def test_parse_lines_makes_a_broken_line_a_fault(entries, line):
    lines = [canonical(entry) + b"\n" for entry in entries[:2]] + [line]
    assert chain.verify(chain.parse_lines(lines)).fault.place == 3


def test_verify_refuses_a_float_that_slipped_in(entries):
    line = json.dumps({**entries[0], "data": {"share": 0.5}}).encode()
    assert "float" in chain.verify(chain.parse_lines([line])).fault.reason
