"""Where things stand in the forest plot: rows by role, each group under its heading."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.reports import charts, roles
from experiments.reports.findings import Role
from experiments.reports.names import metric_name
from experiments.reports.payload import Effect, ReportData

ROW: Final = 36
"""Pixels of a metric: two lines of its name."""
NAME: Final = 22
"""Width of its name: no metric of the catalogue needs a third line."""
OF_TREATMENT: Final = 18
"""Pixels of a treatment within it."""
HEADING: Final = 26
AROUND: Final = 60
LEGEND: Final = 28


@dataclass(frozen=True, slots=True)
class Rows:
    """Metrics and headings from top to bottom; a row is one unit high, downwards is negative."""

    data: ReportData
    places: dict[str, float]
    headings: tuple[tuple[Role, float], ...]
    end: float

    @property
    def pixels(self) -> int:
        """Height of a row."""
        return max(ROW, OF_TREATMENT * len(self.data.design.treatments))

    def y(self, effect: Effect) -> float:
        """Treatments lie side by side within the row, the first one on top."""
        many = len(self.data.design.treatments)
        place = charts.place_of(self.data, effect.arm) - (many - 1) / 2
        return self.places[effect.metric] - place * 0.7 / many

    def height(self, *, legend: bool) -> int:
        """Pixels of the whole picture."""
        return AROUND + (LEGEND if legend else 0) + round(-self.end * self.pixels)

    def axis(self) -> dict[str, Any]:
        """The vertical axis: names of metrics."""
        return {
            **charts.NAMES_APART,
            "tickmode": "array",
            "tickvals": list(self.places.values()),
            "ticktext": [charts.wrapped(metric_name(key), NAME) for key in self.places],
            "range": [self.end, 0],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        }

    def words(self) -> list[dict[str, Any]]:
        """The headings of the groups."""
        base = {"xref": "paper", "x": 0, "xanchor": "left", "showarrow": False}
        look = {"font": {"color": charts.QUIET}, "bgcolor": charts.SURFACE, "borderpad": 2}
        return [base | look | {"y": y, "text": str(roles.MANY[role])} for role, y in self.headings]

    def separators(self) -> list[dict[str, Any]]:
        """A line above each group but the first."""
        base = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "layer": "below"}
        half = HEADING / self.pixels / 2
        line = {"color": charts.LINE, "width": 1}
        tops = [y + half for _role, y in self.headings[1:]]
        return [base | {"y0": top, "y1": top, "line": line} for top in tops]


def rows_of(data: ReportData, effects: Sequence[Effect]) -> Rows:
    """Every metric of the effects in its place."""
    empty = Rows(data, {}, (), 0.0)
    y, places, headings, heading = 0.0, {}, [], HEADING / empty.pixels
    for role, metrics in _groups(data, effects):
        headings.append((role, y - heading / 2))
        y -= heading
        for metric in metrics:
            places[metric] = y - 0.5
            y -= 1
    return Rows(data, places, tuple(headings), y)


def in_order(data: ReportData, effects: Sequence[Effect]) -> list[Effect]:
    """Effects by the role of their metric; within a role as they came."""
    return sorted(effects, key=lambda effect: roles.ORDER.index(roles.role_of(data, effect)))


def _groups(data: ReportData, effects: Sequence[Effect]) -> list[tuple[Role, list[str]]]:
    by_role: dict[Role, dict[str, None]] = {}
    for effect in in_order(data, effects):
        by_role.setdefault(roles.role_of(data, effect), {})[effect.metric] = None
    return [(role, list(metrics)) for role, metrics in by_role.items()]
