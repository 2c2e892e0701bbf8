"""1,277 real creative tests of which only totals exist."""

import csv
import gzip
import time
from collections import defaultdict

import pytest

from engine.stats import omnibus, srm
from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.metrics import metric
from engine.stats.multiplicity import benjamini_hochberg, holm

CTR = metric("ctr")


@pytest.fixture(scope="module")
def archive():
    """Map test id to (week, [(impressions, clicks), …])."""
    from tests.conftest import SHARED

    path = SHARED / "data" / "upworthy" / "upworthy_packages_visible.csv.gz"
    if not path.exists():
        pytest.skip("real data (../shared/data) is not on this machine")
    found = defaultdict(lambda: (0, []))
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            _, arms = found[row["clickability_test_id"]]
            arms.append((int(row["impressions"]), int(row["clicks"])))
            found[row["clickability_test_id"]] = (int(row["test_week"]), arms)
    return dict(found)


def _aggregates(arms):
    return [Aggregates.of_impressions(impressions, clicks) for impressions, clicks in arms]


def test_srm__weeks_of_broken_randomisation__found_and_only_those(archive):
    alarms = {True: [0, 0], False: [0, 0]}
    for week, arms in archive.values():
        seen = alarms[201325 <= week <= 201401]
        seen[0] += srm.check([n for n, _ in arms], [1] * len(arms)).alarm
        seen[1] += 1
    assert alarms == {True: [179, 263], False: [6, 1014]}


def test_omnibus__whole_archive__613_and_497_after_benjamini_hochberg(archive):
    p = [omnibus.compare_all(CTR, _aggregates(arms)).p for _, arms in archive.values()]
    assert sum(one < 0.05 for one in p) == 613
    assert sum(one < 0.05 for one in benjamini_hochberg(p)) == 497


def test_omnibus_and_srm__sample_with_expected_figures__equal(archive, shared_data):
    with (shared_data / "upworthy" / "expected_per_test_sample.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        _, arms = archive[row["clickability_test_id"]]
        click, split = (
            omnibus.chi_square(*zip(*arms, strict=True)),
            srm.check([n for n, _ in arms], [1] * len(arms)),
        )
        assert click.statistic == pytest.approx(float(row["ctr_chi2"]), rel=1e-9)
        assert click.p == pytest.approx(float(row["ctr_p"]), rel=1e-9)
        assert split.chi2 == pytest.approx(float(row["srm_chi2"]), rel=1e-9)
        assert split.p == pytest.approx(float(row["srm_p"]), rel=1e-9)


def test_compare__best_against_second__close_to_the_pooled_z_of_the_sample(archive, shared_data):
    with (shared_data / "upworthy" / "expected_per_test_sample.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tried = 0
    for row in rows:
        _, arms = archive[row["clickability_test_id"]]
        second, best = sorted(arms, key=lambda arm: arm[1] / arm[0])[-2:]
        if second[1] >= 5:
            pooled = float(row["p_best_vs_second_two_sided"])
            both = omnibus.chi_square(*zip(second, best, strict=True))
            assert both.p == pytest.approx(pooled, rel=1e-6)
            # Newcombe's for the few clicks of this archive: near, and never on another side.
            found = compare(CTR, *_aggregates([second, best]))
            assert found.p == pytest.approx(pooled, abs=0.02)
            tried += 1
    assert tried >= len(rows) * 0.9


def test_analysis__every_test_of_the_archive__a_few_seconds(archive):
    started, compared = time.perf_counter(), 0
    for _, arms in archive.values():
        control, *others = _aggregates(arms)
        enough = [arm for arm in others if min(control.sum("clicks"), arm.sum("clicks")) >= 5]
        compared += len(holm([compare(CTR, control, arm).p for arm in enough]))
    assert compared > 3000
    assert time.perf_counter() - started < 20  # about 2 s on an idle core
