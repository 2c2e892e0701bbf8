"""The plots of a report in the order of the page."""

from collections.abc import Callable, Sequence
from typing import Final

from experiments.reports.ages import ages
from experiments.reports.by_view import by_view
from experiments.reports.charts import Chart
from experiments.reports.exposures import exposures
from experiments.reports.factors_words import chart as factors
from experiments.reports.forest import forest
from experiments.reports.funnel import funnel
from experiments.reports.over_time import over_time
from experiments.reports.payload import ReportData

ORDER: Final[Sequence[Callable[[ReportData], Chart | None]]] = (
    *(forest, factors, over_time, exposures, funnel, ages, by_view),
)


def further(data: ReportData) -> list[Chart]:
    """Every plot whose data is there."""
    drawn = (draw(data) for draw in ORDER)
    return [chart for chart in drawn if chart is not None]
