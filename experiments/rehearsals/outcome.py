"""What came out of a rehearsal, as it lies in the result of its job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from engine.stats import srm
from engine.stats.proportion import wilson

BINS: Final = 20
"""Of the p-values; each holds a twentieth of them when nothing can be found."""
UNEVEN: Final = 0.001
"""As strict as the check of a split: it is looked at as often."""


class Finding(StrEnum):
    """Whether the rate of false alarms is the promised one, above it, or below it."""

    AS_PROMISED = "as_promised"
    MORE = "more"
    FEWER = "fewer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished rehearsal.

    Attributes:
        metric: What was compared.
        placement: Key of the slot whose visitors were split.
        days: How far back they go.
        visitors: How many there were.
        alpha: The promised rate of false alarms.
        runs: Random splits.
        alarms: Splits in which the test of the reports found a difference.
        histogram: Of the p-values, from 0 to 1 in `BINS` equal bins.
        naive_alarms: Splits in which a test that takes each impression for a person found one;
            None where there is no such test.
    """

    metric: str
    placement: str
    days: int
    visitors: int
    alpha: float
    runs: int
    alarms: int
    histogram: tuple[int, ...]
    naive_alarms: int | None = None

    @property
    def share(self) -> float:
        return self.alarms / self.runs

    @property
    def range(self) -> tuple[float, float]:
        """What the rate can be, seen from so many splits (95 %)."""
        return wilson(self.alarms, self.runs)

    @property
    def naive_share(self) -> float | None:
        return None if self.naive_alarms is None else self.naive_alarms / self.runs

    @property
    def naive_range(self) -> tuple[float, float] | None:
        return None if self.naive_alarms is None else wilson(self.naive_alarms, self.runs)

    @property
    def finding(self) -> Finding:
        low, high = self.range
        if low > self.alpha:
            return Finding.MORE
        return Finding.FEWER if high < self.alpha else Finding.AS_PROMISED

    @property
    def even(self) -> bool:
        """The p-values are spread as they must be when nothing can be found."""
        p = srm.check(self.histogram, [1] * len(self.histogram)).p
        return p is not None and p >= UNEVEN


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the splits of a rehearsal; parts add up."""

    runs: int = 0
    alarms: int = 0
    histogram: Sequence[int] = (0,) * BINS
    naive_alarms: int | None = None

    def __add__(self, other: "Part") -> "Part":
        pairs = zip(self.histogram, other.histogram, strict=True)
        both = [n for n in (self.naive_alarms, other.naive_alarms) if n is not None]
        return Part(
            self.runs + other.runs,
            self.alarms + other.alarms,
            tuple(one + more for one, more in pairs),
            sum(both) if both else None,
        )


def encode(outcome: Outcome) -> dict[str, Any]:
    """As plain JSON types."""
    plain: dict[str, Any] = msgspec.to_builtins(outcome)
    return plain


def decode(plain: Mapping[str, Any] | None) -> Outcome | None:
    """Back from its JSON; None for a result of another form, e.g. of an older version."""
    try:
        return msgspec.convert(plain, Outcome)
    except msgspec.ValidationError:
        return None
