"""What the data plane knows of an experiment: frozen, checked once, cheap to ask.

The recipe does not know what a creative is: `payload` is whatever the caller shows.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Literal, TypeAlias, TypeVar

from engine.assignment.allocation import EVERYTHING, Range, Slice, normalise
from engine.assignment.hashing import BUCKETS
from engine.errors import InvalidInput

__all__ = ["Assignment", "Reason", "Recipe", "Status", "VariantRecipe"]

Payload = TypeVar("Payload")

Status: TypeAlias = Literal["running", "paused", "stopped", "decided"]
"""Drafts are not compiled: to a storefront they do not exist."""


class Reason(StrEnum):
    """Why a unit got what it got; the list of the wire contract, version 1."""

    SPLIT = "SPLIT"
    TARGETING_MATCH = "TARGETING_MATCH"
    FORCED = "FORCED"
    HOLDOUT = "HOLDOUT"
    EXPLORATION = "EXPLORATION"
    NOT_TARGETED = "NOT_TARGETED"
    NOT_IN_TRAFFIC = "NOT_IN_TRAFFIC"
    CAPPED = "CAPPED"
    PAUSED = "PAUSED"
    NO_EXPERIMENT = "NO_EXPERIMENT"
    NO_CONSENT = "NO_CONSENT"
    DEFAULT = "DEFAULT"


@dataclass(frozen=True, slots=True)
class Assignment:
    """What was drawn for a unit.

    Attributes:
        variant: Position in `Recipe.variants`; None means the fallback.
        reason: Why.
        propensity: Probability with which this variant was drawn for this unit, in (0, 1]; None
            when nothing was drawn.
    """

    variant: int | None
    reason: Reason
    propensity: float | None = None


@dataclass(frozen=True, slots=True)
class VariantRecipe(Generic[Payload]):
    """One arm: its key, its half-open range of buckets, and what to show."""

    key: str
    range: Range
    payload: Payload


@dataclass(frozen=True, slots=True)
class Recipe(Generic[Payload]):
    """One experiment in one phase.

    Attributes:
        key: The experiment's key.
        status: Where it stands in its life cycle.
        layer_seed: Seed of the layer: who is in the slice.
        slice: Buckets of the layer that belong to the experiment (its traffic share).
        seed: Seed of the experiment: who gets which variant.
        phase: A new split starts a new phase, and with it a new draw.
        variants: In the order of their ranges, which cover every bucket exactly once.
        draw_seed: `seed:phase`, what variants are drawn with (computed).
        takes_everybody: The slice is the whole layer (computed).
        ends: Upper ends of the variants' ranges (computed).
        draws: The assignment each variant stands for (computed).

    Raises:
        InvalidInput: No variant, two with one key, or ranges with a gap or an overlap.

    Example:
        >>> a, b = VariantRecipe("a", (0, 5000), "A"), VariantRecipe("b", (5000, 10000), "B")
        >>> Recipe("hero", "running", "layer", ((0, 2500),), "hero", 1, (a, b)).draw_seed
        'hero:1'
    """

    key: str
    status: Status
    layer_seed: str
    slice: Slice
    seed: str
    phase: int
    variants: tuple[VariantRecipe[Payload], ...]
    draw_seed: str = field(init=False, repr=False)
    takes_everybody: bool = field(init=False, repr=False)
    ends: tuple[int, ...] = field(init=False, repr=False)
    draws: tuple[Assignment, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._check()
        # The way to set a computed field of a frozen dataclass.
        assign = object.__setattr__
        assign(self, "draw_seed", f"{self.seed}:{self.phase}")
        assign(self, "takes_everybody", normalise(self.slice) == EVERYTHING)
        assign(self, "ends", tuple(variant.range[1] for variant in self.variants))
        assign(self, "draws", tuple(map(_draw, range(len(self.variants)), self.variants)))

    def _check(self) -> None:
        keys = [variant.key for variant in self.variants]
        if not keys or len(set(keys)) < len(keys):
            raise InvalidInput("Every variant has a key of its own.", field="variants")
        borders = [0, *(border for variant in self.variants for border in variant.range), BUCKETS]
        pairs = zip(borders[::2], borders[1::2], strict=True)
        if borders != sorted(borders) or any(end != start for end, start in pairs):
            raise InvalidInput("The variants cover every bucket exactly once.", field="variants")


def _draw(position: int, variant: VariantRecipe[Payload]) -> Assignment:
    start, end = variant.range
    return Assignment(position, Reason.SPLIT, (end - start) / BUCKETS)
