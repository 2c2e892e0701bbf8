"""Thousands of requests made from the document itself: nothing breaks, nothing is undocumented."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from creatives import products
from experiments.models import Status
from tests import factories
from tests.api.conftest import TOKEN
from tests.described import contradictions, drawn
from workspace import jobs
from workspace.api import throttling
from workspace.models import ApiKey, Membership, Role, Webhook, new_secret

EACH, FEWEST = 23, 3_000
MANY, MOST = 30, 4_000
"""For each operation, and in all: with every commit, and nightly."""
SENSIBLE = {
    "placement": "home-hero",
    "creative": "autumn-a",
    "fallback": "autumn-a",
    "audience": "phones",
    "segment": "phones",
    "also_on": [],
    "revision": None,
    "rule": {"all": [{"feature": "device", "op": "is", "value": "phone"}]},
    "targeting": {},
    "username": "cy",
    "role": "analyst",
    "owner": "bo",
    "weights": {"a": 1, "b": 2},
    "metric": "conversion_rate",
    "url": factories.SPRING,
    "landing_url": factories.SPRING,
}
KEPT = ("members", "api-keys")
NUMBERED = ("members", "api-keys", "webhooks", "jobs")
LOCKING_OUT = {
    "members_destroy": "would end the membership of the caller; asked about a colleague only",
    "members_partial_update": "would take the caller's role; asked about a colleague only",
    "api_keys_revoke": "would end the caller's key; asked about a spare one only",
}
"""Operations that are asked only about what is not needed, and why."""


@dataclass(frozen=True, slots=True)
class Callers:
    """A server, and somebody who administers the site."""

    text: str
    session: str

    def key(self, case: Any) -> Any:
        return case.call(headers={"Authorization": f"Bearer {self.text}"})

    def person(self, case: Any) -> Any:
        case.headers.pop("Authorization", None)
        return case.call(
            headers={"X-CSRFToken": TOKEN},
            cookies={"sessionid": self.session, "csrftoken": TOKEN},
        )


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
    factories.an_experiment(site, "spring-2")
    factories.a_placement(site, "spare")
    for device in ("phone", "tablet"):
        factories.a_segment(site, f"{device}s", "device", "is", device)
    shoe = {"sku": "s-1", "title": "Shoe", "price": 100, "currency": "CNY"}
    products.upsert(site, [shoe | {"url": factories.SPRING}], actor=None, now=factories.NOW)
    ada = factories.a_user("ada", role=Role.ADMINISTRATOR, site=site)
    factories.a_user("cy")
    colleague = factories.a_user("bo", role=Role.MARKETER, site=site)
    spare, _text = factories.a_key(site)
    hook = Webhook.objects.create(site=site, url="http://127.0.0.1:9/", secret=new_secret())
    job = jobs.enqueue("unknown", site=site, actor=ada, now=factories.NOW)
    return {
        "site": site,
        "ada": ada,
        "text": factories.a_key(site)[1],
        "experiments": ["spring", "summer", "autumn", "spring-2"],
        "segments": ["phones", "tablets"],
        "creatives": ["winter", "default-of-home-hero"],
        "placements": ["home-hero", "slot-autumn", "spare"],
        "members": Membership.objects.get(user=colleague).pk,
        "api-keys": spare.pk,
        "webhooks": hook.pk,
        "jobs": job.pk,
    }


def _session(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def _placed(case: Any, world: dict[str, Any], pick: int) -> None:
    """Mostly about what exists; about others only where nothing can be lost."""
    given_names = case.path_parameters
    resource = case.operation.path.removeprefix("/api/v1/sites/{site}/").split("/")[0]
    if "site" in given_names and pick:
        given_names["site"] = "shop"
    if "key" in given_names and pick:
        given_names["key"] = world[resource][pick % len(world[resource])]
    if "sku" in given_names and pick % 2:
        given_names["sku"] = "s-1"
    if "locale" in given_names and pick % 2:
        given_names["locale"] = "en"
    for name in ("number", "comment", "delivery"):
        if name in given_names and pick % 2:
            given_names[name] = 1
    if "id" in given_names and resource in NUMBERED and (pick or resource in KEPT):
        given_names["id"] = world[resource]


def _sensible(body: Any) -> Any:
    """The same with names of what exists, so that more than refusals is seen."""
    if isinstance(body, list):
        return [_sensible(one) for one in body]
    if not isinstance(body, dict):
        return body
    return {name: SENSIBLE.get(name, _sensible(value)) for name, value in body.items()}


def _operations(schema: Any) -> list[Any]:
    """All of the management API; what deletes comes last."""
    found = [one.ok() for one in schema.get_all_operations()]
    ours = [one for one in found if one.path.startswith("/api/v1/sites/")]
    return sorted(ours, key=lambda one: (one.method.upper() == "DELETE", one.path))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("each", "fewest"),
    [(EACH, FEWEST), pytest.param(MANY, MOST, marks=pytest.mark.nightly)],
    ids=["check", "nightly"],
)
def test_document__requests_made_from_it__no_break_and_nothing_undocumented(world, each, fewest):
    app = get_wsgi_application()
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", app)
    callers = Callers(world["text"], _session(world["ada"]))
    asked: Counter[tuple[str, int]] = Counter()
    broken: dict[str, str] = {}
    for operation in _operations(schema):
        _asked(operation, each, world, callers=callers, asked=asked, broken=broken)
    done = Counter(name for (name, status), n in asked.items() if status < 300 for _ in range(n))
    never = {name for name, _status in asked} - done.keys()
    print(f"{asked.total()} requests, {done.total()} of them done; never: {sorted(never)}")
    assert not broken, "\n\n".join(f"{name}: {told}" for name, told in broken.items())
    assert asked.total() >= fewest
    assert len(done) >= len(never), sorted(never)
    assert ApiKey.objects.filter(site=world["site"], revoked_at=None).exists()


def _asked(
    operation: Any,
    each: int,
    world: dict[str, Any],
    *,
    callers: Callers,
    asked: Counter[tuple[str, int]],
    broken: dict[str, str],
) -> None:
    name = operation.definition.raw["operationId"]

    @drawn(each)
    @given(case=operation.as_strategy(), pick=st.integers(0, 20), person=st.booleans())
    def ask(case: Any, pick: int, person: bool) -> None:
        _placed(case, world, pick)
        if pick % 2:
            case.body = _sensible(case.body)
        answer = callers.person(case) if person else callers.key(case)
        asked[name, answer.status_code] += 1
        for told in contradictions(case, answer):
            broken.setdefault(name, f"{answer.status_code} {told}"[:1500])

    ask()
