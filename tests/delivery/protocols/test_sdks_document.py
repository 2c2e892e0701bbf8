"""The snippets of docs/sdks.md, run as they stand."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from openfeature import api

from banner_lab.stack.processes import wait_until
from experiments.models import Experiment
from tests.doors import log_rows

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "sdks.md").read_text(encoding="utf-8")
JS = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def committed_world(committed_world, origin):
    committed_world.site.origins.append(origin)
    committed_world.site.save()
    Experiment.objects.filter(pk=committed_world.experiment.pk).update(local=True)
    committed_world.publish()
    return committed_world


def filled(code, granian, world):
    """A snippet with the address and the keys of this test."""
    code = code.replace("https://banners.shop.example", f"http://127.0.0.1:{granian.port}")
    return code.replace("pk_…", world.pk).replace("sk_…", world.sk)


def run_in_page(chromium, origin, code):
    """What the module showed, and what it told its own server."""
    page = chromium.new_page()
    page.goto(origin)
    page.evaluate(
        """() => Object.assign(window, {
          visitorId: "u-42", ownBanner: {own: true}, shown: [], told: [],
          show: (banner) => window.shown.push(banner),
          tellOwnServer: (experiment, variant) => window.told.push([experiment, variant]),
        })"""
    )
    page.add_script_tag(type="module", content=code)
    page.wait_for_function("window.shown.length > 0", timeout=10_000)
    page.wait_for_timeout(300)
    found = page.evaluate("[window.shown, window.told]")
    page.close()
    return found


@pytest.mark.browser
def test_openfeature__in_a_page__shows_and_counts(chromium, origin, granian, world):
    shown, _ = run_in_page(chromium, origin, filled(JS[0], granian, world))
    assert shown[0]["key"] == "spring-hero-b"
    assert wait_until(lambda: [kind for kind, _ in log_rows()] == ["impression"], seconds=5)


@pytest.mark.browser
def test_growthbook__in_a_page__shows_and_tells(chromium, origin, granian, world):
    assert run_in_page(chromium, origin, filled(JS[1], granian, world)) == [
        ["b"],
        [["spring-hero", "b"]],
    ]


def run(code, **names):
    shown = []
    space = {"visitor_id": "u-42", "show": shown.append, **names}
    exec(compile(code, "docs/sdks.md", "exec"), space)
    return shown[0], space


def test_openfeature__on_a_server__shows_and_has_a_token(granian, world):
    shown, space = run(filled(PYTHON[0], granian, world), own_banner={"own": True})
    api.clear_providers()
    assert shown["key"] == "spring-hero-b"
    receipt = granian.post(
        "/api/v1/events", {"type": "click", "token": space["token"]}, key=world.sk
    )
    assert receipt.json["stored"] == 1


def test_growthbook__on_a_server__shows_and_counts_once(granian, world):
    name = str(uuid4())
    for expected in ("stored", "duplicate"):
        shown, space = run(filled(PYTHON[1], granian, world), event_id=name)
        assert shown == "b"
        assert space["receipt"].json()[expected] == 1
        space["growthbook"].destroy()
    assert len(log_rows()) == 1
