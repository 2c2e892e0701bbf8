"""`GET /api/features/<client key>` at both doors, and GrowthBook's SDK in a shop's own page."""

import pytest

from experiments.models import Experiment, Status
from tests.doors import SHOP, an_experiment
from tests.factories import a_placement

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def committed_world(committed_world, origin):
    site = committed_world.site
    site.origins.append(origin)
    site.save()
    place = a_placement(site, "local-hero")
    an_experiment(site, "local-test", place, Status.RUNNING)
    Experiment.objects.filter(key="local-test").update(local=True)
    committed_world.publish()
    return committed_world


def test_features__publishable_key__only_what_is_local(door, world):
    answer = door.get(f"/api/features/{world.pk}", origin=SHOP)
    assert answer.status == 200
    assert list(answer.json["features"]) == ["local-test"]
    assert "max-age=30" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == SHOP
    tag = answer.headers["etag"]
    assert door.get(f"/api/features/{world.pk}", if_none_match=tag).status == 304


def test_features__wrong_key__refused(door, world):
    assert door.get("/api/features/pk_wrong").status == 401
    assert door.get("/api/features/").status == 404
    assert door.get(f"/api/features/{world.sk}").status == 403
    evil = door.get(f"/api/features/{world.pk}", origin="https://evil.example")
    assert evil.status == 403


@pytest.mark.browser
def test_browser_sdk__over_the_network__variant_of_the_server(chromium, origin, granian, world):
    page = chromium.new_page()
    page.goto(origin)
    found = page.evaluate(
        """async ({host, key, units}) => {
          const {GrowthBook} = await import("@growthbook/growthbook");
          const seen = [], told = {};
          const gb = new GrowthBook({
            apiHost: host, clientKey: key,
            trackingCallback: (experiment, result) => seen.push([experiment.key, result.key]),
          });
          await gb.init({timeout: 5000});
          for (const id of units) {
            await gb.setAttributes({id});
            told[id] = gb.getFeatureValue("local-test", null);
          }
          return {told, seen};
        }""",
        {
            "host": f"http://127.0.0.1:{granian.port}",
            "key": world.pk,
            "units": [f"u-{number}" for number in range(50)],
        },
    )
    page.close()
    for unit, variant in found["told"].items():
        path = f"/api/v1/assign?experiment=local-test&user_id={unit}"
        assert granian.get(path, key=world.pk).json["variant"] == variant
    assert {key for key, _ in found["seen"]} == {"local-test"}
    assert {variant for _, variant in found["seen"]} == {"a", "b"}
