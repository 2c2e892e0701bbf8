"""A shop with everything in it, a write key, and an administrator who is logged in."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from experiments.models import Experiment, Status
from tests import factories
from workspace.models import ApiKey, Role, Site

ROOT = "/api/v1/sites/shop/"
TOKEN = "a" * 32


@dataclass(frozen=True, slots=True)
class Api:
    """Somebody who calls: `api.post("experiments/", {...}, idempotency_key="k-1")`."""

    client: Client
    headers: dict[str, str]
    root: str = ROOT

    def ask(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        options: dict[str, Any] = {"headers": self.headers | named}
        if method == "delete":
            return self.client.delete(self.root + path, **options)
        if method != "get":
            options["content_type"] = "application/json"
        return getattr(self.client, method)(self.root + path, data, **options)

    def get(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.ask("get", path, data, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.ask("post", path, data, **headers)

    def patch(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.ask("patch", path, data, **headers)

    def put(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.ask("put", path, data, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.ask("delete", path, None, **headers)

    def raw(self, method: str, path: str, body: bytes, kind: str = "application/json") -> Any:
        """A body as it is."""
        return self.client.generic(
            method, self.root + path, body, content_type=kind, headers=self.headers
        )


def by_key(text: str, root: str = ROOT) -> Api:
    return Api(Client(raise_request_exception=False), {"Authorization": f"Bearer {text}"}, root)


def logged_in(user: Any) -> Api:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(user)
    client.cookies["csrftoken"] = TOKEN
    return Api(client, {"X-CSRFToken": TOKEN, "Origin": "http://testserver"})


@pytest.fixture
def site() -> Site:
    return factories.a_site()


@pytest.fixture
def key(site) -> Api:
    return by_key(factories.a_key(site)[1])


@pytest.fixture
def reader(site) -> Api:
    row, text = factories.a_key(site)
    ApiKey.objects.filter(pk=row.pk).update(scope="read")
    return by_key(text)


@pytest.fixture
def admin(site) -> Api:
    return logged_in(factories.a_user("ada", role=Role.ADMINISTRATOR, site=site))


@pytest.fixture
def draft(site) -> Experiment:
    return factories.an_experiment(site, "spring")


@pytest.fixture
def running(site) -> Experiment:
    placement = factories.a_placement(site, "cart-strip")
    return factories.an_experiment(site, "summer", status=Status.RUNNING, placement=placement)
