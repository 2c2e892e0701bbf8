"""The small parts of a report: a named reason in place of a number, an interval, a split."""

from dataclasses import dataclass
from enum import StrEnum


class GapCode(StrEnum):
    """Why a number does not exist."""

    NOT_RECORDED = "not_recorded"
    TOO_FEW = "too_few"
    NO_VARIATION = "no_variation"
    NOT_MEASURABLE_YET = "not_measurable_yet"
    CONTROL_NOT_POSITIVE = "control_not_positive"


@dataclass(frozen=True, slots=True)
class Gap:
    """The named reason in place of a number; counts where it is a matter of counts."""

    code: GapCode
    what: str = ""
    have: int = 0
    need: int = 0
    arm: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """An interval with its coverage."""

    low: float
    high: float
    level: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Split:
    """Units per arm against the set shares."""

    observed: tuple[int, ...]
    expected: tuple[float, ...]
    p: float | None = None
    log10_p: float | None = None
    alarm: bool = False
    gap: Gap | None = None
