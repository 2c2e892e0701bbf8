"""The policy of an ordinary A/B/n test: the same probabilities for everybody, all the time."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.assignment.allocation import Slice, Weight, size, variant_ranges
from engine.assignment.hashing import BUCKETS

__all__ = ["FixedPolicy"]


@dataclass(frozen=True, slots=True)
class FixedPolicy:
    """Weights, rounded to whole buckets.

    Attributes:
        ranges: One half-open range of buckets per variant, in order.

    Example:
        >>> FixedPolicy.of([1, 1, 2]).probabilities()
        (0.25, 0.25, 0.5)
    """

    ranges: Slice

    @classmethod
    def of(cls, weights: Sequence[Weight]) -> "FixedPolicy":
        """Build the policy from weights on any scale.

        Raises:
            InvalidInput: See `allocation.variant_ranges`.
        """
        return cls(variant_ranges(weights))

    def probabilities(self) -> tuple[float, ...]:
        """Answer with the exact probability of each variant; they sum to 1."""
        return tuple(size([part]) / BUCKETS for part in self.ranges)
