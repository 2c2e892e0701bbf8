"""Creatives that look nearly the same, found by the hashes of their pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from creatives.models import Creative, Version

# Of 64 bits. The same banner saved again differs in 0 to 4, two banners of one series in 9 or more.
NEAR = 6
MOST = 5
"""Named per version: whoever made five of a kind knows it by then."""

# Bits of one sort only are a plain ground: it is like every other plain ground.
ALIKE = """
SELECT mine.id, other.creative_id, min(bit_count(mine.look # other.look)) AS bits
FROM creatives_version AS mine
JOIN creatives_creative AS of_mine ON of_mine.id = mine.creative_id
JOIN creatives_creative AS creative
    ON creative.site_id = of_mine.site_id AND creative.id <> mine.creative_id
JOIN creatives_version AS other ON other.creative_id = creative.id AND other.id < mine.id
WHERE mine.id = ANY(%(ids)s)
    AND bit_count(mine.look) BETWEEN 1 AND 63 AND bit_count(mine.look # other.look) <= %(near)s
    AND NOT (mine.levels <> '{}' AND other.levels <> '{}' AND mine.design = other.design)
GROUP BY mine.id, other.creative_id ORDER BY bits, other.creative_id
"""
"""Said of the newer of two. Variants generated from one design are meant to be alike."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A creative that looked like it before; `story` is what came of that one, if it is known."""

    key: str
    name: str
    bits: int
    story: str


def of(versions: Sequence[Version]) -> dict[int, tuple[Alike, ...]]:
    """The look-alikes of each version by its id, the nearest first: two or three queries."""
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, {"ids": [version.pk for version in versions], "near": NEAR})
        rows: list[tuple[int, int, int]] = cursor.fetchall()
    if not rows:
        return {}
    named = Creative.objects.in_bulk({creative for _version, creative, _bits in rows})
    stories = _stories(named)
    found: dict[int, list[Alike]] = {}
    for version, pk, bits in rows:
        other = named[pk]
        found.setdefault(version, []).append(
            Alike(other.key, other.name, bits, stories.get(pk, ""))
        )
    return {version: tuple(alikes[:MOST]) for version, alikes in found.items()}


def _stories(creatives: dict[int, Creative]) -> dict[int, str]:
    """What came of the last decided experiment of each, by the reverse names of the room above."""
    decided = Creative.objects.filter(
        pk__in=creatives, variants__experiment__status="decided"
    ).order_by("variants__experiment__decided_at")
    names = ("name", "decision")
    rows = decided.values_list(
        "pk", "variants__key", *(f"variants__experiment__{name}" for name in names)
    )
    return {pk: _story(*rest) for pk, *rest in rows}


def _story(key: str, experiment: str, decision: str) -> str:
    if decision == key:
        text = _("It was chosen in the experiment “%(experiment)s”.")
    elif decision:
        text = _("In the experiment “%(experiment)s” another banner was chosen.")
    else:
        text = _("The experiment “%(experiment)s” ended without a choice.")
    return text % {"experiment": experiment}
