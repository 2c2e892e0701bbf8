"""How many visitors liked a banner of a test, or moved its pictures: counted as they come in.

The log is not asked: the roll-up keeps a row for each visitor and kind (`events.models.Reaction`).
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from events.statements import reactions

LIKE: Final = "custom:like"
SLIDE: Final = "custom:slide"
KINDS: Final = (LIKE, SLIDE)


def of(experiment_id: int, phase: int) -> Mapping[str, Mapping[int, int]]:
    """Visitors with at least one, by kind and variant; a kind that nobody did is left out."""
    places: dict[str, Any] = {"experiment": experiment_id, "phase": phase, "kinds": list(KINDS)}
    found: dict[str, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(reactions.COUNT, places)
        for kind, variant, visitors in cursor.fetchall():
            found.setdefault(kind, {})[variant] = visitors
    return found
