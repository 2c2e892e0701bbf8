"""Experiments by script: what a page does, with the same rights, refusals and words."""

import pytest

from experiments.models import DecisionRequest, Experiment, Report, Status
from experiments.moves import ACTIONS
from tests import factories
from tests.api.conftest import by_key, logged_in
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
SPRING = "experiments/spring/"


@pytest.fixture
def banners(site):
    factories.a_placement(site)
    for name in ("Shoes alone", "Shoes worn"):
        factories.a_creative(site, name)


@pytest.fixture
def plan(banners):
    return {
        "name": "Spring hero",
        "placement": "home-hero",
        "hypothesis": "A warmer picture brings more clicks.",
        "primary_metric": "ctr",
        "mde": "5.000",
        "variants": [
            {"key": "a", "name": "Alone", "creative": "shoes-alone"},
            {
                "key": "b",
                "name": "Worn",
                "creative": "shoes-worn",
                "weight": 2,
                "discount": "10.00",
            },
        ],
        "watched": [{"metric": "conversion_rate", "role": "guardrail", "margin": "5.00"}],
    }


def test_create__plan__draft_with_variants_and_what_it_watches(site, key, plan):
    answer = key.post("experiments/", plan)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["key"], made["status"], made["placement"]) == ("spring-hero", "draft", "home-hero")
    assert [(v["key"], v["creative"], v["weight"]) for v in made["variants"]] == [
        ("a", "shoes-alone", 1),
        ("b", "shoes-worn", 2),
    ]
    assert made["watched"] == plan["watched"]
    assert key.get("experiments/spring-hero/").json() == made
    assert AuditEntry.objects.filter(site=site, object_key="spring-hero").exists()


def test_change__some_fields__the_others_stay(key, plan):
    first = key.post("experiments/", plan)
    changed = key.patch("experiments/spring-hero/", {"planned_days": 21}, if_match=first["ETag"])
    assert changed.status_code == 200, changed.content
    before, after = first.json(), changed.json()
    assert {n for n in after if after[n] != before[n]} == {"planned_days", "revision"}
    stale = key.patch("experiments/spring-hero/", {"planned_days": 7}, if_match=first["ETag"])
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "running"}, "status"),
        ({"phase": 3}, "phase"),
        ({"colour": "red"}, "colour"),
        ({"placement": "nowhere"}, "placement"),
        ({"primary_metric": "luck"}, "primary_metric"),
        ({"traffic_share": 101}, "traffic_share"),
        ({"variants": [{"key": "a", "name": "A", "creative": "none"}]}, "variants[0].creative"),
        ({"variants": [{"key": "a", "name": "A"}] * 2}, "variants"),
        ({"watched": [{"metric": "ctr", "role": "guardrail"}]}, "watched"),
    ],
)
def test_change__what_does_not_fit__refused_by_its_path(key, draft, body, field):
    answer = key.patch(SPRING, body)
    assert (answer.status_code, answer.json().get("field")) == (422, field), answer.content
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_change__started__409(key, running):
    assert key.patch("experiments/summer/", {"name": "x"}).status_code == 409
    assert key.delete("experiments/summer/").status_code == 409


def test_delete__draft__gone(key, draft):
    assert key.delete(SPRING).status_code == 204
    assert not Experiment.objects.exists()


@pytest.fixture
def two(site, draft, running):
    Experiment.objects.filter(pk=draft.pk).update(tags=["sale"])
    mei = factories.a_user("mei", role=Role.MARKETER, site=site)
    Experiment.objects.filter(pk=running.pk).update(owner=mei)
    Report.objects.create(experiment=running, verdict="collecting", as_of=factories.NOW)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"status": "draft"}, ["spring"]),
        ({"status": "running"}, ["summer"]),
        ({"placement": "cart-strip"}, ["summer"]),
        ({"tag": "sale"}, ["spring"]),
        ({"owner": "mei"}, ["summer"]),
        ({"verdict": "collecting"}, ["summer"]),
        ({"verdict": "no_data"}, ["spring"]),
        ({"q": "SPRI"}, ["spring"]),
        ({"ordering": "name"}, ["spring", "summer"]),
        ({"ordering": "-name"}, ["summer", "spring"]),
    ],
)
def test_list__filters_and_order__narrow_and_sort_it(key, two, query, keys):
    answer = key.get("experiments/", query)
    assert [row["key"] for row in answer.json()["results"]] == keys


@pytest.mark.parametrize("name", ["status", "placement", "owner", "verdict", "ordering", "colour"])
def test_list__unknown_name_or_value__refused_by_name(key, draft, name):
    answer = key.get("experiments/", {name: "nonsense"})
    assert (answer.status_code, answer.json()["field"]) == (422, name)


def test_list__pages__every_row_once(site, key):
    for number in range(5):
        factories.an_experiment(site, f"t-{number}")
    address, seen = "experiments/?page_size=2&ordering=key", []
    while address:
        page = key.get(address.removeprefix(f"http://testserver{key.root}")).json()
        seen += [row["key"] for row in page["results"]]
        address = page["next"]
    assert seen == [f"t-{number}" for number in range(5)]


def test_moves__table_of_pages__each_has_an_address_with_its_consequences(admin, draft):
    for name in set(ACTIONS) - {"delete"}:
        answer = admin.get(f"{SPRING}{name.replace('_', '-')}/")
        assert (answer.status_code, answer.json()["verb"] != "") == (200, True), name
    offered = admin.get(f"{SPRING}moves/").json()["moves"]
    assert (offered[0]["move"], offered[0]["allowed"], bool(offered[0]["sees"])) == (
        "start",
        True,
        True,
    )


def test_start__with_the_tag_that_was_read__runs_and_stops(key, draft):
    seen = key.get(SPRING)
    started = key.post(f"{SPRING}start/", {}, if_match=seen["ETag"])
    assert (started.status_code, started.json()["status"]) == (200, "running"), started.content
    late = key.post(f"{SPRING}stop/", {}, if_match=seen["ETag"])
    assert late.status_code == 412
    assert key.post(f"{SPRING}start/", {}).status_code == 409
    stopped = key.post(f"{SPRING}stop/", {}, if_match=started["ETag"])
    assert stopped.json()["status"] == "stopped"


def test_traffic__share_of_the_body__checked_by_the_form(key, running):
    Experiment.objects.filter(pk=running.pk).update(traffic_share=100)
    refused = key.post("experiments/summer/traffic/", {"share": 101})
    assert (refused.status_code, refused.json()["field"]) == (422, "share")
    assert key.post("experiments/summer/traffic/", {}).json()["field"] == "share"
    assert key.post("experiments/summer/traffic/", {"colour": 1, "share": 100}).status_code == 422


def test_split__weights_by_variant__new_phase(key, running):
    answer = key.post("experiments/summer/split/", {"weights": {"a": 1, "b": 3}})
    assert answer.status_code == 200, answer.content
    assert (answer.json()["phase"], answer.json()["variants"][1]["weight"]) == (2, 3)
    unknown = key.post("experiments/summer/split/", {"weights": {"z": 1}})
    assert unknown.json()["field"] == "weights.z"


def test_policy__rules_by_segment_key__new_phase(site, key, running):
    factories.a_segment(site, "phones", "device", "is", "phone")
    rules = [{"segment": "phones", "weights": {"a": 0, "b": 1}}]
    body = {"policy": "rules", "exploration_share": 10, "rules": rules}
    answer = key.post("experiments/summer/policy/", body)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["policy"], answer.json()["rules"]) == ("rules", rules)
    rules[0]["segment"] = "nobody"
    assert key.post("experiments/summer/policy/", body).json()["field"] == "rules[0].segment"


def test_decide__person_with_the_role__kept_with_its_reason(site, admin, key, reader, running):
    body = {"variant": "b", "reason": "B is better.", "tags": ["hero"], "takeaways": "Warm works."}
    assert key.post("experiments/summer/decide/", body).status_code == 403
    assert reader.post("experiments/summer/decide/", body).status_code == 403
    marketer = logged_in(factories.a_user(role=Role.MARKETER, site=site))
    assert marketer.post("experiments/summer/decide/", body).status_code == 403
    decided = admin.post("experiments/summer/decide/", body)
    assert decided.status_code == 200, decided.content
    told = decided.json()
    assert (told["status"], told["decision"], told["tags"]) == ("decided", "b", ["hero"])
    assert told["decided_by"] == "ada"
    assert admin.get("experiments/summer/decisions/").json()["results"] == []
    assert not DecisionRequest.objects.exists()


def test_reading_key__whatever_changes__403(reader, draft):
    assert reader.get(SPRING).status_code == 200
    for method, path in [("patch", SPRING), ("delete", SPRING), ("post", f"{SPRING}start/")]:
        answer = reader.ask(method, path, {})
        assert (answer.status_code, "only read" in answer.json()["detail"]) == (403, True)


def test_checks__banner_without_approval__named_with_its_remedy(site, key, draft):
    assert key.get(f"{SPRING}checks/").json() == {"ready": True, "problems": []}
    Experiment.objects.filter(pk=draft.pk).update(hypothesis="")
    told = key.get(f"{SPRING}checks/").json()
    assert (told["ready"], told["problems"][0]["field"]) == (False, "hypothesis")
    assert told["problems"][0]["remedy"]


def test_sizing__placement_without_past__says_why_there_are_no_numbers(key, draft):
    told = key.get(f"{SPRING}sizing/").json()
    assert (told["rows"], bool(told["gap"])) == ([], True)


def test_why__visitor__steps_and_variant(key, running):
    told = key.get("experiments/summer/why/", {"user_id": "u-1"})
    assert told.status_code == 200, told.content
    assert told.json()["variant"] in {"a", "b"}
    assert told.json() == key.post("experiments/summer/why/", {"user_id": "u-1"}).json()
    assert key.get("experiments/summer/why/").json()["field"] == "user_id"


def test_share_link__made_and_taken_back__address_said_once(admin, key, running, client):
    assert key.post("experiments/summer/share-links/", {}).status_code == 403
    made = admin.post("experiments/summer/share-links/", {"days": 3}).json()
    assert client.get(made["url"].removeprefix("http://testserver")).status_code == 200
    (listed,) = admin.get("experiments/summer/share-links/").json()["results"]
    assert (listed["hint"], "url" in listed) == (made["hint"], False)
    assert admin.delete(f"experiments/summer/share-links/{made['id']}/").status_code == 204
    assert client.get(made["url"].removeprefix("http://testserver")).status_code == 404


def test_learnings__of_a_finished_test__written_down(site, key, draft):
    refused = key.put(f"{SPRING}learnings/", {"takeaways": "Warm works."})
    assert refused.status_code == 409
    factories.an_experiment(site, "old", status=Status.STOPPED)
    kept = key.put("experiments/old/learnings/", {"takeaways": "Warm works.", "tags": ["hero"]})
    assert (kept.json()["takeaways"], kept.json()["tags"]) == ("Warm works.", ["hero"])


def test_refresh__asked_twice__one_job_that_can_be_followed(key, running):
    first, again = (key.post("experiments/summer/report/refresh/") for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (202, again.json()["id"])
    assert key.get(f"jobs/{first.json()['id']}/").json()["status"] == "queued"


def test_other_site__whatever_is_asked__does_not_exist(draft):
    stranger = by_key(factories.a_key(factories.a_site("other"))[1])
    for path in ("experiments/", SPRING, f"{SPRING}report/", f"{SPRING}moves/", f"{SPRING}start/"):
        assert stranger.get(path).status_code == 404
    short = by_key(factories.a_key(factories.a_site("other"))[1], "/api/v1/")
    assert short.get(SPRING).status_code == 404
    assert short.get("experiments/").json()["results"] == []


def test_list__200_of_1000__few_queries(site, key, django_assert_max_num_queries):
    Experiment.objects.bulk_create(
        Experiment(site=site, key=f"t{n}", name=f"T{n}", origin="results") for n in range(1000)
    )
    key.get("experiments/")
    with django_assert_max_num_queries(20):
        assert len(key.get("experiments/?page_size=200").json()["results"]) == 200
