"""Several people at once: numbers stay without gaps, one form is one record, one successor wins."""

import datetime as dt
import threading
from uuid import uuid4

import pytest
from django.db import connection

from ledger.models import Entry
from members.refusals import BadProposal
from reviews import resolution as resolutions
from reviews.models import Resolution
from reviews.resolution import Proposal
from tests.factories import IssueFactory, RepositoryFactory, RoleTermFactory

AT = dt.datetime(2026, 6, 1, 2, 0, tzinfo=dt.UTC)
THREADS = 8
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def issue():
    return IssueFactory(repository=RepositoryFactory())


@pytest.fixture
def maintainer(issue):
    return RoleTermFactory(sig=issue.repository.sig, role="maintainer").person


def at_once(jobs):
    """Runs them in threads that start together; results, or the refusals, in order."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def work(place, job):
        try:
            barrier.wait(timeout=30)
            results[place] = job()
        except BadProposal as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def job(issue, by, token=None, **more):
    values = {"title": "决定", "outcome": "deferred", "reasons": "再看看"}
    proposal = Proposal(subject=issue, **(values | more))
    token = token or uuid4()
    return lambda: resolutions.adopt(proposal=proposal, token=token, by=by, at=AT)


def test_numbers_have_no_gaps_with_threads_racing(issue, maintainer):
    made = at_once([job(issue, maintainer, title=f"决定 {n}") for n in range(THREADS)])
    assert sorted(row.number for row in made) == list(range(1, THREADS + 1))
    assert Entry.objects.filter(action="resolution.adopted").count() == THREADS


def test_one_form_sent_by_threads_racing_is_one_record(issue, maintainer):
    made = at_once([job(issue, maintainer, token=uuid4())] * THREADS)
    assert {row.number for row in made} == {1}
    assert Resolution.objects.count() == Entry.objects.count() == 1


def test_of_two_successors_racing_one_wins(issue, maintainer):
    job(issue, maintainer)()
    results = at_once([job(issue, maintainer, supersedes=1) for _thread in range(THREADS)])
    made = [row for row in results if isinstance(row, Resolution)]
    assert [row.number for row in made] == [2]
    assert len([row for row in results if isinstance(row, BadProposal)]) == THREADS - 1
    assert Resolution.objects.filter(supersedes__number=1).count() == 1
