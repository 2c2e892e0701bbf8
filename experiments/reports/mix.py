"""Which variants a policy shows, as its report keeps it: shares and impressions, never click rates.

A variant that a policy shows more was shown at other times and to other visitors, so its clicks per
impression say little about the banner; nothing here could tempt anybody to compare them.
"""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A variant in the mix.

    Attributes:
        variant: Its id.
        key: Its key.
        name: Its name.
        impressions: Times it was shown in this phase, whoever it was shown to.
        share: Probability in force for a visitor of the policy; None where it depends on segments.
        best: Chance to be the best one, of a policy that learns.
    """

    variant: int
    key: str
    name: str
    impressions: int = 0
    share: float | None = None
    best: float | None = None


@dataclass(frozen=True, slots=True)
class ShownDay:
    """How often a variant was shown on a day."""

    day: dt.date
    variant: int
    impressions: int


@dataclass(frozen=True, slots=True)
class Mix:
    """What a policy showed so far and what it shows now.

    Attributes:
        parts: Every variant, in order.
        days: Days on which anything was shown, oldest first.
        version: Of the parameters in force; None before the first, or where nothing is learned.
        since: When these parameters were made.
        held: Somebody went back to them, and learning waits.
    """

    parts: tuple[Part, ...]
    days: tuple[ShownDay, ...] = ()
    version: int | None = None
    since: dt.datetime | None = None
    held: bool = False

    def part(self, variant: int) -> Part:
        return next(part for part in self.parts if part.variant == variant)

    def shares(self) -> dict[dt.date, dict[int, float]]:
        """Share of each variant in the impressions of each day, the exploration slice included."""
        found: dict[dt.date, dict[int, int]] = {}
        for one in self.days:
            found.setdefault(one.day, {})[one.variant] = one.impressions
        return {
            day: {part.variant: shown.get(part.variant, 0) / total for part in self.parts}
            for day, shown in found.items()
            if (total := sum(shown.values()))
        }
