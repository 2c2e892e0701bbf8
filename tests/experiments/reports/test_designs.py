"""Reports of factorial tests, of blocks of hours, of tests side by side, and of holdouts."""

import datetime as dt
import uuid
from dataclasses import replace

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from engine.stats import switchback
from engine.stats.metrics import CATALOGUE
from events import overlaps, rollup
from events.models import Overlap, UnitTotal
from experiments.models import Experiment, Holdout, Status, Variant
from experiments.reports import analysis, designs_words, factors_words, plots, refresh, verdict
from experiments.reports.designs import Beside, BlockTotals
from experiments.reports.gaps import GapCode
from experiments.reports.inputs import Inputs
from experiments.reports.payload import CHANCE, METHOD_BLOCKS, State, decode
from tests.events.log import Row, write
from tests.experiments.reports.inputs import some_inputs
from tests.experiments.reports.states import NOW, a_design, an_arm
from tests.factories import a_placement, a_site, a_user, an_experiment
from workspace.models import Role

FOUR = [("red", "long"), ("red", "short"), ("blue", "long"), ("blue", "short")]
RATES = (0.10, 0.102, 0.11, 0.135)


def factorial_inputs(levels=FOUR, rates=RATES) -> Inputs:
    design = a_design(len(levels))
    arms = tuple(
        replace(arm, levels=(("colour", colour), ("text", text)))
        for arm, (colour, text) in zip(design.arms, levels, strict=True)
    )
    units = [an_arm(9_000, ctr=rate) for rate in rates]
    return some_inputs(*units, design=replace(design, arms=arms))


def block_inputs(*, effect=0.1, blocks=84, hours=4, seed=4) -> Inputs:
    """Two weeks of blocks whose traffic follows the day."""
    rng = np.random.default_rng(seed)
    design = replace(a_design(2), unit="block", block_hours=hours, watched=a_design(2).watched)
    first, found = 124_600, []
    for n in range(blocks):
        arm = design.arms[int(rng.integers(0, 2))].id
        rate = 0.1 * np.exp(rng.normal(0, 0.04)) * (1 + effect * (arm == 2))
        units = int(rng.poisson(240))
        parts = an_arm(units // 4, ctr=rate), an_arm(units - units // 4, ctr=rate)
        found.append(BlockTotals(first + n, arm, *parts))
    return some_inputs(design=design, by_day=_days(design, found), blocks=tuple(found))


def _days(design, blocks):
    from experiments.reports import in_blocks

    return in_blocks.by_day(design, blocks)


def beside_inputs(rates, *, units=4_000) -> Inputs:
    cells = {
        (1 + i, 50 + j): an_arm(units, ctr=rate)
        for i, row in enumerate(rates)
        for j, rate in enumerate(row)
    }
    other = Beside("sale-strip", "Sale strip", ((50, "a"), (51, "b")), cells)
    return some_inputs(beside=(other, Beside("new", "New one", ((60, "a"), (61, "b")))))


def test_factors__two_by_two__main_effects_and_the_pair_with_holm():
    found = analysis.analyse(factorial_inputs()).findings.factors
    assert [one.levels for one in found] == [("blue",), ("short",), ("blue", "short")]
    assert found[0].difference == pytest.approx((0.11 + 0.135 - 0.10 - 0.102) / 2, abs=1e-4)
    assert found[2].difference == pytest.approx(0.135 - 0.11 - 0.102 + 0.10, abs=1e-4)
    assert all(one.passed == one.span.excludes_zero for one in found)
    assert found[0].p_adjusted >= found[0].p


def test_factors__a_combination_is_missing__says_which_and_the_rest_is_there():
    data = analysis.analyse(factorial_inputs(FOUR[:3], RATES[:3]))
    assert data.effects
    assert data.findings.factors[0].missing == ("blue · short",)
    shown = factors_words.factors(data)
    assert "blue · short" in shown.main.rows[0][1]


def test_factors__no_levels__no_section():
    data = analysis.analyse(some_inputs())
    assert data.findings.factors == ()
    assert factors_words.factors(data) is None


def test_plots__factorial__a_plot_of_the_main_effects():
    charts = {chart.id: chart for chart in plots.further(analysis.analyse(factorial_inputs()))}
    assert len(charts["factors"].rows) == 2


def test_blocks__effect__verdict_rests_on_blocks_and_not_on_visitors():
    inputs = block_inputs()
    data = analysis.analyse(inputs)
    settled = [[b.settled for b in inputs.blocks if b.arm == arm] for arm in (1, 2)]
    by_hand = switchback.compare(CATALOGUE["ctr"], *settled)
    (effect,) = data.primary()
    assert effect.difference == pytest.approx(by_hand.difference)
    assert effect.method == "switchback"
    assert data.method == METHOD_BLOCKS
    assert verdict.decide(data).kind is verdict.Kind.USE
    assert data.days == ()
    assert data.findings.beliefs == data.findings.cuts == data.findings.money == ()
    assert sum(data.split.observed) == len(inputs.blocks)
    states = {check.key: check.state for check in data.checks}
    assert states["several"] is State.NOT_APPLICABLE


def test_blocks__words__parts_of_the_day_and_what_the_first_part_changes():
    data = analysis.analyse(block_inputs())
    assert [one.of for one in data.findings.switchback.effects] == [
        "all",
        "night",
        "morning",
        "afternoon",
        "evening",
    ]
    shown = designs_words.blocks(data)
    assert len(shown.effects.rows) == 5


def test_blocks__few__not_enough_by_name():
    data = analysis.analyse(block_inputs(blocks=12))
    (effect,) = data.primary()
    assert effect.gap.code is GapCode.TOO_FEW
    assert effect.gap.what == "blocks"
    guards = data.findings.guards
    assert guards
    assert all(guard.gap for guard in guards)


def test_concurrent__effects_only_add__no_sign():
    data = analysis.analyse(beside_inputs([[0.10, 0.12], [0.11, 0.13]]))
    first, second = data.findings.concurrent
    assert not first.alarm
    assert second.gap.what == "common"
    assert designs_words.beside(data).alarm is False


def test_concurrent__they_clash__a_warning_that_names_both_variants():
    data = analysis.analyse(beside_inputs([[0.10, 0.12], [0.12, 0.10]]))
    first, _second = data.findings.concurrent
    assert (first.alarm, first.arm, first.other) == (True, 2, "b")
    shown = designs_words.beside(data)
    assert shown.alarm
    assert "Sale strip" in shown.headline


def test_holdout__words__say_what_it_measures():
    plain = some_inputs()
    data = analysis.analyse(replace(plain, design=replace(plain.design, origin="holdout")))
    assert len(designs_words.holdout(data)) == 2
    assert not data.design.planned_look_only
    assert data.design.arms[0].key != CHANCE


@pytest.mark.django_db
def test_refresh__two_tests_of_two_layers__common_visitors_are_joined_once_in_six_hours():
    site = a_site()
    one = an_experiment(site, "one", status=Status.RUNNING)
    other_place = a_placement(site, "strip")
    other = an_experiment(site, "other", status=Status.RUNNING, placement=other_place)
    for number in range(40):
        for experiment, bit in ((one, number % 2), (other, number // 2 % 2)):
            UnitTotal.objects.create(
                site_id=site.pk,
                experiment_id=experiment.pk,
                phase=1,
                unit=uuid.UUID(int=number),
                variant_id=experiment.variants.all()[bit].pk,
                impressions=3,
                clicks=number % 3,
            )
    refresh.refresh(one, now=NOW, rolled=True)
    cells = overlaps.cells_of([(one.pk, 1)])[(one.pk, 1), (other.pk, 1)]
    assert [cell.n for cell in cells.values()] == [10] * 4
    assert sum(cell.sum("clicks") for cell in cells.values()) == sum(n % 3 for n in range(40))
    assert sum(cell.product("clicks", "impressions") for cell in cells.values()) == 3 * sum(
        n % 3 for n in range(40)
    )
    read_at = {row.read_at for row in Overlap.objects.all()}
    refresh.refresh(one, now=NOW + dt.timedelta(hours=1), rolled=True)
    assert {row.read_at for row in Overlap.objects.all()} == read_at
    refresh.refresh(one, now=NOW + dt.timedelta(hours=7), rolled=True)
    assert {row.read_at for row in Overlap.objects.all()} != read_at


@pytest.mark.django_db
def test_page__switchback_from_the_log__shows_its_blocks():
    site = a_site(timezone="Asia/Shanghai")
    experiment = an_experiment(
        site, "switch", status=Status.RUNNING, unit="block", block_hours=6, at=NOW
    )
    one, two = experiment.variants.all()
    of = {"site": site.pk, "experiment": experiment.pk}
    rows = [
        Row("impression", unit, minute, 10 * unit, variant=variant.pk, **of)
        for unit, (minute, variant) in enumerate([(0, one), (400, two), (800, one)], start=1)
    ]
    write(rows)
    rollup.run(now=NOW)
    report = refresh.refresh(experiment, now=NOW, rolled=True)
    data = decode(report.payload)
    assert data.findings.switchback.counts == (2, 1)
    client = Client()
    client.force_login(a_user("manager", role=Role.MANAGER, site=site))
    page = client.get(reverse("experiments:detail", args=[site.key, experiment.key]))
    assert page.status_code == 200
    assert b'id="blocks"' in page.content


@pytest.mark.django_db
def test_page__holdout__ordinary_report_with_what_it_means():
    site = a_site()
    held = Experiment.objects.create(
        site=site, key="holdout", name="Holdout", origin="holdout", status="running", started_at=NOW
    )
    for position, key in enumerate(["held", "rest"]):
        Variant.objects.create(experiment=held, key=key, name=key, position=position)
    Holdout.objects.create(site=site, quarter="2026Q4", share=5, experiment=held, started_at=NOW)
    refresh.refresh(held, now=NOW, rolled=True)
    client = Client()
    client.force_login(a_user("manager", role=Role.MANAGER, site=site))
    page = client.get(reverse("experiments:detail", args=[site.key, held.key]))
    assert page.status_code == 200
    assert b'id="holdout"' in page.content


@pytest.mark.django_db
def test_design__variant_shown_in_one_place__position_is_a_factor():
    from experiments.reports import plan

    site = a_site()
    experiment = an_experiment(site, "places")
    strip = a_placement(site, "strip")
    control, other = experiment.variants.all()
    Variant.objects.filter(pk=other.pk).update(placement=strip, levels={"colour": "red"})
    Variant.objects.filter(pk=control.pk).update(placement=experiment.placement)
    experiment.refresh_from_db()
    arms = plan.design_of(Experiment.objects.get(pk=experiment.pk)).arms
    assert [dict(arm.levels) for arm in arms] == [
        {"position": "home-hero"},
        {"position": "strip", "colour": "red"},
    ]
