"""What is served is what the OpenAPI document says, whatever is sent: thousands of generated requests."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.server.conftest import BASE, Client
from workbench.server.openapi import described
from workbench.server.routes import ROUTES, later
from workbench.server.system import system_routes

EXAMPLES = int(os.environ.get("WORKBENCH_TEST_EXAMPLES", "20"))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
# Those say 503 whatever is sent: their services are not there.
SERVED = [route for route in ROUTES if route not in later.routes.all]
DOCUMENT = described([*SERVED, *system_routes(ROUTES, BASE)], BASE, "test")
schema = schemathesis.openapi.from_dict(DOCUMENT)
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("known", [True, False], ids=["known", "stranger"])
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_gets_what_is_not_described(case: Any, client: Client, known: bool) -> None:
    headers = {"Authorization": f"Bearer {client.token}" if known else "Bearer nobody"}
    case.call_and_validate(base_url=f"{client.server.url}{BASE}".rstrip("/"), checks=CHECKS, headers=headers)
