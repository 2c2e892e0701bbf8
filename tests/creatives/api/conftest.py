"""A site with a key and two people, and a client that speaks JSON for each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.factories import a_key, a_site, a_user
from workspace.models import Role

KEYED = "/api/v1/"
SITED = "/api/v1/sites/shop/"


@dataclass(frozen=True, slots=True)
class Api:
    """Somebody who calls: `api.post("creatives/", {...})`."""

    root: str
    client: Client
    headers: dict[str, str]

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def ask(path: str, data: Any = None, *, form: bool = False, **headers: str) -> Any:
            named = {name.replace("_", "-"): text for name, text in headers.items()}
            options: dict[str, Any] = {"headers": self.headers | named}
            if method != "get" and not form and "content_type" not in headers:
                options["content_type"] = "application/json"
            return getattr(self.client, method)(self.root + path, data, **options)

        return ask

    def send(self, path: str, body: bytes, content_type: str) -> Any:
        """A body as it is."""
        return self.client.generic(
            "POST", self.root + path, body, content_type=content_type, headers=self.headers
        )


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans"])


@pytest.fixture
def key(site) -> Api:
    """A server with a secret key."""
    return Api(KEYED, Client(), {"Authorization": f"Bearer {a_key(site)[1]}"})


def logged_in(user, root: str = SITED) -> Api:
    """Somebody with the log-in of the pages and the token against forged requests."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.cookies["csrftoken"] = token = "a" * 32
    return Api(root, client, {"X-CSRFToken": token, "Origin": "http://testserver"})


@pytest.fixture
def mei(site) -> Api:
    return logged_in(a_user("mei", role=Role.MARKETER, site=site))


@pytest.fixture
def bo(site) -> Api:
    return logged_in(a_user("bo", role=Role.MARKETER, site=site))
