"""What an event counts for beside its own experiment: the holdout of the quarter, its block."""

import datetime as dt
import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivery.token import REST, TEST
from events import rollup, store
from events.models import Aggregate, Event, UnitTotal
from experiments.models import Experiment, Holdout, Variant
from tests.events.log import (
    START,
    Row,
    aggregates_of_state,
    assigned_of_state,
    bought,
    forget,
    state,
    write,
)
from tests.events.opinion import Quarter, Rules, expected, unit
from tests.events.test_histories import NOW, histories
from tests.factories import a_placement, a_site
from workspace.models import Site

pytestmark = pytest.mark.django_db
HARD = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DAYS = 24 * 60


def _designs(zone="Asia/Shanghai"):
    """Two quarters of a site, and experiment 8 whose unit is the block of hours."""
    site = a_site("shop", timezone=zone)
    Site.objects.filter(pk=site.pk).update(view_window_days=30, click_window_days=7)
    half = START + dt.timedelta(days=10)
    quarters = (
        _quarter(site, 9, "2026Q3", START - dt.timedelta(days=80), half),
        _quarter(site, 10, "2026Q4", half, None),
    )
    if not Experiment.objects.filter(pk=8).exists():
        Experiment.objects.create(
            pk=8, site=site, key="switch", unit="block", block_hours=6, placement=a_placement(site)
        )
    return site, Rules(zone, quarters=quarters, blocks={8: 6})


def _quarter(site, number, name, since, until):
    if not Experiment.objects.filter(pk=number).exists():
        experiment = Experiment.objects.create(
            pk=number, site=site, key=f"holdout-{name}", origin="holdout"
        )
        for position, key in enumerate(["held", "rest"]):
            Variant.objects.create(
                pk=number * 10 + position, experiment=experiment, key=key, position=position
            )
        Holdout.objects.create(
            site=site,
            quarter=name,
            share=5,
            experiment=experiment,
            started_at=since,
            ended_at=until,
        )
    end = until or dt.datetime.max.replace(tzinfo=dt.UTC)
    return Quarter(site.pk, number, number * 10 + 1, since, end)


@st.composite
def _beside(draw):
    """Histories in which some are held, most are not, and some only test."""
    return [_flagged(draw, row) for row in draw(histories())]


def _flagged(draw, row):
    if row.kind not in {"impression", "click", "viewable", "assigned"}:
        return row
    early = draw(st.sampled_from([None, 0, 10, 7 * 60]))
    flagged = replace(
        row,
        flags=row.flags | draw(st.sampled_from([0, REST, REST, TEST])),
        decided=None if early is None else row.minute - early,
    )
    held = draw(st.sampled_from([None, None, None, 9, 10]))
    return replace(flagged, experiment=held, phase=1, variant=held * 10) if held else flagged


@HARD
@given(rows=_beside(), seed=st.integers(0, 2**32), pieces=st.integers(1, 5))
def test_run__holdouts_and_blocks_in_any_order__equals_plain_counting_and_rebuild(
    db, rows, seed, pieces
):
    forget()
    site, rules = _designs()
    rows = [replace(row, site=site.pk) for row in rows]
    rng = random.Random(seed)
    arriving = rows + rng.sample(rows, len(rows) // 2)
    rng.shuffle(arriving)
    for piece in range(pieces):
        write(arriving[piece::pieces])
        rollup.run(now=NOW)
    _agrees(rows, rules)


@HARD
@given(rows=_beside(), seed=st.integers(0, 2**32), aside=st.lists(st.integers(1, 5), max_size=2))
def test_set_aside__holdouts_and_blocks__equals_plain_counting_and_rebuild(db, rows, seed, aside):
    forget()
    site, rules = _designs()
    rows = [replace(row, site=site.pk) for row in rows]
    for piece in range(2):
        write(rows[piece::2])
        rollup.run(now=NOW)
        for name in aside:
            rollup.set_aside(site.pk, [unit(name)], mark="rate", now=NOW)
    marks = dict(Event.objects.values_list("id", "mark"))
    _agrees([replace(row, mark=marks[row.id]) for row in rows], rules)


def _agrees(rows, rules):
    wanted, kept = expected(rows, rules), state()
    found = aggregates_of_state()
    assert found.keys() == wanted.aggregates.keys()
    assert found == wanted.aggregates
    assert assigned_of_state() == wanted.assigned
    for chosen in (None, 7, 8, 9, 10):
        rollup.rebuild(chosen)
        assert state() == kept, chosen


def test_run__visitor_not_held__counts_for_the_experiment_and_for_the_holdout(db):
    site, _rules = _designs("UTC")
    write(
        [
            Row("impression", 1, 0, 1, site=site.pk, flags=REST),
            Row("click", 1, 1, 2, site=site.pk, flags=REST),
            bought(1, minute=5, number=3, site=site.pk),
            Row("impression", 2, 0, 4, site=site.pk, experiment=9, variant=90),
        ]
    )
    rollup.run(now=NOW)
    totals = {
        (t.experiment_id, t.variant_id): (t.impressions, t.clicks, t.orders)
        for t in UnitTotal.objects.filter(variant_id__isnull=False)
    }
    assert totals == {(7, 70): (1, 1, 1), (9, 91): (1, 1, 1), (9, 90): (1, 0, 0)}


def test_run__shown_a_fallback__still_counts_as_rest(db):
    site, _rules = _designs("UTC")
    nothing = {"experiment": None, "variant": None, "phase": None}
    write([Row("impression", 1, 0, 1, site=site.pk, flags=REST, **nothing)])
    rollup.run(now=NOW)
    arms = store.aggregates(9, 1)
    assert {variant: sum(one.n for one in days.values()) for variant, days in arms.items()} == {
        91: 1
    }


def test_run__past_of_a_visitor__is_counted_once_though_it_counts_twice(db):
    site, _rules = _designs("UTC")
    write(
        [
            Row("impression", 1, 0, 1, site=site.pk, flags=REST),
            Row("impression", 1, 2 * DAYS, 2, site=site.pk, flags=REST, phase=2),
        ]
    )
    rollup.run(now=NOW)
    assert UnitTotal.objects.get(experiment_id=7, phase=2).pre_impressions == 1


def test_run__forced_traffic__counts_nowhere(db):
    site, _rules = _designs("UTC")
    write(
        [
            Row("impression", 1, 0, 1, site=site.pk, flags=REST | TEST, mark="test"),
            Row("impression", 2, 0, 2, site=site.pk, flags=REST | TEST, mark="bot"),
            Row("click", 1, 1, 3, site=site.pk, flags=TEST, experiment=8, variant=80),
        ]
    )
    rollup.run(now=NOW)
    assert not Aggregate.objects.exists()
    assert not UnitTotal.objects.exists()


def test_blocks_of__order_after_two_blocks__belongs_to_the_later_one(db):
    site, _rules = _designs("UTC")
    shown = {"site": site.pk, "experiment": 8, "flags": 0}
    write(
        [
            Row("impression", 1, 0, 1, variant=80, **shown),
            Row("impression", 1, 7 * 60, 2, variant=81, **shown),
            bought(1, minute=8 * 60, number=3, site=site.pk),
            Row("impression", 2, 90, 4, variant=80, **shown),
        ]
    )
    rollup.run(now=NOW)
    first, second = store.blocks_of([(8, 1)])[8, 1]
    assert (first.variant_id, second.variant_id, second.number - first.number) == (80, 81, 1)
    assert (first.early.n, first.settled.n) == (1, 1)
    assert (first.whole.sum("orders"), second.whole.sum("orders")) == (0, 1)
    assert first.starts_at(6) == START.replace(tzinfo=None)
