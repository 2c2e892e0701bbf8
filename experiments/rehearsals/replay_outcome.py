"""What came out of a replay, as it lies in the result of its job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Side:
    """A variant and how many visitors would have got it, on each day of the window."""

    name: str
    weight: int
    visitors: int
    by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another live test; `shared` visitors would have been in both, `exclusive` ones cannot be."""

    key: str
    name: str
    shared: int
    exclusive: bool
    share: int


@dataclass(frozen=True, slots=True)
class Alarms:
    """An A/A rehearsal with those who would have taken part."""

    runs: int
    alarms: int
    alpha: float


@dataclass(frozen=True, slots=True)
class Replay:
    """The last weeks through a plan.

    Attributes:
        revision: Of the draft that was replayed.
        days: How far back.
        first_day: Of the window, in the shop's zone (ISO); `by_day` counts from there.
        total: Visitors of the placements in the window.
        sampled: How many of them were replayed.
        in_slice: Of those, who falls into the traffic share.
        targeted: Of the slice, who surely takes part.
        possible: The same with everybody of whom the log cannot say no.
        unknown: Features that the log does not keep.
        sides: Where those who take part (`possible`) go.
        by_chance: A policy would decide later; here variants are drawn by chance.
        neighbours: Other live tests.
        free: Percent of the layer that nobody else holds; None where the slice fits.
        holdout: Percent of the site's visitors who are held out of everything, 0 for none.
        need: Visitors that the plan's own sizing asks for; None without one.
        sizing_gap: Why there is no sizing.
        alarms: The A/A rehearsal, None where there is too little for one.
        alarms_gap: Why.
    """

    revision: int
    days: int
    first_day: str
    total: int
    sampled: int
    in_slice: int
    targeted: int
    possible: int
    unknown: tuple[str, ...]
    sides: tuple[Side, ...]
    by_chance: bool
    neighbours: tuple[Neighbour, ...]
    free: float | None
    holdout: int
    need: int | None
    sizing_gap: str
    alarms: Alarms | None
    alarms_gap: str

    @property
    def per_day(self) -> float:
        """Visitors a day who might take part, of all, not of the sample."""
        return self.possible * self._scale / self.days

    @property
    def surely_per_day(self) -> float:
        return self.targeted * self._scale / self.days

    @property
    def _scale(self) -> float:
        return self.total / self.sampled if self.sampled else 0.0


def encode(replay: Replay) -> dict[str, Any]:
    """As plain JSON types."""
    plain: dict[str, Any] = msgspec.to_builtins(replay)
    return plain


def decode(plain: Mapping[str, Any] | None) -> Replay | None:
    """Back from its JSON; None for a result of another form, e.g. of an older version."""
    try:
        return msgspec.convert(plain, Replay)
    except msgspec.ValidationError:
        return None
