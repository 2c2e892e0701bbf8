"""Whether the effect lasts, said only when somebody can know."""

from dataclasses import replace

from experiments.reports import ages, lasting
from tests.experiments.reports.full_reports import a_full_report, found


def test_ages__even_effect__is_called_steady():
    chart = ages.ages(a_full_report())
    assert "steady as far as one can see: B" in chart.summary
    assert chart.rows[-1][3] == "3 of the 5 carts that each side needs"


def raised(point, by: float):
    span = replace(point.span, low=point.span.low + by, high=point.span.high + by)
    return replace(point, lift=point.lift + by, span=span)


def test_ages__effect_that_wears_off__is_called_changing():
    data = a_full_report()
    points = tuple(raised(p, 0.3) if p.since < 3 else p for p in data.findings.ages)
    worn = found(data, ages=points)
    assert lasting.steady(worn.findings.ages) is False
    assert "changes with time: B +33" in ages.ages(worn).summary


def test_ages__two_days__nobody_says_that_it_is_steady():
    points = a_full_report().findings.ages[:2]
    assert lasting.steady(points) is None
    chart = ages.ages(found(a_full_report(), ages=points))
    assert chart.summary == "Too few days to say whether the effect lasts."
