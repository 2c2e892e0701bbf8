"""How many visitors liked a banner of a test, or moved its pictures: counted as they come in.

The roll-up keeps a row for each visitor and kind, and their number (`Reaction` and `Reacted`).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import Sum

from events.models import Reacted

LIKE: Final = "custom:like"
SLIDE: Final = "custom:slide"
KINDS: Final = (LIKE, SLIDE)


def of(experiment_id: int, phase: int) -> Mapping[str, Mapping[int, int]]:
    """Visitors with at least one, by kind and variant; a kind that nobody did is left out."""
    rows = Reacted.objects.filter(experiment_id=experiment_id, phase=phase, kind__in=KINDS)
    found: dict[str, dict[int, int]] = {}
    for row in rows:
        found.setdefault(row.kind, {})[row.variant_id] = row.units
    return found


def likes(variants: Iterable[int]) -> int:
    """Visitors who liked these variants, of all phases: one who liked it in two counts twice."""
    rows = Reacted.objects.filter(variant_id__in=list(variants), kind=LIKE)
    return int(rows.aggregate(units=Sum("units", default=0))["units"])
