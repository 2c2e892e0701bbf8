"""What runs in a placement now, and how its visitors are shared among it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from creatives.library import SHOWING
from creatives.models import Placement

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Part:
    """A share of the visitors, in percent; without an experiment they see the default."""

    share: int
    start: int
    number: int
    experiment: Any = None


def parts(placement: Placement, experiments: Iterable[Any]) -> list[Part]:
    """The experiments that run here with their shares, and what is left for the default.

    Experiments are of the room above this one; only what they have in common with the page is read.
    """
    found, start = [], 0
    for number, row in enumerate(e for e in experiments if e.status in SHOWING):
        share = min(row.traffic_share, WHOLE - start)
        found.append(Part(share, start, number, row))
        start += share
    if start < WHOLE and placement.pk:
        found.append(Part(WHOLE - start, start, len(found)))
    return found
