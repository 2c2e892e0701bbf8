"""What an import of counts, means and variances makes."""

import csv
import io
import math

import pytest
from django.core.management import CommandError, call_command
from scipy import stats

from events import rollup
from experiments.models import Experiment, Variant
from experiments.reports import tables
from experiments.reports.payload import decode
from tests.factories import a_site, a_user

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "test,arm,what,day,n,mean,var\n"
MAP = ["test=test,variant=arm,metric=what,days=day,count=n,mean=mean,variance=var"]
METRICS = ["buys=conversion_rate,spent=revenue_per_visitor,odd="]
WIDE = "experiment_id,variant_id,metric_id,time_since_start,count_c,count_t,mean_c,mean_t,variance_c,variance_t\n"  # noqa: E501


@pytest.fixture(autouse=True)
def site():
    return a_site(currency="GBP")


def load(path, rows="", *, header=LONG, **options):
    if rows:
        path.write_text(header + rows, encoding="utf-8")
    out = io.StringIO()
    chosen = {"site": "shop", "map": MAP, "metrics": METRICS, "time_default": "2020-01-01"}
    call_command("import_results", str(path), stdout=out, **(chosen | options))
    return out.getvalue()


def share(n, hits):
    return f"{n},{hits / n!r},{hits / n * (1 - hits / n)!r}"


TWO = (
    f"T,old,buys,7,{share(2_000, 200)}\n"
    f"T,new,buys,7,{share(2_100, 260)}\n"
    "T,old,spent,7,2000,3.5,400\n"
    "T,new,spent,7,2100,4.25,500.5\n"
)


def report_of(key):
    return decode(Experiment.objects.get(key=key).reports.get().payload)


def effects(key):
    return {(e.metric, e.arm): e for e in report_of(key).effects if not e.gap}


def test_load__a_row_per_variant_and_metric__is_one_experiment_of_visitors(tmp_path):
    load(tmp_path / "m.csv", TWO)
    experiment = Experiment.objects.get()
    assert (experiment.unit, experiment.origin) == ("visitor", "results")
    assert (experiment.primary_metric, experiment.planned_days) == ("conversion_rate", 7)
    found = {metric: effect for (metric, _arm), effect in effects(experiment.key).items()}
    assert set(found) == {"conversion_rate", "revenue_per_visitor"}
    spent = found["revenue_per_visitor"]
    known = stats.ttest_ind_from_stats(
        425, math.sqrt(5_005_000), 2_100, 350, math.sqrt(4_000_000), 2_000, equal_var=False
    )
    assert spent.p == pytest.approx(known.pvalue, rel=1e-4)
    assert spent.difference == pytest.approx(75.0)
    assert spent.method == "welch"


def test_load__what_is_not_known__is_not_shown_as_nothing(tmp_path):
    load(tmp_path / "m.csv", TWO)
    data = report_of(Experiment.objects.get().key)
    found = tables.variants(data)
    assert list(found.heads) == [
        "Variant",
        "Visitors",
        "Conversion rate per visitor",
        "Revenue per visitor",
    ]
    assert "0" not in {cell for row in found.rows for cell in row}
    assert "mean and variance" in tables.method(data)[0]
    assert {c.key: c.state.value for c in data.checks}["clicks"] == "unknown"


def test_load__its_page__shows_the_means_and_nothing_that_nobody_counted(tmp_path, client, site):
    load(tmp_path / "m.csv", TWO)
    client.force_login(a_user(role="manager", site=site))
    page = client.get(f"/s/shop/experiments/{Experiment.objects.get().key}/").content.decode()
    assert "Revenue per visitor" in page
    assert "£4.25" in page
    assert "Only the number of visitors, and mean and variance" in page
    assert "with a history that each side needs" not in page


def test_load__several_looks__the_last_one_counts(tmp_path):
    early = f"T,old,buys,2,{share(500, 60)}\nT,new,buys,2,{share(500, 90)}\n"
    said = load(tmp_path / "m.csv", early + TWO)
    assert "2 rows left out, because a later look at the same test is there (rows 2, 3)" in said
    assert [arm.units for arm in report_of("t-e632b7").counts] == [2_000, 2_100]


def test_load__again__adds_nothing_and_a_rebuild_leaves_it(tmp_path):
    load(tmp_path / "m.csv", TWO)
    before = Experiment.objects.get().reports.get().payload
    rollup.rebuild()
    assert "Nothing new" in load(tmp_path / "m.csv", TWO)
    assert Experiment.objects.get().reports.get().payload == before


def test_load__no_variance_and_left_out_metrics__are_counted(tmp_path):
    rest = "T,old,odd,7,2000,1,1\nT,new,spent,8,2100,4,\n"
    said = load(tmp_path / "m.csv", TWO + rest)
    assert "1 row left out, because --metrics says so (row 6)" in said
    assert "1 row left out, because a count, a mean or a variance is missing (row 7)" in said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("T,old,weight,7,2000,1,1\n", r"what is weight\? Say --metrics weight=METRIC"),
        ("T,old,buys,7,2000,0.1,0.9\n", "no share of visitors"),
        ("T,old,buys,7,2000,0.10003,0.09\n", "no share of visitors"),
        ("T,old,spent,7,2000,much,1\n", "'much' is not a number"),
        ("T,old,spent,7,2000,1e99,1\n", "'1e99' is too large"),
        ("T,old,spent,7,2000,1,-1\n", "a variance is not below zero"),
        ("T,old,spent,7,0,1,1\n", "a mean needs visitors"),
        ("T,old,spent,7,2000,3,400\n", "is there already, in row 4"),
        (f"T,third,buys,7,{share(9, 2)}\nT,third,spent,7,8,1,1\n", "has 8 visitors here and 9"),
        ("T,third,spent,7,8,1,1\n", "variant third has no conversion_rate at the last look"),
    ],
)
def test_load__a_row_that_cannot_be__refuses_the_file(tmp_path, row, said):
    with pytest.raises(CommandError, match=said):
        load(tmp_path / "m.csv", TWO + row)
    assert not Experiment.objects.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"metrics": ["buys=ctr"]}, "cannot be ctr; it can be conversion_rate"),
        ({"metrics": ["a=cart_rate,b=cart_rate"]}, "one metric to two"),
        ({"map": [*MAP, "mean_control=x"]}, "which column holds count_control, variance_control"),
    ],
)
def test_load__options_that_cannot_be__say_why(tmp_path, options, said):
    with pytest.raises(CommandError, match=said):
        load(tmp_path / "m.csv", TWO, **options)


def test_load__another_control_beside_each_variant__refused(tmp_path):
    rows = "".join(
        f"T,{arm},1,7,{n},{n},0.1,0.12,0.09,{0.12 * 0.88}\n" for arm, n in (("1", 100), ("2", 200))
    )
    with pytest.raises(CommandError, match="conversion_rate of variant control is there already"):
        load(tmp_path / "m.csv", rows, header=WIDE, **ASOS)


ASOS = {
    "map": [
        "test=experiment_id,variant=variant_id,metric=metric_id,days=time_since_start",
        "count=count_t,mean=mean_t,variance=variance_t",
        "count_control=count_c,mean_control=mean_c,variance_control=variance_c",
    ],
    "metrics": ["1=conversion_rate,2=,3=,4=revenue_per_visitor"],
}


def test_load__asos__every_last_look_as_welch_has_it(shared_data):
    path = shared_data / "asos" / "asos_six_experiments.csv"
    said = load(path, **ASOS)
    assert "Tests: 6 (15 variants); new: 6, changed: 0." in said
    compared = 0
    for (test, arm), rows in _last_looks(path).items():
        found = effects(test)
        [variant] = Variant.objects.filter(experiment__key=test, key=arm)
        for metric, row in rows.items():
            effect = found[metric, variant.pk]
            scale = 100 if metric == "revenue_per_visitor" else 1
            sides = [
                (
                    float(row[f"mean_{side}"]) * scale,
                    math.sqrt(float(row[f"variance_{side}"])) * scale,
                    int(float(row[f"count_{side}"])),
                )
                for side in "tc"
            ]
            known = stats.ttest_ind_from_stats(*sides[0], *sides[1], equal_var=False)
            assert effect.p == pytest.approx(known.pvalue, rel=1e-3)
            assert effect.difference == pytest.approx(sides[0][0] - sides[1][0], rel=1e-5)
            compared += 1
    assert compared == 16


def _last_looks(path):
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if all(row.values())]
    last = {}
    names = {"1": "conversion_rate", "4": "revenue_per_visitor"}
    for row in rows:
        if row["metric_id"] in names:
            arm = last.setdefault((row["experiment_id"], row["variant_id"]), {})
            arm[names[row["metric_id"]]] = row
    return last
