"""The API against its own document: whatever the schema lets ask for is answered as the schema says."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from sigportal.wsgi import application
from tests.sigportal.api_crowd import crowd

# The same questions on every run; so few a operation that both engines take seconds.
CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 20260301,
        "generation": {"deterministic": True, "max-examples": 12, "database": "none"},
        "checks": {
            # 422 also for what only the database knows: a login that nobody has, a foreign cursor.
            "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "422"]},
        },
    }
)
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=CONFIG)


@pytest.fixture
def _public(db):
    """Rows to find; and as in Django's own test client, a request does not close the connection."""
    crowd()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_public")
@schema.parametrize()
@settings(suppress_health_check=list(HealthCheck), deadline=None)
def test_every_operation_answers_as_its_schema_says(case):
    case.call_and_validate()
