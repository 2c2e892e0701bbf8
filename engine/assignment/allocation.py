"""Integer bucket ranges: weights of variants, and slices of a layer.

A range is a half-open pair `(start, end)` of buckets; a slice is a sorted tuple of disjoint,
non-touching ranges. Nothing here is a probability that would have to be rescaled later: the rounded
whole number of buckets is what is drawn, so it is also the propensity.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from engine.assignment.hashing import BUCKETS
from engine.errors import InvalidInput

__all__ = [
    "EVERYTHING",
    "Range",
    "Slice",
    "Weight",
    "buckets_of_share",
    "contains",
    "extend",
    "fractions",
    "free",
    "normalise",
    "overlaps",
    "shrink",
    "size",
    "take",
    "variant_ranges",
    "widths",
]

Range: TypeAlias = tuple[int, int]
Slice: TypeAlias = tuple[Range, ...]
Weight: TypeAlias = int | float | Decimal | Fraction

EVERYTHING: Slice = ((0, BUCKETS),)


def variant_ranges(weights: Sequence[Weight]) -> Slice:
    """Give each variant its range of buckets; together they cover every bucket exactly once.

    Args:
        weights: One number per variant on any scale (50/50, 1/1, 0.5/0.5). A zero is a variant that
            is switched off and gets an empty range.

    Returns:
        One range per weight, in the same order, not merged.

    Raises:
        InvalidInput: No weights, a negative or infinite one, a sum of zero, or a positive weight
            that is smaller than one bucket and would silently never be drawn.

    Reference:
        Largest remainder (Hamilton); ties go to the earlier variant. Exact rational arithmetic.

    Example:
        >>> variant_ranges([1, 1, 1])
        ((0, 3334), (3334, 6667), (6667, 10000))
    """
    exact = _exact_weights(weights)
    sizes = _largest_remainder(exact)
    if any(weight > 0 and not width for weight, width in zip(exact, sizes, strict=True)):
        raise InvalidInput(
            "A weight is so small against the others that nobody would ever see its variant.",
            field="weights",
            hint="Give it at least 0.01 % of the sum, or zero to switch it off.",
        )
    ends = [sum(sizes[: position + 1]) for position in range(len(sizes))]
    return tuple((end - width, end) for end, width in zip(ends, sizes, strict=True))


def widths(weights: Sequence[Weight]) -> tuple[int, ...]:
    """Give each variant its number of buckets; they sum to all of them. Raises as `variant_ranges`.

    Example:
        >>> widths([2, 1, 0])
        (6667, 3333, 0)
    """
    return tuple(end - start for start, end in variant_ranges(weights))


def _exact_weights(weights: Sequence[Weight]) -> list[Fraction]:
    try:
        exact = [Fraction(weight) for weight in weights]
    except (ValueError, OverflowError) as error:
        raise InvalidInput("Every weight is a finite number.", field="weights") from error
    if any(weight < 0 for weight in exact):
        raise InvalidInput("A weight is not negative.", field="weights")
    if not sum(exact):
        raise InvalidInput("At least one weight is above zero.", field="weights")
    return exact


def _largest_remainder(weights: Sequence[Fraction]) -> list[int]:
    total = sum(weights)
    quotas = [weight * BUCKETS / total for weight in weights]
    sizes = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda i: (sizes[i] - quotas[i], i))
    for position in by_remainder[: BUCKETS - sum(sizes)]:
        sizes[position] += 1
    return sizes


def buckets_of_share(share: Weight) -> int:
    """Turn a traffic share between 0 and 1 into a whole number of buckets (nearest, halves up).

    Raises:
        InvalidInput: The share is not a number between 0 and 1.

    Example:
        >>> buckets_of_share(0.25)
        2500
    """
    try:
        exact = Fraction(share)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("A traffic share is a number.", field="traffic_share") from error
    if not 0 <= exact <= 1:
        raise InvalidInput("A traffic share lies between 0 and 100 %.", field="traffic_share")
    return int(exact * BUCKETS + Fraction(1, 2))


def normalise(ranges: Iterable[Range]) -> Slice:
    """Sort ranges, drop empty ones, merge those that touch or overlap.

    Raises:
        InvalidInput: A range that is reversed or leaves 0 … 10,000.

    Example:
        >>> normalise([(50, 60), (0, 10), (10, 20), (5, 5)])
        ((0, 20), (50, 60))
    """
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if not 0 <= start <= end <= BUCKETS:
            raise InvalidInput(f"({start}, {end}) is not a range of buckets.", field="slice")
        if start == end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def size(ranges: Iterable[Range]) -> int:
    """Count the buckets of disjoint ranges.

    Example:
        >>> size(((0, 20), (50, 60)))
        30
    """
    return sum(end - start for start, end in ranges)


def contains(ranges: Iterable[Range], bucket: int) -> bool:
    """Say whether a bucket lies in one of the ranges.

    Example:
        >>> contains(((0, 20), (50, 60)), 20), contains(((0, 20), (50, 60)), 50)
        (False, True)
    """
    for start, end in ranges:  # noqa: SIM110 - on the hot path, and a generator costs twice as much
        if start <= bucket < end:
            return True
    return False


def overlaps(one: Iterable[Range], other: Iterable[Range]) -> bool:
    """Say whether two slices share a bucket; then a unit would be in both experiments of a layer.

    Example:
        >>> overlaps(((0, 20),), ((20, 30),)), overlaps(((0, 20),), ((19, 30),))
        (False, True)
    """
    left, right = normalise(one), normalise(other)
    return size(normalise(left + right)) < size(left) + size(right)


def free(occupied: Iterable[Range]) -> Slice:
    """List what is left of a layer.

    Args:
        occupied: The slices of the experiments in the layer, in any order.

    Example:
        >>> free([(0, 2500), (5000, 10000)])
        ((2500, 5000),)
    """
    taken = normalise(occupied)
    starts = [0, *(end for _, end in taken)]
    ends = [*(start for start, _ in taken), BUCKETS]
    return tuple((start, end) for start, end in zip(starts, ends, strict=True) if start < end)


def take(wanted: int, *, occupied: Iterable[Range] = ()) -> Slice:
    """Cut a slice for a new experiment out of what is free in its layer.

    The first gap that holds all of it is used whole; only if there is none is the slice pieced
    together from the lowest free buckets.

    Args:
        wanted: Number of buckets, 0 … 10,000.
        occupied: The slices of the other experiments in the layer.

    Raises:
        InvalidInput: More is wanted than is free; `hint` says how much is.

    Example:
        >>> take(2000, occupied=[(0, 1000), (1500, 5000)])
        ((5000, 7000),)
    """
    gaps = free(occupied)
    _check_room(wanted, size(gaps))
    whole = next((start for start, end in gaps if end - start >= wanted), None)
    return normalise([(whole, whole + wanted)]) if whole is not None else _lowest(gaps, wanted)


def extend(current: Slice, wanted: int, *, occupied: Iterable[Range] = ()) -> Slice:
    """Raise the traffic share of an experiment; everybody who is in stays in.

    Args:
        current: Its slice now.
        wanted: Buckets afterwards, at least as many as now.
        occupied: The slices of the *other* experiments in the layer.

    Raises:
        InvalidInput: Fewer buckets than now, or more than the layer has left.

    Example:
        >>> extend(((0, 1000),), 3000, occupied=[(1000, 5000)])
        ((0, 1000), (5000, 7000))
    """
    more = wanted - size(current)
    if more < 0:
        raise InvalidInput("Extending cannot make a slice smaller.", field="traffic_share")
    return normalise((*current, *take(more, occupied=(*current, *occupied))))


def shrink(current: Slice, wanted: int) -> Slice:
    """Lower the traffic share: the highest buckets leave, everybody else stays.

    Args:
        current: The slice now.
        wanted: Buckets afterwards, at most as many as now.

    Raises:
        InvalidInput: More buckets than now, or fewer than none.

    Example:
        >>> shrink(((0, 1000), (5000, 7000)), 1500)
        ((0, 1000), (5000, 5500))
    """
    if not 0 <= wanted <= size(current):
        raise InvalidInput("Shrinking cannot make a slice larger.", field="traffic_share")
    return _lowest(normalise(current), wanted)


def fractions(ranges: Iterable[Range]) -> tuple[tuple[float, float], ...]:
    """Write ranges the way GrowthBook payloads carry them (`ranges`, `filters`), between 0 and 1.

    Their SDKs compare `bucket / 10000` with these numbers; both sides are the same division, so the
    borders are exact.

    Example:
        >>> fractions(((0, 3334), (3334, 10000)))
        ((0.0, 0.3334), (0.3334, 1.0))
    """
    return tuple((start / BUCKETS, end / BUCKETS) for start, end in ranges)


def _check_room(wanted: int, available: int) -> None:
    if wanted < 0:
        raise InvalidInput("A slice cannot be negative.", field="traffic_share")
    if wanted > available:
        raise InvalidInput(
            f"The layer has {available / 100:g} % of its traffic left, not {wanted / 100:g} %.",
            field="traffic_share",
            hint="Lower the share, or stop another experiment of the layer first.",
        )


def _lowest(ranges: Slice, wanted: int) -> Slice:
    kept: list[Range] = []
    for start, end in ranges:
        width = min(end - start, wanted - size(kept))
        kept.append((start, start + width))
    return normalise(kept)
