"""The record is checked daily; a fault is noted and logged, and fails no job."""

import logging

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from ledger import record, tasks
from ledger.models import Head, Verification

pytestmark = pytest.mark.django_db


def append():
    record.append(actor="system", action="x.done", subject="x:1", data={}, at=timezone.now())


def test_verify_notes_how_far_the_record_is_whole():
    append()
    assert tasks.verify() is True
    (noted,) = Verification.objects.all()
    assert (noted.seq, noted.fault) == (1, "")


def test_verify_keeps_the_latest_outcome_only():
    tasks.verify()
    append()
    tasks.verify()
    (noted,) = Verification.objects.all()
    assert noted.seq == 1


def test_verify_notes_and_logs_a_fault(caplog):
    append()
    Head.objects.update(hash="0" * 64)
    with caplog.at_level(logging.ERROR, logger="ledger.tasks"):
        assert tasks.verify() is False
    (noted,) = Verification.objects.all()
    assert noted.fault.startswith("entry 2: the head names number 1")
    assert noted.fault in caplog.text


def test_command_notes_a_fault_and_still_ends_badly():
    append()
    Head.objects.update(hash="0" * 64)
    with pytest.raises(CommandError):
        call_command("verify_ledger")
    assert Verification.objects.get().fault


def test_verify_is_woken_daily():
    entry = settings.CELERY_BEAT_SCHEDULE["verify-ledger"]
    assert entry == {"task": tasks.verify.name, "schedule": 86400.0}
