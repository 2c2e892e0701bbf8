"""Who may call which address: keys, people, strangers; every address of the document."""

import re

import pytest
from django.test import Client

from creatives.api.urls import urlpatterns
from tests.creatives.api.conftest import KEYED, SITED, Api, logged_in
from tests.creatives.languages import from_before
from tests.factories import a_key, a_placement, a_site, a_user
from workspace.models import Role

pytestmark = pytest.mark.django_db
PARTS = {
    "<slug:key>": "spring",
    "<int:number>": "1",
    "<str:locale>": "en",
    "<int:comment>": "1",
    "<str:sku>": "s-1",
}


def verbs(pattern) -> set[str]:
    """The methods of an address; the framework adds HEAD once it has been called."""
    return set(pattern.callback.actions) - {"head"}


def the_addresses() -> list[tuple[str, str]]:
    """(method, path) of everything, with the keys of what exists."""
    found = []
    for pattern in urlpatterns:
        path = str(pattern.pattern)
        for name, value in PARTS.items():
            path = path.replace(name, value)
        found += [(method, path) for method in sorted(verbs(pattern))]
    return found


ADDRESSES = the_addresses()
WRITING = [(method, path) for method, path in ADDRESSES if method != "get"]
OF_ONE = [(m, p) for m, p in ADDRESSES if re.search(r"spring|s-1", p)]


@pytest.fixture
def spring(site):
    a_placement(site, "spring", fallback=from_before(site, "Spring"))


def ask(api: Api, method: str, path: str):
    if (method, path) == ("post", "translation-sheet/"):
        return api.send(path, b"", "text/csv")
    return getattr(api, method)(path, None if method == "get" else {})


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_nobody__any_address__401_as_a_problem(spring, method, path):
    for root in (KEYED, SITED):
        answer = ask(Api(root, Client(), {}), method, path)
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize(("method", "path"), OF_ONE)
def test_other_site__whatever_the_address__does_not_exist(spring, method, path):
    other = a_site("other")
    stranger = a_user(role=Role.MARKETER, site=other)
    callers = [
        Api(KEYED, Client(), {"Authorization": f"Bearer {a_key(other)[1]}"}),
        Api(SITED, Client(), {"Authorization": f"Bearer {a_key(other)[1]}"}),
        logged_in(stranger),
        logged_in(stranger, SITED.replace("shop", "other")),
    ]
    statuses = [ask(caller, method, path).status_code for caller in callers]
    by_key = re.search(r"approve|reject|withdraw", path)
    made = method == "put" and path.startswith("products/")  # it may make one of its own
    expected = [403 if by_key else 422 if made else 404, 404, 404, 422 if made else 404]
    assert statuses == expected


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_manager__writing__not_allowed_but_for_the_review(site, spring, method, path):
    manager = logged_in(a_user(role=Role.MANAGER, site=site))
    allowed = re.search(r"approve|reject|withdraw", path)
    assert (ask(manager, method, path).status_code == 403) == (not allowed)
    assert manager.get("creatives/").status_code == 200


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_login__without_the_token__refused(site, spring, method, path):
    user = a_user(role=Role.ADMINISTRATOR, site=site)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    answer = ask(Api(SITED, client, {}), method, path)
    assert (answer.status_code, "X-CSRFToken" in answer.json()["hint"]) == (403, True)


def test_login__address_without_a_site__said(site):
    answer = logged_in(a_user(role=Role.MARKETER, site=site), KEYED).get("creatives/")
    assert (answer.status_code, "sites/<site>" in answer.json()["hint"]) == (404, True)


def test_key__publishable_or_revoked__refused(site):
    publishable = Api(KEYED, Client(), {"Authorization": f"Bearer {a_key(site, 'publishable')[1]}"})
    assert publishable.get("creatives/").status_code == 403
    unknown = Api(KEYED, Client(), {"Authorization": "Bearer sk_nothing"})
    assert unknown.get("creatives/").status_code == 401


def test_key__address_with_its_own_site__as_good(site, spring):
    caller = Api(SITED, Client(), {"Authorization": f"Bearer {a_key(site)[1]}"})
    assert caller.get("creatives/spring/").status_code == 200


def test_document__every_address__described_once(client):
    document = client.get("/api/schema/?format=json").json()
    paths = document["paths"]
    for pattern in urlpatterns:
        path = re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        assert KEYED + path not in paths
        operations = paths["/api/v1/sites/{site}/" + path]
        assert verbs(pattern) <= set(operations)
        for method in verbs(pattern):
            assert operations[method]["description"]
            assert {"401", "403", "404"} <= set(operations[method]["responses"])
    ids = [o["operationId"] for path in paths.values() for o in path.values() if "operationId" in o]
    assert len(ids) == len(set(ids))
    assert {"secretKey", "login"} <= set(document["components"]["securitySchemes"])
