import datetime as dt

import pytest

from members.activity import by_month
from members.evidence import collect
from tests.factories import ContributionFactory, PersonFactory, SigFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


def test_months_count_each_pull_request_once_in_the_sigs_calendar():
    person, sig = PersonFactory(), SigFactory()
    for number, kind, at in (
        (1, "pull_merged", "2026-03-01T04:00"),
        (1, "pull_reviewed", "2026-03-01T04:00"),
        # 17:00 UTC on 31 January is February in Shanghai.
        (2, "pull_reviewed", "2026-01-31T17:00"),
        (3, "issue_opened", "2026-02-01T04:00"),
        (4, "pull_merged", "2025-03-01T04:00"),
    ):
        ContributionFactory(
            person=person,
            sig=sig,
            kind=kind,
            at=dt.datetime.fromisoformat(at + "+00:00"),
            source=f"gitee:example/one!{number}:{kind}",
        )
    chart = by_month(collect(person, sig, AT), sig, dt.date(2026, 3, 2))
    assert [bar.month.isoformat() for bar in chart.bars][::11] == ["2025-04-01", "2026-03-01"]
    assert [bar.count for bar in chart.bars] == [0] * 10 + [1, 1]


def test_months_of_no_evidence_are_empty():
    assert by_month({}, SigFactory(), dt.date(2026, 3, 2)).is_empty
