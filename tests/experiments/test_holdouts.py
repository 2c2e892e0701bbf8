"""The holdout of a site: opened and closed by the quarter, drawn beside all layers."""

import datetime as dt
from collections import Counter

import pytest

from delivery.holdout import is_held
from delivery.index import index
from engine.assignment.hashing import bucket
from experiments import holdouts, lifecycle, publishing
from experiments.models import Experiment, Holdout, Status
from tests import factories
from workspace.models import AuditEntry, Site

pytestmark = pytest.mark.django_db
UTC = dt.UTC


@pytest.fixture
def site():
    return factories.a_site(holdout_share=5)


def entry_of(site, now):
    live = index(publishing.compile_snapshot(now=now), version=1, as_of=now.timestamp())
    return live.sites[site.pk]


def test_ensure__share_set__opens_the_quarter_as_an_experiment(site, now):
    holdout = holdouts.ensure(site, now=now)
    assert (holdout.quarter, holdout.share, holdout.ended_at) == ("2026Q4", 5, None)
    made = holdout.experiment
    assert (made.key, made.origin, made.status) == ("holdout-2026q4", "holdout", "running")
    assert (made.placement, made.started_at) == (None, now)
    ranges = made.variants.values_list("key", "bucket_start", "bucket_end")
    assert list(ranges) == [("held", 0, 500), ("rest", 500, 10_000)]
    assert AuditEntry.objects.filter(action="open_holdout").count() == 1


def test_ensure__again__the_same_one(site, now):
    first = holdouts.ensure(site, now=now)
    assert holdouts.ensure(site, now=now + dt.timedelta(days=1)) == first
    assert Holdout.objects.count() == 1


def test_ensure__no_share__nothing(now):
    assert holdouts.ensure(factories.a_site(), now=now) is None


@pytest.mark.parametrize("share", [0, 12])
def test_ensure__share_changed__holds_from_the_next_quarter(site, now, share):
    first = holdouts.ensure(site, now=now)
    site.holdout_share = share
    site.save()
    assert holdouts.ensure(site, now=now) == first
    assert entry_of(site, now).holdout.buckets == 500
    later = dt.datetime(2027, 1, 2, tzinfo=UTC)
    fresh = holdouts.ensure(site, now=later)
    first.refresh_from_db()
    assert (first.ended_at, first.experiment.status) == (later, Status.STOPPED)
    found = entry_of(site, later).holdout
    assert (fresh and fresh.quarter, found and found.buckets) == (
        ("2027Q1", 1200) if share else (None, None)
    )


def test_quarter_at__the_shops_calendar__decides():
    site = Site(timezone="Asia/Shanghai")
    assert holdouts.quarter_at(site, dt.datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == "2026Q4"
    assert holdouts.quarter_at(site, dt.datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == "2027Q1"


def test_keep__one_site_fails__the_others_are_kept(site, now):
    broken = factories.a_site("broken", holdout_share=5, timezone="Mars/Olympus")
    holdouts.keep(now=now)
    assert list(Holdout.objects.values_list("site", flat=True)) == [site.pk]
    assert broken.pk not in {h.site_id for h in Holdout.objects.all()}


def test_keep__share_is_zero_now__the_open_one_still_ends(site, now):
    holdouts.keep(now=now)
    Site.objects.update(holdout_share=0)
    holdouts.keep(now=dt.datetime(2027, 1, 2, tzinfo=UTC))
    assert Holdout.objects.get().ended_at is not None


def test_open__key_is_taken__another_one(site, now):
    factories.an_experiment(site, "holdout-2026q4")
    assert holdouts.ensure(site, now=now).experiment.key == "holdout-2026q4-2"


def test_entries__stopped_by_hand__nobody_is_held(site, now):
    holdout = holdouts.ensure(site, now=now)
    lifecycle.stop(holdout.experiment, actor=None, now=now)
    assert entry_of(site, now).holdout is None


def test_is_held__a_quarter_long__the_same_visitors_whatever_the_layers(site, now):
    experiment = factories.an_experiment(site, status=Status.RUNNING, traffic_share=50)
    holdouts.ensure(site, now=now)
    entry = entry_of(site, now)
    units = [f"u-{n}" for n in range(100_000)]
    held = {unit for unit in units if is_held(entry, unit)}
    assert 4_700 < len(held) < 5_300
    # A holdout says nothing about where somebody is in a layer, or what they would be shown.
    seeds = (experiment.site.layers.get().seed, f"{experiment.seed}:1")
    for seed in seeds:
        tenths = Counter(bucket(seed, unit) // 1000 for unit in held)
        expected = len(held) / 10
        assert sum((n - expected) ** 2 / expected for n in tenths.values()) < 33  # p < 0.0001
    Experiment.objects.filter(pk=experiment.pk).update(status=Status.STOPPED)
    later = entry_of(site, now + dt.timedelta(days=20))
    assert held == {unit for unit in units if is_held(later, unit)}


def test_settings__share_saved__the_holdout_is_in_force_at_once(client):
    site = factories.a_site()
    client.force_login(factories.a_user(role="administrator", site=site))
    fields = {
        "name": "Shop",
        "origins": "",
        "currency": "CNY",
        "timezone": "Asia/Shanghai",
        "view_window_days": "30",
        "click_window_days": "7",
        "locales": "en",
    }
    client.post("/s/shop/settings/", fields | {"holdout_share": "10"})
    assert Holdout.objects.get().share == 10
    page = client.get("/s/shop/settings/").content.decode()
    assert "In force: 10 % of the visitors" in page
    refused = client.post("/s/shop/settings/", fields | {"holdout_share": "21"})
    assert "holdout_share" in refused.context["form"].errors


def test_pages__holdout_among_the_experiments__open(client, site, now):
    made = holdouts.ensure(site, now=now).experiment
    client.force_login(factories.a_user(role="administrator", site=site))
    own = f"experiments/{made.key}/"
    for path in ("", "experiments/", own, f"{own}design/", f"{own}visitors/", f"{own}history/"):
        assert client.get(f"/s/shop/{path}").status_code == 200, path
