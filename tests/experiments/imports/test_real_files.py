"""Other people's files, each written in its own way."""

import csv
import gzip
import io
import json
import random

import pytest
from django.core.management import CommandError, call_command

from events import rollup, store
from events.models import UnitTotal
from experiments.models import Experiment
from tests.events.log import state
from tests.factories import a_site

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ["view=impression,addtocart=add_to_cart,transaction=purchase"]


def load(path, experiment="old-test", **options):
    out = io.StringIO()
    call_command(
        "import_events", str(path), site="shop", experiment=experiment, stdout=out, **options
    )
    return out.getvalue()


def _kinds(site) -> dict[str, int]:
    return {arrival.kind: arrival.events for arrival in store.arrivals(site.pk)}


def test_cookie_cats__no_times_and_words_for_flags__published_figures(shared_data):
    a_site()
    load(
        shared_data / "cookie_cats" / "cookie_cats.csv.gz",
        map=["unit=userid,variant=version,converted=retention_7"],
        time_default="2014-01-01",
        control="gate_30",
        primary="conversion_rate",
    )
    experiment = Experiment.objects.get()
    [report] = experiment.reports.all()
    payload = report.payload
    assert [counts["units"] for counts in payload["counts"]] == [44_700, 45_489]
    [effect] = [e for e in payload["effects"] if e["metric"] == "conversion_rate"]
    assert round(effect["difference"] * 100, 3) == -0.820
    # Unpooled, as its interval; the published .00155 is the pooled one.
    assert effect["p"] == pytest.approx(0.00155, abs=1e-5)
    assert round(payload["split"]["p"], 4) == 0.0086
    assert report.verdict == "keep_control"


def test_retailrocket__a_row_per_event__site_events_once_each(shared_data):
    site = a_site()
    path = shared_data / "events" / "retailrocket_sample_events.csv.gz"
    options = {
        "map": ["unit=visitorid,time=timestamp,kind=event,order=transactionid,item=itemid"],
        "kinds": ["view=product_view,addtocart=add_to_cart,transaction=purchase"],
    }
    said = load(path, experiment="", **options)
    found = _kinds(site)
    assert sum(found.values()) == 9_076 + 263 + 46 - 3
    assert "3 rows left out, because the same row came before" in said
    assert "Nothing new" in load(path, experiment="", **options)
    assert _kinds(site) == found


def test_retailrocket__split_in_two__any_order_of_arrival_gives_the_same_totals(
    shared_data, tmp_path
):
    """The file as one experiment, then as two files in reverse and shuffled order."""
    a_site()
    with gzip.open(
        shared_data / "events" / "retailrocket_sample_events.csv.gz", "rt", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["arm"] = "ab"[int(row["visitorid"]) % 2]
    options = {
        "map": ["unit=visitorid,time=timestamp,kind=event,order=transactionid,variant=arm"],
        "kinds": KINDS,
        "keep_repeats": True,
        "primary": "conversion_rate",
    }
    random.Random(7).shuffle(rows)
    _csv(tmp_path / "a.csv", rows[:4_000])
    _csv(tmp_path / "b.csv", rows[4_000:])
    load(tmp_path / "b.csv", **options)
    load(tmp_path / "a.csv", **options)
    kept = state()
    rollup.rebuild()
    assert state() == kept
    experiment = Experiment.objects.get()
    health = store.health(experiment.pk, 1)
    assert (health.units, health.multiple) == (UnitTotal.objects.exclude(day=None).count(), 0)
    buyers = {r["visitorid"] for r in rows if r["event"] == "transaction"}
    assert UnitTotal.objects.filter(converted=1).count() <= len(buyers)


def _csv(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_otto__sessions_with_lists__each_event_is_a_row(shared_data):
    site = a_site()
    path = shared_data / "events" / "otto_sessions_sample.jsonl"
    load(
        path,
        experiment="",
        each="events",
        map=["unit=session,time=ts,kind=type"],
        kinds=["clicks=product_view,carts=add_to_cart,orders=purchase"],
        keep_repeats=True,
    )
    events = [
        event for line in path.read_text().splitlines() for event in json.loads(line)["events"]
    ]
    found = _kinds(site)
    assert sum(found.values()) == len(events)
    assert found["purchase"] == sum(event["type"] == "orders" for event in events)


def test_rees46__prices_of_views__only_purchases_have_amounts(shared_data):
    site = a_site(currency="USD")
    path = shared_data / "events" / "rees46_electronics_sample.csv"
    load(
        path,
        experiment="",
        map=["unit=user_id,time=event_time,kind=event_type,amount=price"],
        kinds=["view=product_view,cart=add_to_cart"],
    )
    assert set(_kinds(site)) == {"product_view", "add_to_cart", "purchase"}


@pytest.mark.parametrize("policy", ["random", "bts"])
def test_open_bandit__eighty_items__is_not_taken_for_a_test(shared_data, policy):
    a_site()
    path = shared_data / "open_bandit" / policy / "all" / "all.csv.gz"
    with pytest.raises(CommandError, match="more than 50 values"):
        load(path, map=["unit=user_feature_0,time=timestamp,variant=item_id,clicks=click"])
    load(path, map=["unit=user_feature_0,time=timestamp,variant=position,clicks=click"])
    clicks = sum(UnitTotal.objects.values_list("clicks", flat=True))
    assert clicks in {38, 42}


def test_asos__means_and_variances__says_which_columns_there_are(shared_data):
    a_site()
    with pytest.raises(CommandError, match=r"no column 'impressions'.*'count_c'"):
        call_command(
            "import_results",
            str(shared_data / "asos" / "asos_six_experiments.csv"),
            site="shop",
            map=["test=experiment_id,impressions=impressions,clicks=clicks"],
        )
