"""The one hash of the product: GrowthBook's published hash, version 2.

Everything that is drawn is drawn here, on the raw id, so that public GrowthBook SDKs that evaluate
our fixed experiments locally give the same answers.
"""

from typing import Final

from fnv_hash_fast import fnv1a_32

__all__ = ["BUCKETS", "bucket"]

BUCKETS: Final = 10_000
"""Number of buckets. The finest share or weight is one hundredth of a percent."""


def bucket(seed: str, unit: str) -> int:
    """Draw the bucket of a unit.

    Bytes are UTF-8. A lone surrogate (possible in JSON, impossible in UTF-8) is passed through
    rather than raised, so that no id can break the hot path.

    Args:
        seed: What is drawn (a layer, or an experiment and its phase). Different seeds are
            independent draws.
        unit: The raw id of the unit, of any length.

    Returns:
        A whole number in 0 … 9,999.

    Reference:
        GrowthBook SDK specification 0.8, `hash` version 2: FNV-1a 32 bit of `seed + unit`, its
        decimal digits hashed once more, modulo 10,000. FNV: draft-eastlake-fnv-21. The browser SDK
        hashes UTF-16 code units where the others hash UTF-8 bytes, so the promise of equal answers
        covers ASCII ids.

    Example:
        >>> bucket("seed", "a"), bucket("foo", "def")
        (505, 2019)
    """
    first = fnv1a_32((seed + unit).encode("utf-8", "surrogatepass"))
    return fnv1a_32(b"%d" % first) % BUCKETS
