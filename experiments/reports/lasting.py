"""Whether an effect lasts, asked of the points that a report keeps."""

from collections.abc import Sequence

from engine.errors import NotEnoughData
from engine.stats import novelty
from engine.stats.inference import Interval
from engine.stats.novelty import Steadiness
from experiments.reports.findings import AgePoint
from experiments.reports.gaps import Span


def steadiness(points: Sequence[AgePoint]) -> Steadiness | None:
    """The first third of an arm's days against the last; None while nobody can say."""
    known = sorted(points, key=lambda point: point.since)
    try:
        return novelty.steady([_plain(point) for point in known])
    except NotEnoughData:
        return None


def steady(points: Sequence[AgePoint]) -> bool | None:
    """Whether an arm's last days agree with its first; None while nobody can say."""
    found = steadiness(points)
    return None if found is None else found.steady


def _plain(point: AgePoint) -> novelty.AgePoint:
    return novelty.AgePoint(
        point.since, point.n_control, point.n_treatment, point.lift, _interval(point.span)
    )


def _interval(span: Span | None) -> Interval | None:
    return None if span is None else Interval(span.low, span.high, span.level)
