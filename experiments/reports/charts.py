"""Pictures of a report: Plotly figures, each with a table and a sentence that say the same.

A figure carries the colours of `PALETTE`; `static/js/charts.js` replaces each of them by the CSS
variable of that name, so one figure serves the light and the dark page.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from experiments.reports.payload import Arm, ReportData, Span, State

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
        "#1f7a45": "--chart-good",
        "#8f5a00": "--chart-warn",
        "#b42318": "--chart-bad",
    }
)
INK, QUIET, LINE, ZERO, TARGET, *_SERIES = PALETTE
SERIES: Final = tuple(_SERIES[:4])
WASHES: Final = tuple(_SERIES[4:8])
SURFACE, GOOD, WARN, BAD = _SERIES[8:]
SYMBOLS: Final = ("circle", "diamond", "square", "triangle-up")
"""Shape beside colour: not everybody sees both."""
PATTERNS: Final = ("", "/", ".", "x", "-")
"""The same for areas; one more than there are colours, so that twenty areas all differ."""
LARGEST: Final = 100.0
"""One metric with a huge range must not squeeze the others into a dot."""
MOST_LINES: Final = 4
"""More lines over each other cannot be read; the table has all of them."""
MOST_DAYS: Final = 6
"""Words below an axis of days that have room beside each other on a phone."""
WORDS: Final = 20
"""Width of a line of words beside an axis; a Chinese character takes two."""


NAMES_APART: Final[Mapping[str, Any]] = MappingProxyType(
    {"ticks": "outside", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)", "automargin": True}
)
"""An axis of names: a little room between them and the picture."""


class Reads(StrEnum):
    """When a picture may be read: it compares nothing; on any day; not before the verdict."""

    ALWAYS = "always"
    DAILY = "daily"
    WITH_VERDICT = "with_verdict"


class Marked(str):
    """A text with the mark of a check beside it; where nobody draws marks it is just the text."""

    __slots__ = ("state",)
    state: State

    def __new__(cls, text: str, state: State) -> "Marked":
        made = super().__new__(cls, text)
        made.state = state
        return made


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure for `charts.js`, and the same for people who do not see it.

    `notes` are sentences below the summary, some with a mark; the first `words` columns of the
    table are words, the others numbers.
    """

    id: str
    title: str
    summary: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    figure: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    words: int = 2
    reads: Reads = Reads.ALWAYS

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


def width_of(text: str) -> int:
    """Width in Latin letters; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def wrapped(text: str, width: int = WORDS) -> str:
    """Words in lines that leave room for the picture beside them, also on a phone."""
    lines, length = [""], 0
    for part in _parts(text):
        size = width_of(part.rstrip())
        if length and length + size > width:
            lines, length = [*lines, ""], 0
        lines[-1] += part
        length += size + len(part) - len(part.rstrip())
    return "<br>".join(line.strip() for line in lines)


def _parts(text: str) -> list[str]:
    """Pieces after which a line may end: Latin words, Chinese characters."""
    return re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", text)


def day_axis(days: Sequence[dt.date]) -> dict[str, Any]:
    """The horizontal axis of days: a few whole days have words, each once, also on a phone."""
    every = -(-len(days) // MOST_DAYS) or 1
    return {
        "type": "date",
        "tickmode": "array",
        "tickvals": [day.isoformat() for day in days[::every]],
        "tickformat": "%m-%d",
        "hoverformat": "%Y-%m-%d",
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def axis_title(text: str) -> dict[str, Any]:
    """What an axis counts, where the title of the picture does not say it."""
    return {"title": {"text": text, "standoff": 8, "font": {"color": QUIET, "size": 12}}}


def shown_arms(data: ReportData) -> Sequence[Arm]:
    """The control and as many treatments as can be told apart."""
    return data.design.arms[: MOST_LINES + 1]


def place_of(data: ReportData, arm: int) -> int:
    """Which treatment it is, from 0."""
    return [one.id for one in data.design.treatments].index(arm)


def look_of(data: ReportData, arm: int) -> tuple[str, str, str]:
    """Colour, wash and shape of a treatment; the fifth has the first colour, another shape."""
    place = place_of(data, arm)
    symbol = SYMBOLS[(place + place // len(SERIES)) % len(SYMBOLS)]
    return SERIES[place % len(SERIES)], WASHES[place % len(SERIES)], symbol


def look_of_any(data: ReportData, arm: int) -> tuple[str, str]:
    """Colour and shape of any arm, the control's a quiet ring."""
    if arm == data.design.control.id:
        return QUIET, "circle-open"
    color, _wash, symbol = look_of(data, arm)
    return color, symbol


def whiskers(
    points: Sequence[float], spans: Sequence[Span], color: str, *, width: float = 5
) -> dict[str, Any]:
    """Intervals in percent around points as error bars."""
    pairs = list(zip(points, spans, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [span.high * 100 - point for point, span in pairs],
        "arrayminus": [point - span.low * 100 for point, span in pairs],
        "color": color,
        "thickness": 2,
        "width": width,
    }


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
