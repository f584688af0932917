"""A short ledger to read and to tamper with."""

import datetime as dt

import pytest

from ledger.record import append

AT = dt.datetime(2026, 3, 5, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def ledger(db):
    """Four entries, three of them deciding, with Chinese text in them."""
    role = {"sig": "sig-one", "name": "蓝溪", "role": "committer", "on": "2026-03-05"}
    for action, subject, data in (
        ("role.started", "person:lan-xi", role),
        ("agenda.proposed", "meeting:1", {"sig": "sig-one", "title": "训练"}),
        ("minutes.published", "meeting:1", {"sig": "sig-one", "title": "三月例会"}),
        ("role.ended", "person:lan-xi", role),
    ):
        append(actor="system", action=action, subject=subject, data=data, at=AT)
