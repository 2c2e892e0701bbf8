"""The page that says whether the numbers can be trusted, and its twin in the API."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from delivery.remedies import REMEDIES
from engine.stats.aggregates import Aggregates
from events import compacting, outcomes
from events.models import Event, Rejected, Settled, Tally
from experiments.reports import losses
from experiments.reports.payload import State
from tests import factories
from tests.experiments.reports.states import a_design
from workspace.models import Job, Role

pytestmark = pytest.mark.django_db
PSEUDONYM = "pseudonym:" + "ab12" * 8


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user("mia", role=Role.MARKETER, site=site))
    return client


def settled(site, outcome: str, events: int, *, at=None, **fields) -> None:
    given = {"kind": "click", "reason": "token_expired" if outcome == "rejected" else ""} | fields
    Settled.objects.create(
        site_id=site.pk, at=at or timezone.now(), outcome=outcome, events=events, **given
    )


def tally(site, events: int, *, mark: str = "", kind: str = "click", ago=0, **fields) -> None:
    at = timezone.now() - dt.timedelta(days=ago)
    Tally.objects.create(
        site_id=site.pk,
        day=at.astimezone(outcomes.zone_of(site)).date(),
        kind=kind,
        mark=mark,
        events=events,
        first_at=at,
        last_at=at,
        last_received_at=at,
        **fields,
    )


def kept(site, **fields) -> Rejected:
    given = {
        "payload": json.dumps({"type": "<b>", "user_id": PSEUDONYM, "token": "bl1." + "A" * 108}),
        "reason": "token_expired",
        "kind": "click",
    }
    return Rejected.objects.create(site_id=site.pk, received_at=timezone.now(), **given | fields)


def a_mixed_site(site):
    experiment = factories.an_experiment(site, "spring")
    variant = experiment.variants.first()
    of = {"experiment_id": experiment.pk, "variant_id": variant.pk}
    tally(site, 200, **of)
    tally(site, 10, mark="bot")
    tally(site, 30, kind="impression", ago=3)
    settled(site, "duplicate", 5, **of)
    settled(site, "conflict", 1)
    settled(site, "rejected", 20, **of)
    settled(site, "rejected", 2, reason="no_consent")
    settled(site, "rejected", -1, reason="no_consent")
    return variant


def test_page__of_a_busy_site__tells_sums_reasons_and_an_alarm(marketer, site) -> None:
    a_mixed_site(site)
    kept(site)
    with CaptureQueriesContext(connection) as asked:
        page = marketer.get("/s/shop/health/").content.decode()
    assert len(asked) <= 30
    assert "8.9 % of the events since yesterday were rejected: 21 of 237." in page
    assert REMEDIES["token_expired"][0] in page
    assert "Never arrived" in page
    assert "No longer arrives" in page
    assert "Calls itself a robot" in page


def test_page__payloads__are_escaped_and_shortened(marketer, site) -> None:
    tally(site, 1)
    kept(site)
    page = marketer.get("/s/shop/health/").content.decode()
    assert "pseudonym:ab12…" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert PSEUDONYM not in page
    assert "A" * 20 not in page


def test_page__nothing_yet__says_what_to_do(marketer, site) -> None:
    assert "No event has arrived yet" in marketer.get("/s/shop/health/").content.decode()


def test_page__in_chinese__speaks_the_sentences_of_the_data_plane(marketer, site) -> None:
    a_mixed_site(site)
    answer = marketer.get("/s/shop/health/", headers={"accept-language": "zh-hans"})
    assert REMEDIES["token_expired"][1] in answer.content.decode()


def test_replay__asked_by_a_marketer__is_one_job(marketer, site) -> None:
    for _time in range(2):
        answer = marketer.post("/s/shop/health/replay/", {"reason": "token_expired"})
        assert answer.status_code == 302
    assert Job.objects.get().parameters == {"reason": "token_expired", "since": ""}
    assert marketer.post("/s/shop/health/replay/", {"reason": "x"}).status_code == 422


def test_replay__by_an_analyst__is_not_theirs(client, site) -> None:
    client.force_login(factories.a_user("ann", role=Role.ANALYST, site=site))
    tally(site, 1)
    kept(site)
    assert "Try again" not in client.get("/s/shop/health/").content.decode()
    assert client.post("/s/shop/health/replay/").status_code == 403


def test_page__of_another_site__does_not_exist(marketer, site) -> None:
    factories.a_site("other")
    assert marketer.get("/s/other/health/").status_code == 404


def by_key(client, site, method: str, path: str, body=None):
    key = factories.a_key(site)[1]
    headers = {"authorization": f"Bearer {key}"}
    if method == "get":
        return client.get(f"/api/v1/sites/shop/{path}", headers=headers)
    return client.post(
        f"/api/v1/sites/shop/{path}", body or {}, headers=headers, content_type="application/json"
    )


def test_api__outcomes__are_those_of_the_page(client, site) -> None:
    variant = a_mixed_site(site)
    found = by_key(client, site, "get", "outcomes/").json()
    assert found["total"] == {
        "received": 267, "stored": 230, "filtered": 10, "duplicate": 5, "conflict": 1,
        "rejected": 21,
    }  # fmt: skip
    assert found["recent"]["received"] == 237
    (one,) = found["variants"]
    assert (one["experiment"], one["variant"]) == ("spring", variant.name)
    assert one["numbers"]["rejected"] == 20
    assert found["reasons"][0]["remedy"] == REMEDIES["token_expired"][0]
    assert found["marks"] == {"bot": 10}
    assert "purchase" in found["missing"]
    assert by_key(client, site, "get", "outcomes/?days=0").status_code == 422


def test_api__rejected_events__come_in_pages_and_are_tried_again(client, site) -> None:
    for _number in range(3):
        kept(site)
    kept(site, reason="unknown_type", sender={"cut": True})
    first = by_key(client, site, "get", "rejected-events/?page_size=2").json()
    assert len(first["results"]) == 2
    assert first["next"]
    (only,) = by_key(client, site, "get", "rejected-events/?reason=unknown_type").json()["results"]
    assert not only["replayable"]
    assert PSEUDONYM not in only["payload"]
    assert by_key(client, site, "get", "rejected-events/?reason=x").status_code == 422
    answer = by_key(client, site, "post", "rejected-events/replay/", {"reason": "unknown_type"})
    assert (answer.status_code, answer.json()["kind"]) == (202, "replay_rejected")


def test_compact__rows_of_past_hours__become_one_and_keep_their_sum(site) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for minute in range(5):
        settled(site, "rejected", 2, at=hour - dt.timedelta(hours=3, minutes=-minute))
        settled(site, "duplicate", 1, at=hour + dt.timedelta(minutes=minute))
    settled(site, "rejected", -1, at=hour - dt.timedelta(hours=3, minutes=-9))
    settled(site, "conflict", 1, at=hour - dt.timedelta(hours=4, minutes=-9))
    settled(site, "conflict", -1, at=hour - dt.timedelta(hours=4, minutes=-8))
    old = timezone.now() - dt.timedelta(days=3)
    Settled.objects.create(site_id=-5, at=old, kind="", outcome="group", reason="ab", events=0)
    kept(site)
    Rejected.objects.update(received_at=timezone.now() - dt.timedelta(days=31))
    assert compacting.compact(now=timezone.now()) == 7
    assert compacting.compact(now=timezone.now()) == 0
    (row,) = Settled.objects.filter(outcome="rejected")
    assert (row.events, row.at) == (9, hour - dt.timedelta(hours=3))
    assert Settled.objects.filter(outcome="duplicate").count() == 5
    assert not Settled.objects.filter(outcome__in=["group", "conflict"]).exists()
    assert not Rejected.objects.exists()
    assert not Event.objects.exists()


def arms(*sizes: int) -> dict[int, Aggregates]:
    return {number: Aggregates(n=size) for number, size in enumerate(sizes, 1)}


@pytest.mark.parametrize(
    ("rejected", "state"),
    [
        (((1, 40), (2, 10)), State.OK),  # too few
        (((1, 100), (2, 110)), State.OK),
        (((1, 100), (2, 220)), State.WARNING),
        (((2, 150),), State.WARNING),
        ((), State.OK),
    ],
)
def test_check__of_rejected_events__tells_a_variant_that_loses_more(rejected, state) -> None:
    found = losses.check_rejected(a_design(), rejected, arms(1000, 1000))
    assert found.state is state
    assert losses.check_rejected(a_design(), None, arms(1000, 1000)) is None


def test_losses__of_a_phase__are_read_by_variant_since_it_began(site) -> None:
    now = timezone.now()
    for ago, variant in ((1, 4), (1, 5), (9, 5)):
        at = now - dt.timedelta(days=ago)
        settled(site, "rejected", 3, at=at, experiment_id=3, variant_id=variant)
    begun = {(3, 1): now - dt.timedelta(days=2), (8, 1): None}
    assert {k: set(v) for k, v in outcomes.losses_of(begun).items()} == {3: {(4, 3), (5, 3)}}
