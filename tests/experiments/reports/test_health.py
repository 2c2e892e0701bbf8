"""Each check, on both sides of its line."""

from dataclasses import replace

import pytest
from django.utils import translation

from engine.stats.aggregates import Aggregates
from engine.stats.metrics import CATALOGUE, Kind
from events import store
from events.marks import SUSPICIOUS
from experiments.models import Experiment
from experiments.reports import health, marks_words
from experiments.reports.checks_words import CHECKS
from experiments.reports.health import NOTHING_KNOWN, Observed
from experiments.reports.health_words import explain, explain_all
from experiments.reports.payload import Check, Effect, Split, State
from tests.experiments.reports import states
from tests.experiments.reports.states import DAY, NOW, a_design


def seen(several=0, unexposed=0, set_aside=0, events=1_000) -> Observed:
    return Observed(several, unexposed, set_aside, events)


@pytest.mark.parametrize(
    ("alarm", "p", "state"), [(True, 1e-5, State.BLOCKING), (False, 0.4, State.OK)]
)
def test_check_split__by_alarm(alarm, p, state):
    assert health.check_split(Split((1, 1), (1.0, 1.0), p, -1.0, alarm)).state is state


@pytest.mark.parametrize(
    ("several", "units", "state"),
    [
        (9, 500, State.OK),
        (10, 1_000, State.OK),
        (11, 1_000, State.BLOCKING),
        (100, 20_000, State.OK),
    ],
)
def test_check_several__needs_one_percent_and_ten(several, units, state):
    assert health.check_several(seen(several=several), units=units).state is state


def test_check_clicks__more_than_impressions__blocks_and_names_the_variant():
    arms = {
        1: Aggregates.of_units([{"impressions": 2, "clicks": 1}]),
        2: Aggregates.of_units([{"impressions": 1, "clicks": 3}]),
    }
    check = health.check_clicks(a_design(), arms)
    assert (check.state, check.arm) == (State.BLOCKING, 2)


def test_check_enough__few_clicks__waits():
    arms = {1: states.an_arm(1_000), 2: states.an_arm(1_000, ctr=0.001)}
    check = health.check_enough(a_design(), arms)
    assert (check.state, check.arm, check.numbers["have"]) == (State.WAITING, 2, 3)


@pytest.mark.parametrize(("unexposed", "state"), [(9, State.OK), (40, State.WARNING)])
def test_check_missing__by_share(unexposed, state):
    assert health.check_missing(seen(unexposed=unexposed), units=500).state is state


@pytest.mark.parametrize(("set_aside", "state"), [(200, State.OK), (201, State.WARNING)])
def test_check_automated__a_fifth_is_a_lot(set_aside, state):
    assert health.check_automated(seen(set_aside=set_aside)).state is state


def test_check_automated__by_reason__the_most_first_in_words():
    observed = replace(seen(set_aside=9), marks={"bot": 2, "rate": 6, "head": 1})
    said = explain(health.check_automated(observed), states.use()).finding
    assert "9 events set aside" in said
    assert [part.rpartition(": ")[2] for part in said.split("By reason: ")[1].split(";")] == [
        *("6", "2", "1."),
    ]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_marks__every_one_that_sets_aside__has_words_of_its_own(language):
    assert set(marks_words.MARKS) == SUSPICIOUS
    with translation.override(language):
        assert len({str(text) for text in marks_words.MARKS.values()}) == len(SUSPICIOUS)


@pytest.mark.parametrize(
    ("unseen", "clicked", "state"),
    [(9, 10, State.OK), (25, 100, State.OK), (26, 100, State.WARNING), (0, 0, State.OK)],
)
def test_check_unseen__more_than_quick_fingers__warns(unseen, clicked, state):
    observed = replace(seen(), clicked=clicked, unseen=unseen)
    assert health.check_unseen(observed).state is state


def test_check_unseen__shop_that_does_not_report_it__is_not_asked():
    assert health.check_unseen(seen()) is None


@pytest.mark.parametrize(
    ("lift", "state"), [(0.49, State.OK), (-0.51, State.WARNING), (0.9, State.WARNING)]
)
def test_check_size__too_good_to_be_true__warns(lift, state):
    assert health.check_size([Effect("ctr", 2, lift=lift)], primary="ctr").state is state


@pytest.mark.parametrize(
    ("days", "planned", "ended", "state"),
    [
        (3, 14, False, State.OK),
        (3, 10, False, State.WARNING),
        (14, 14, True, State.OK),
        (10, 10, True, State.WARNING),
        (3, 14, True, State.WARNING),
    ],
)
def test_check_weeks__whole_ones(days, planned, ended, state):
    design = a_design(
        started_at=NOW - days * DAY, planned_days=planned, ended_at=NOW if ended else None
    )
    assert health.check_weeks(design, as_of=NOW).state is state


@pytest.mark.parametrize(
    ("primary", "most", "state"),
    [
        ("ctr", 60, State.OK),
        ("ctr", 61, State.WARNING),
        ("revenue_per_visitor", 120_000, State.OK),
        ("revenue_per_visitor", 120_001, State.WARNING),
        ("conversion_rate", 0, State.OK),
    ],
)
def test_check_heavy__one_percent_of_what_the_primary_metric_counts__warns(primary, most, state):
    arms = {1: states.an_arm(10_000), 2: states.an_arm(10_000)}
    observed = Observed(largest={"clicks": most, "revenue": most})
    assert health.check_heavy(a_design(primary=primary), arms, observed).state is state


def test_check_heavy__few_buyers__none_weighs_more_than_another():
    arms = {1: states.an_arm(1_000, buyers=0.02), 2: states.an_arm(1_000, buyers=0.02)}
    found = health.check_heavy(a_design(primary="conversion_rate"), arms, NOTHING_KNOWN)
    assert (found.state, found.numbers) == (State.OK, {"share": 1 / 40})


def test_check_heavy__every_metric_that_can_decide__is_looked_at():
    for metric in map(CATALOGUE.__getitem__, Experiment.Metric.values):
        assert metric.kind is Kind.PROPORTION or metric.numerator in store.HEAVY


def test_checks__imported_totals__cannot_know_about_visitors():
    data = states.a_report(
        Aggregates.of_impressions(1_000, 20),
        Aggregates.of_impressions(1_000, 30),
        design=a_design(unit="impression", origin="results", ended_at=NOW),
        observed=NOTHING_KNOWN,
    )
    found = {check.key: check.state for check in data.checks}
    assert {found[key] for key in ("several", "missing", "automated")} == {State.UNKNOWN}
    assert found["unit"] is State.WARNING


@pytest.mark.parametrize("kind", [*states.ALL, "several", "ended_open"])
def test_explain__every_check_of_every_report__has_words(kind):
    data = getattr(states, kind)()
    for one in explain_all(data):
        assert one.name
        assert one.finding
        assert "%(" not in one.finding
        assert bool(one.remedy) == (one.state not in {State.OK, State.UNKNOWN})


def test_checks__all_that_a_report_makes__have_words():
    assert {check.key for check in states.use().checks} <= set(CHECKS)
    assert all(words.findings for words in CHECKS.values())


def test_explain_all__blocking_ones__come_first():
    assert explain_all(states.check_data())[0].key == "split"


def test_explain__clicks__names_the_variant():
    check = Check("clicks", State.BLOCKING, {"clicks": 30, "impressions": 10}, 2)
    assert explain(check, states.use()).finding == "B has 30 clicks and only 10 impressions."
