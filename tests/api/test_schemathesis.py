"""Thousands of requests made from the document itself: nothing breaks, nothing is undocumented."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from creatives import products
from experiments.models import Status
from tests import factories
from tests.api.conftest import TOKEN
from workspace import jobs
from workspace.api import throttling
from workspace.models import ApiKey, Membership, Role, Webhook, new_secret

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEWEST = 3_000
EACH = 26
SEED = 20261126
NUMBERED = ("members", "api_keys", "webhooks", "jobs")
LOCKING_OUT = {
    "members_destroy": "would end the membership of the caller; asked about a colleague only",
    "members_partial_update": "would take the caller's role; asked about a colleague only",
    "api_keys_revoke": "would end the caller's key; asked about a spare one only",
}
"""Operations that are asked only about what is not needed, and why."""


@pytest.fixture
def world(monkeypatch) -> dict[str, Any]:
    """Names of what exists, by the names of path parameters."""
    monkeypatch.setattr(throttling, "PER_MINUTE", 10**9)
    site = factories.a_site()
    factories.an_experiment(site, "spring")
    for key, status in (("summer", Status.RUNNING), ("autumn", Status.STOPPED)):
        placement = factories.a_placement(site, f"slot-{key}")
        factories.an_experiment(site, key, status=status, placement=placement)
    factories.a_creative(site, "Winter", approved=False)
    factories.a_segment(site, "phones", "device", "is", "phone")
    shoe = {"sku": "s-1", "title": "Shoe", "price": 100, "currency": "CNY"}
    products.upsert(site, [shoe | {"url": factories.SPRING}], actor=None, now=factories.NOW)
    ada = factories.a_user("ada", role=Role.ADMINISTRATOR, site=site)
    colleague = factories.a_user("bo", role=Role.MARKETER, site=site)
    spare, _text = factories.a_key(site)
    hook = Webhook.objects.create(site=site, url="http://127.0.0.1:9/", secret=new_secret())
    job = jobs.enqueue("unknown", site=site, actor=ada, now=factories.NOW)
    return {
        "site": site,
        "ada": ada,
        "text": factories.a_key(site)[1],
        "key": ["spring", "summer", "autumn", "phones", "winter", "home-hero", "slot-autumn"],
        "members": Membership.objects.get(user=colleague).pk,
        "api_keys": spare.pk,
        "webhooks": hook.pk,
        "jobs": job.pk,
    }


def _sessions(user: Any) -> dict[str, str]:
    from django.test import Client

    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    return {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Origin": "http://testserver",
    }


def _placed(case: Any, world: dict[str, Any], pick: int) -> None:
    """Mostly about what exists; about others only where nothing can be lost."""
    given_names = case.path_parameters
    resource = case.operation.definition.raw["operationId"].rsplit("_", 1)[0]
    if "site" in given_names and pick:
        given_names["site"] = "shop"
    if "key" in given_names and pick:
        given_names["key"] = world["key"][pick % len(world["key"])]
    if "sku" in given_names and pick % 2:
        given_names["sku"] = "s-1"
    if "locale" in given_names and pick % 2:
        given_names["locale"] = "en"
    for name in ("number", "comment", "delivery"):
        if name in given_names and pick % 2:
            given_names[name] = 1
    root = next(
        (n for n in ("members", "api_keys", "webhooks", "jobs") if resource.startswith(n)), ""
    )
    if "pk" in given_names and root and (pick or root in {"members", "api_keys"}):
        given_names["pk"] = world[root]


def _operations(schema: Any) -> list[Any]:
    """All of the management API; what deletes comes last."""
    found = [one.ok() for one in schema.get_all_operations()]
    ours = [one for one in found if one.path.startswith("/api/v1/sites/")]
    return sorted(ours, key=lambda one: (one.method.upper() == "DELETE", one.path))


@pytest.mark.django_db(transaction=True)
def test_document__three_thousand_requests_made_from_it__no_break_and_nothing_undocumented(world):
    app = get_wsgi_application()
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", app)
    key, login = {"Authorization": f"Bearer {world['text']}"}, _sessions(world["ada"])
    asked: Counter[int] = Counter()
    broken: dict[str, str] = {}
    for operation in _operations(schema):
        _asked(operation, world, (key, login), asked, broken)
    print(f"{sum(asked.values())} requests", dict(sorted(asked.items())))
    assert broken == {}
    assert sum(asked.values()) >= FEWEST
    assert sum(n for status, n in asked.items() if status < 300) >= FEWEST / 10
    assert ApiKey.objects.filter(site=world["site"], revoked_at=None).exists()


def _asked(
    operation: Any,
    world: dict[str, Any],
    callers: tuple[dict[str, str], dict[str, str]],
    asked: Counter[int],
    broken: dict[str, str],
) -> None:
    @seed(SEED)
    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), pick=st.integers(0, 20), person=st.booleans())
    def ask(case: Any, pick: int, person: bool) -> None:
        _placed(case, world, pick)
        answer = case.call(headers=callers[person])
        asked[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (FailureGroup, Failure) as error:
            name = operation.definition.raw["operationId"]
            broken.setdefault(name, f"{answer.status_code} {error}"[:1500])

    ask()
