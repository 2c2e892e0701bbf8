"""How long a plan takes, from what its placement saw; and saying so where nobody knows."""

import datetime as dt

import pytest

from engine.stats import power
from engine.stats.aggregates import total
from engine.stats.metrics import metric
from engine.stats.reading import Open, Planned
from events.models import Aggregate
from experiments import sizing
from experiments.models import Experiment, Status, Variant
from tests import factories
from tests.experiments.reports.states import an_arm
from workspace.models import Role

pytestmark = pytest.mark.django_db
TODAY = factories.NOW.date()


@pytest.fixture
def site():
    return factories.a_site(timezone="UTC")


@pytest.fixture
def past(site):
    return factories.an_experiment(site, "past", status=Status.RUNNING, traffic_share=50)


@pytest.fixture
def draft(site):
    return factories.an_experiment(site, "draft", mde=5, planned_days=28)


def _seen(experiment, units, *, ago=range(1, 15), **fields):
    arm = an_arm(units)
    for days in ago:
        for variant in experiment.variants.all():
            Aggregate.objects.create(
                experiment_id=experiment.pk,
                phase=1,
                variant_id=variant.pk,
                day=TODAY - dt.timedelta(days),
                moments=arm.moments(),
                **fields,
            )
    return arm


def _sizing(experiment):
    return sizing.of(experiment, list(experiment.variants.all()), now=factories.NOW)


def test_of__half_the_traffic_for_two_weeks__whole_traffic_a_day(past, draft):
    _seen(past, 1000)
    found = _sizing(draft)
    assert (found.days, found.per_day, found.gap, found.short) == (14, 4000, "", False)
    assert [row.lift for row in found.rows] == ["+2.0%", "+5.0%", "+10.0%", "+5.0%"]


def test_of__each_reading__sample_size_of_the_engine_and_its_days(past, draft):
    arm = _seen(past, 1000)
    history, difference = total([arm] * 28), 0.1 * 0.05
    row = _sizing(draft).rows[1]
    for need, reading in ((row.planned, Planned(28, 0)), (row.open, Open(difference))):
        units = power.sample_size(metric("ctr"), history, difference, reading=reading)
        assert need.visitors == 2 * units
        assert need.days == max(7, -(-2 * units // 4000))
    assert row.open.visitors > 1.5 * row.planned.visitors


def test_of__three_variants_or_a_small_one__more_visitors(past, draft):
    _seen(past, 1000)
    two = _sizing(draft).rows[1].planned.visitors
    three = [Variant(weight=1) for _ in range(3)]
    assert sizing.of(draft, three, now=factories.NOW).rows[1].planned.visitors > 1.5 * two
    uneven = [Variant(weight=9), Variant(weight=1)]
    assert sizing.of(draft, uneven, now=factories.NOW).rows[1].planned.visitors == pytest.approx(
        5 * two, abs=5
    )
    draft.policy, draft.exploration_share = Experiment.Policy.THOMPSON, 10
    assert _sizing(draft).rows[1].planned.visitors == pytest.approx(5 * two, abs=5)


def test_of__two_tests_of_one_layer_on_a_day__added_not_doubled(site, past, draft):
    other = factories.an_experiment(site, "other", status=Status.RUNNING, traffic_share=50)
    for one in (past, other):
        _seen(one, 1000)
    assert _sizing(draft).per_day == 4000


def test_of__what_does_not_belong__left_out(site, past, draft):
    _seen(past, 1000, ago=range(1))  # today is not over
    _seen(past, 1000, ago=range(29, 40))
    _seen(past, 1000, suspicious=True)
    _seen(past, 1000, cut="device", value="mobile")
    elsewhere = factories.a_placement(site, "footer")
    _seen(factories.an_experiment(site, "elsewhere", placement=elsewhere), 1000)
    assert "nobody can say yet" in _sizing(draft).gap


def test_of__too_few_events__says_what_is_missing(past, draft):
    _seen(past, 10, ago=range(1, 3))
    assert "only 40 visitors" in _sizing(draft).gap


def test_of__days_beyond_a_year__not_a_number(past, draft):
    _seen(past, 100, ago=range(1, 4))
    found = _sizing(draft)
    assert found.short
    assert found.rows[0].open.days is None


def test_of__money_and_shares__formula_named(past, draft):
    _seen(past, 1000)
    for key, word in (
        ("conversion_rate", "power.prop.test"),
        ("revenue_per_visitor", "delta method"),
    ):
        draft.primary_metric, draft.mde_kind = key, "points"
        found = _sizing(draft)
        assert word in found.formula
        assert "Power 80 %" in found.formula
        # Percentage points of money are no effect.
        assert len(found.rows) == (4 if key == "conversion_rate" else 3)


def test_of__effect_above_everybody__no_number(past, draft):
    _seen(past, 1000)
    draft.primary_metric, draft.mde, draft.mde_kind = "conversion_rate", 99, "points"
    assert _sizing(draft).rows[-1].planned is None


def test_of__no_placement_or_imported__nothing_said(draft):
    draft.placement = None
    assert _sizing(draft) is None


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user(role=Role.MARKETER, site=site))
    return client


@pytest.fixture
def seen_lately(past, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: factories.NOW)
    _seen(past, 1000)


@pytest.mark.usefixtures("seen_lately")
@pytest.mark.parametrize("path", ["draft/", "draft/edit/"])
def test_page__draft__table_of_effects(marketer, draft, path):
    if path == "draft/":
        path = "draft/design/"
    page = marketer.get(f"/s/shop/experiments/{path}").content.decode()
    assert "How long it takes" in page
    assert "4,000 new visitors a day, primary metric 10" in page
    assert "your plan +5.0%" in page
    assert page.count("<tr>") >= 5


@pytest.mark.usefixtures("seen_lately")
def test_page__while_typing__other_effect_other_row(marketer, draft):
    data = {
        "placement": draft.placement.pk,
        "mde": "8",
        "mde_kind": "relative",
        "primary_metric": "ctr",
        "traffic_share": "100",
        "planned_days": "14",
        "v-TOTAL_FORMS": "2",
        "v-INITIAL_FORMS": "0",
    }
    page = marketer.post("/s/shop/experiments/new/?part=summary", data).content.decode()
    assert "your plan +8.0%" in page


def test_page__nobody_counted_yet__said(marketer, draft):
    page = marketer.get("/s/shop/experiments/draft/edit/").content.decode()
    assert "nobody can say yet" in page
