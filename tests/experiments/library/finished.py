"""Finished tests with reports: one by one, or many at once."""

import datetime as dt
from collections.abc import Sequence

from experiments import traffic
from experiments.models import Experiment, Layer, Report, Status, Variant
from experiments.reports.findings import Belief, Findings
from experiments.reports.gaps import Span, Split
from experiments.reports.payload import METHOD, Arm, Design, Effect, ReportData, encode
from tests.factories import NOW, a_creative, a_placement, a_site, an_experiment
from workspace.models import Site

DAY = dt.timedelta(days=1)
Z = 1.96


def a_finished_test(
    site: Site | None = None,
    key: str = "",
    *,
    verdict: str = "use",
    lifts: Sequence[float | None] = (0.07,),
    error: float = 0.02,
    shrunk: float | None = None,
    at: dt.datetime = NOW,
    decided: bool = True,
    **fields: object,
) -> Experiment:
    """A test that ended at `at`; its report gives each treatment a lift with a standard error."""
    site = site or a_site()
    outcome: dict[str, object] = {"started_at": at - 14 * DAY, "stopped_at": at}
    outcome["status"] = Status.DECIDED if decided else Status.STOPPED
    if decided:
        outcome |= {"decided_at": at, "decision": "b", "decision_reason": "B is better."}
    outcome |= {n: fields.pop(n) for n in list(fields) if n in (*outcome, "origin", "tags")}
    experiment = an_experiment(site, key, at=at, variants=1 + len(lifts), **fields)
    Experiment.objects.filter(pk=experiment.pk).update(**outcome)
    experiment.refresh_from_db()
    traffic.store_ranges(list(experiment.variants.all()))
    arms = list(experiment.variants.all())
    data = a_finding(experiment, arms, lifts=lifts, error=error, shrunk=shrunk)
    Report.objects.create(
        experiment=experiment, phase=1, verdict=verdict, payload=encode(data), as_of=at
    )
    return experiment


def a_finding(
    experiment: Experiment,
    variants: Sequence[Variant],
    *,
    lifts: Sequence[float | None] = (0.07,),
    error: float = 0.02,
    shrunk: float | None = None,
) -> ReportData:
    """A report that knows nothing but lifts of the primary metric."""
    metric = experiment.primary_metric
    treatments = list(zip(variants[1:], lifts, strict=True))
    beliefs = [Belief(v.pk, shrunk=shrunk) for v, _lift in treatments] if shrunk else []
    return ReportData(
        method=METHOD,
        as_of=NOW,
        watermark=0,
        design=Design(
            experiment=experiment.pk,
            phase=1,
            unit="visitor",
            origin="live",
            primary=metric,
            arms=tuple(Arm(v.pk, v.key, v.name, 1 / len(variants)) for v in variants),
        ),
        counts=(),
        values=(),
        effects=tuple(_effect(metric, variant.pk, lift, error) for variant, lift in treatments),
        split=Split(observed=(), expected=()),
        all_arms=None,
        days=(),
        checks=(),
        findings=Findings(beliefs=tuple(beliefs)),
    )


def _effect(metric: str, arm: int, lift: float | None, error: float) -> Effect:
    if lift is None:
        return Effect(metric, arm)
    span = Span(lift - Z * error, lift + Z * error, 0.95)
    return Effect(metric, arm, lift=lift, lift_span=span, bound=Z, passed=span.excludes_zero)


def many_finished_tests(site: Site, number: int, *, at: dt.datetime = NOW) -> None:
    """`number` tests decided one after the other, a day apart, in a few statements."""
    placement = a_placement(site)
    Layer.objects.get_or_create(site=site, key=placement.layer)
    banners = [a_creative(site, f"Banner {letter}") for letter in "ab"]
    tests = Experiment.objects.bulk_create(
        Experiment(
            site=site,
            key=f"many-{i}",
            name=f"Hero number {i} with a {'red' if i % 7 == 0 else 'calm'} picture",
            hypothesis="If we show a warmer picture, then more visitors click, because it is warm.",
            placement=placement,
            status=Status.DECIDED,
            started_at=at - (i + 14) * DAY,
            stopped_at=at - i * DAY,
            decided_at=at - i * DAY,
            decision="b",
            decision_reason="It brought more clicks in every week of the test.",
            takeaways=f"Warm pictures do better on the first page, number {i}.",
            tags=["warm", f"part-{i % 5}"],
        )
        for i in range(number)
    )
    variants = [
        [
            Variant(experiment=test, key=key, name=f"Picture {key}", position=i, creative=banner)
            for i, (key, banner) in enumerate(zip("ab", banners, strict=True))
        ]
        for test in tests
    ]
    Variant.objects.bulk_create(variant for pair in variants for variant in pair)
    Report.objects.bulk_create(
        Report(
            experiment=test,
            phase=1,
            verdict="use",
            payload=encode(a_finding(test, pair)),
            as_of=at,
        )
        for test, pair in zip(tests, variants, strict=True)
    )
