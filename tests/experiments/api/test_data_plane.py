"""The data plane's addresses inside Django: what is particular to this carrier."""

import pytest
from django.test import Client

from delivery import doors
from experiments import publishing
from tests import factories
from tests.doors import World, a_world

SPRING = "/api/v1/assign?experiment=spring-hero&user_id=u-42"
VIEW = '{"type": "page_view", "id": "1", "user_id": "u-42"}'


@pytest.fixture
def world(db) -> World:
    world = a_world()
    publishing.publish_if_changed(now=factories.NOW)
    return world


def test_assign__again__asks_the_database_only_which_snapshots_are_the_newest(
    world, client: Client, django_assert_num_queries
) -> None:
    headers = {"authorization": f"Bearer {world.sk}"}
    client.get(SPRING, headers=headers)
    with django_assert_num_queries(2):
        assert client.get(SPRING, headers=headers).status_code == 200


def test_assign__before_anything_is_published__is_the_default(db, client: Client) -> None:
    answer = client.get(SPRING)
    assert (answer.status_code, answer.json()["reason"]) == (200, "DEFAULT")
    assert answer.headers["Snapshot-Version"] == "0"


def test_events__inside_a_transaction_of_the_test__are_rolled_back_with_it(world, client) -> None:
    headers = {"authorization": f"Bearer {world.sk}"}
    answer = client.post("/api/v1/events", VIEW, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["stored"]) == (202, 1)


def test_answer__whatever_accept_says__is_json_and_needs_no_csrf_token(world) -> None:
    client = Client(enforce_csrf_checks=True)
    headers = {"authorization": f"Bearer {world.sk}", "accept": "text/html"}
    answer = client.post("/api/v1/events", VIEW, content_type="text/plain", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (202, "application/json")


def test_document__openapi__describes_every_address_of_the_data_plane(db, client: Client) -> None:
    answer = client.get("/api/schema/", headers={"accept": "application/json"})
    document = answer.json()
    documented = set(document["paths"])
    assert set(doors.EXACT) <= documented
    assert {"/c/{token}", "/i/{token}.gif"} <= documented
    receipt = document["paths"]["/api/v1/events"]["post"]["responses"]["202"]
    properties = receipt["content"]["application/json"]["schema"]["properties"]
    assert set(properties) == {
        *("received", "stored", "duplicate", "conflict", "filtered", "rejected"),
    }
