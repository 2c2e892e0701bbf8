"""The page that tries the API calls the data plane on its own port, with the reader's own key."""

import json
import urllib.request

import pytest
from django.conf import settings as configured
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from banner_lab.stack.processes import wait_until
from tests import factories
from tests.plane import running_plane
from workspace.models import Role

pytest_plugins = ("tests.door_fixtures",)


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def document() -> dict:
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


def test_document__data_plane__is_whole_and_says_where_it_is(document):
    from experiments.api.plane_document import TAG

    found = {
        (path, method): op
        for path, one in document["paths"].items()
        for method, op in one.items()
        if TAG in op["tags"]
    }
    wanted = {"/api/v1/assign", "/api/v1/decide", "/api/v1/events", "/c/{token}", "/livez"}
    wanted |= {"/i/{token}.gif", "/i/{token}.{ending}", "/readyz", "/tag/{name}", "/media/{name}"}
    assert wanted <= {path for path, _method in found}
    for (path, _method), op in found.items():
        assert op["servers"][0]["url"] == configured.DELIVERY_URL
        refusals = {s: r for s, r in op["responses"].items() if s[0] in "45" and path != "/readyz"}
        kinds = {kind for one in refusals.values() for kind in one.get("content", {})}
        assert path.startswith("/ofrep/") or kinds <= {"application/problem+json"}, path
    assert "publishableKey" in document["components"]["securitySchemes"]


def test_script__stranger__knows_no_key(client, db):
    site = factories.a_site()
    text = factories.a_key(site, "publishable")[1]
    assert text not in client.get("/api/docs/?script").content.decode()
    member = Client()
    member.force_login(factories.a_user("mei", role=Role.MARKETER, site=site))
    answer = member.get("/api/docs/?script")
    assert text.replace("-", "\\u002D") in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    other = Client()
    other.force_login(factories.a_user("bo", role=Role.MARKETER, site=factories.a_site("other")))
    assert text not in other.get("/api/docs/?script").content.decode()


def _wait_for(plane, version):
    def known():
        with urllib.request.urlopen(f"{plane}/readyz") as answer:
            return json.load(answer)["snapshot"] >= version

    assert wait_until(known, seconds=8)


@pytest.mark.browser
@pytest.mark.usefixtures("transactional_db")
def test_page__execute_on_assign_and_decide__answers_from_the_data_plane(
    committed_world, chromium, settings, tmp_path
):
    world, said, asked = committed_world, [], []
    user = factories.a_user("mei", role=Role.MARKETER, site=world.site)
    client = Client()
    client.force_login(user)
    with running_plane(tmp_path, public_url="https://lab.example") as plane:
        settings.DELIVERY_URL = plane
        settings.SECURE_CSP = settings.SECURE_CSP | {"connect-src": ["'self'", plane]}
        live_server = LiveServer("localhost")
        world.site.origins.append(live_server.url)
        world.site.save()
        _wait_for(plane, world.publish())
        context = chromium.new_context()
        name = configured.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda one: said.append(str(one)))
        page.on("request", lambda one: asked.append(one.url))
        page.goto(f"{live_server.url}/api/docs/")
        page.click("#operations-tag-data_plane")
        for operation, fields in (
            ("assign", {"experiment": "spring-hero", "user_id": "u-42"}),
            ("decide", {}),
        ):
            block = page.locator(f"#operations-data_plane-{operation}")
            block.locator("button.opblock-summary-control").click()
            block.locator(".try-out__btn").click()
            for field, text in fields.items():
                block.locator(f"tr[data-param-name='{field}'] input").fill(text)
            block.locator("button.execute").click()
            status = block.locator(".live-responses-table td.response-col_status:not(.col_header)")
            status.wait_for()
            assert "200" in status.inner_text(), said
        assert any(url.startswith(f"{plane}/api/v1/decide") for url in asked)
        context.close()
        live_server.stop()
    assert said == []
