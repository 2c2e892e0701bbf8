"""Pictures of a report: Plotly figures, each with a table and a sentence that say the same.

A figure carries the colours of `PALETTE`; `static/js/charts.js` replaces each of them by the CSS
variable of that name, so one figure serves the light and the dark page.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from experiments.reports.payload import ReportData

PALETTE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "#1b2333": "--chart-ink",
        "#5b6579": "--chart-quiet",
        "#e6e8ee": "--chart-line",
        "#8f96a3": "--chart-zero",
        "#eef0f4": "--chart-target",
        "#3b5bdb": "--chart-1",
        "#c2410c": "--chart-2",
        "#0f766e": "--chart-3",
        "#7e22ce": "--chart-4",
        "#d9e0fa": "--chart-1-wash",
        "#f9ddd0": "--chart-2-wash",
        "#d2ebe8": "--chart-3-wash",
        "#e9d8f8": "--chart-4-wash",
        "#fffffe": "--chart-surface",
    }
)
INK, QUIET, LINE, ZERO, TARGET, *_SERIES = PALETTE
SERIES: Final = tuple(_SERIES[:4])
WASHES: Final = tuple(_SERIES[4:8])
SURFACE: Final = _SERIES[8]
SYMBOLS: Final = ("circle", "diamond", "square", "triangle-up")
"""Shape beside colour: not everybody sees both."""
PATTERNS: Final = ("", "/", ".", "x", "-")
"""The same for areas; one more than there are colours, so that twenty areas all differ."""
LARGEST: Final = 100.0
"""One metric with a huge range must not squeeze the others into a dot."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure for `charts.js`, and the same for people who do not see it."""

    id: str
    title: str
    summary: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    figure: Mapping[str, Any] = field(default_factory=dict)

    @property
    def payload(self) -> dict[str, Any]:
        """What the page hands to the script."""
        return {"figure": self.figure, "palette": dict(PALETTE)}


def figure(traces: list[dict[str, Any]], layout: dict[str, Any]) -> dict[str, Any]:
    """A figure of plain JSON types in the manner of the house.

    It goes through Plotly's own classes: a misspelt attribute fails here and not in a browser.
    """
    from plotly.graph_objects import Figure

    base: dict[str, Any] = {
        "template": "none",
        "font": {"color": INK, "size": 13},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"align": "left"},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
    }
    legend = base["legend"] | layout.pop("legend", {})
    whole = base | layout | {"legend": legend}
    plain: dict[str, Any] = json.loads(Figure(data=traces, layout=whole).to_json())
    plain["layout"].pop("template", None)
    return plain


def axis_range(ends: Sequence[float], points: Sequence[float] = ()) -> list[float]:
    """The range of an axis that shows all points, zero, and the ends as far as is sensible."""
    largest = max([LARGEST, *(abs(point) * 1.2 for point in points)])
    low, high = max(-largest, min([*ends, -1.0])), min(largest, max([*ends, 1.0]))
    room = (high - low) * 0.06
    return [low - room, high + room]


def place_of(data: ReportData, arm: int) -> int:
    """Which treatment it is, from 0."""
    return [one.id for one in data.design.treatments].index(arm)


def look_of(data: ReportData, arm: int) -> tuple[str, str, str]:
    """Colour, wash and shape of a treatment; the fifth has the first colour, another shape."""
    place = place_of(data, arm)
    symbol = SYMBOLS[(place + place // len(SERIES)) % len(SYMBOLS)]
    return SERIES[place % len(SERIES)], WASHES[place % len(SERIES)], symbol


def fill_of(place: int) -> dict[str, Any]:
    """Colour and pattern of one of many areas that lie side by side, from 0."""
    return {
        "color": SERIES[place % len(SERIES)],
        "line": {"color": SURFACE, "width": 1},
        "pattern": {
            "shape": PATTERNS[place % len(PATTERNS)],
            "fgcolor": SURFACE,
            "fillmode": "overlay",
            "size": 8,
            "solidity": 0.15,
        },
    }
