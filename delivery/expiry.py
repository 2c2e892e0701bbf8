"""What has expired is not shown, whoever is away: the data plane looks at the clock itself."""

import math
from collections.abc import Iterator

import msgspec

from delivery.snapshot import CreativePayload, ExperimentEntry, PlacementEntry, Snapshot


def current(snapshot: Snapshot, *, now: float) -> Snapshot:
    """The snapshot without what has expired by `now` (Unix seconds).

    An experiment that may not show one of its variants stands still: everybody gets the default,
    so that no variant is compared with a hole.
    """
    if next_end(snapshot, after=-math.inf) > now:
        return snapshot
    return msgspec.structs.replace(
        snapshot,
        placements=tuple(_placement(place, now) for place in snapshot.placements),
        experiments=tuple(_experiment(entry, now) for entry in snapshot.experiments),
    )


def next_end(snapshot: Snapshot, *, after: float) -> float:
    """When the next creative expires (Unix seconds); infinity when none will."""
    return min((until for until in _ends(snapshot) if until > after), default=math.inf)


def standing(entry: ExperimentEntry) -> ExperimentEntry:
    """The experiment while it may not show all of its variants: paused, with none to be seen."""
    unseen = tuple(
        msgspec.structs.replace(variant, creative=nothing(variant.creative.key))
        for variant in entry.variants
    )
    return msgspec.structs.replace(entry, status="paused", variants=unseen)


def nothing(key: str) -> CreativePayload:
    """What stands for a creative that may not be shown: its name, no content."""
    return CreativePayload(key, 0, "image", "", "", (), 0)


def _ends(snapshot: Snapshot) -> Iterator[float]:
    shown = [place.fallback for place in snapshot.placements]
    shown += [variant.creative for entry in snapshot.experiments for variant in entry.variants]
    return (creative.until for creative in shown if creative and creative.until is not None)


def _over(creative: CreativePayload | None, now: float) -> bool:
    return creative is not None and creative.until is not None and creative.until <= now


def _placement(place: PlacementEntry, now: float) -> PlacementEntry:
    over = _over(place.fallback, now)
    return msgspec.structs.replace(place, fallback=None) if over else place


def _experiment(entry: ExperimentEntry, now: float) -> ExperimentEntry:
    over = any(_over(variant.creative, now) for variant in entry.variants)
    return standing(entry) if over and entry.status in {"running", "paused"} else entry
