"""One line of the table."""

import os
from dataclasses import dataclass, field


def busy() -> float:
    """The load average of the last minute."""
    return os.getloadavg()[0]


@dataclass(frozen=True, slots=True)
class Row:
    """What, ours and what it is measured against per second, our p99 in ms, and the bars.

    `least` is the smallest ratio, `slowest` the largest p99 in ms that the row may have; None: it
    is only told.
    """

    what: str
    ours: float
    limit: float
    p99: float
    against: str
    least: float | None = None
    slowest: float | None = None
    load: float = field(default_factory=busy)

    @property
    def ratio(self) -> float:
        return self.ours / self.limit

    @property
    def holds(self) -> bool:
        return (self.least is None or self.ratio >= self.least) and (
            self.slowest is None or self.p99 <= self.slowest
        )

    @property
    def bar(self) -> str:
        """The bar in words, and whether it holds."""
        ratio = "" if self.least is None else f"ratio ≥ {self.least:.2g}"
        p99 = "" if self.slowest is None else f"p99 ≤ {self.slowest:.2g} ms"
        bars = ", ".join(filter(None, (ratio, p99)))
        return f"{bars}: {'holds' if self.holds else 'missed'}" if bars else ""
