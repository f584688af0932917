"""Jobs of this room: the record is checked without anybody asking."""

import logging

from celery import shared_task
from django.core.management import call_command
from django.core.management.base import CommandError

logger = logging.getLogger(__name__)


@shared_task
def verify() -> bool:
    """Check the whole record; the outcome is noted for whoever watches. True when it is whole."""
    try:
        call_command("verify_ledger", verbosity=0)
    except CommandError as fault:
        # A finding, not a failure of this job: what and where stands in it.
        logger.error("the public record does not verify: %s", fault)  # noqa: TRY400
        return False
    return True
