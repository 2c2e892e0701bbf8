"""The holdout of a site: visitors who see no experiment at all, drawn before everything else."""

from typing import Final

from delivery.snapshot import HoldoutEntry, SiteEntry
from delivery.token import REST
from engine.assignment.hashing import BUCKETS, bucket

PHASE: Final = 1
"""A holdout is never split anew: the next quarter has the next one."""


def is_held(site: SiteEntry, unit: str) -> bool:
    """Whether a visitor belongs to the holdout; the same for the whole quarter."""
    return site.holdout is not None and bucket(site.holdout.seed, unit) < site.holdout.buckets


def flags_of(site: SiteEntry | None) -> int:
    """What the tokens of everybody who is not held say."""
    return REST if site is not None and site.holdout is not None else 0


def share(holdout: HoldoutEntry) -> float:
    """The probability of being held."""
    return holdout.buckets / BUCKETS
