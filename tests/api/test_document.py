"""The OpenAPI document is complete, and the page that tries it works under the strict policy."""

import io
from collections import Counter

import pytest
from django.core.management import call_command

from banner_lab.api import ROOTS, urlpatterns
from experiments.moves import ACTIONS
from tests import factories

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict:
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


def _operations(document: dict) -> list[tuple[str, str, dict]]:
    paths = document["paths"].items()
    found = [(path, m, op) for path, one in paths for m, op in one.items() if m in METHODS]
    return [one for one in found if one[0].startswith("/api/v1/sites/")]


def test_spectacular__whole_product__valid_and_without_a_warning():
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=io.StringIO())


def test_document__every_address_of_the_management_api__there_once(document):
    rooms = [one for one in urlpatterns if str(one.pattern) == ROOTS[0]]
    expected = Counter(
        method
        for room in rooms
        for pattern in room.url_patterns
        for method in set(pattern.callback.actions) - {"head"}
    )
    assert Counter(method for _path, method, _op in _operations(document)) == expected
    assert document["openapi"].startswith("3.1")


def test_document__every_operation__named_described_guarded_and_refusing(document):
    operations = _operations(document)
    ids = [op["operationId"] for _path, _method, op in operations]
    assert [name for name, n in Counter(ids).items() if n > 1] == []
    for path, method, op in operations:
        assert op["description"], (path, method)
        assert op["tags"], (path, method)
        assert {"secretKey", "login"} == {name for one in op["security"] for name in one}
        assert {"401", "403", "404", "406", "422", "429"} <= set(op["responses"]), (path, method)
        names = {one["name"] for one in op.get("parameters", ())}
        assert ("Idempotency-Key" in names) == (method != "get"), (path, method)
        if method in {"patch", "put", "delete"}:
            assert "If-Match" in names
    assert {f"experiments_{name}" for name in set(ACTIONS) - {"delete"}} <= set(ids)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_page__tried_with_a_key__answers_and_the_console_is_silent(live_server, chromium, settings):
    site = factories.a_site()
    text = factories.a_key(site)[1]
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: said.append(str(one)))
    page.goto(f"{live_server.url}/api/docs/")
    page.click("button.authorize")
    bearer = page.locator(".auth-container", has_text="secretKey").last
    bearer.locator("input").fill(text)
    bearer.locator("button.authorize").click()
    page.click(".btn-done")
    page.click("#operations-tag-site")
    block = page.locator("#operations-site-site_retrieve")
    block.locator("button.opblock-summary-control").click()
    block.locator(".try-out__btn").click()
    block.locator("tr[data-param-name=site] input").fill("shop")
    block.locator("button.execute").click()
    status = block.locator(".live-responses-table td.response-col_status:not(.col_header)")
    status.wait_for()
    assert "200" in status.inner_text()
    assert "https://shop.example" in block.locator(".live-responses-table").inner_text()
    page.close()
    assert said == []
