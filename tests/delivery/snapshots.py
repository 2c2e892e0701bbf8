"""Snapshots for tests that need no database."""

from typing import Any

from delivery.index import Live, index
from delivery.snapshot import (
    CreativePayload,
    ExperimentEntry,
    KeyEntry,
    PlacementEntry,
    SiteEntry,
    Snapshot,
    Source,
    VariantEntry,
)

NOW = 1_795_338_000.0


def a_creative(number: int, landing: str = "https://shop.example/spring") -> CreativePayload:
    source = Source(f"https://m/{number}.avif", "image/avif", 1200, 400)
    return CreativePayload(f"c-{number}", 1, "image", "Spring", landing, (source,), number)


def an_entry(number: int = 1, **fields: Any) -> ExperimentEntry:
    half = [(0, 5000), (5000, 10000)]
    variants = tuple(
        VariantEntry(number * 10 + i, "ab"[i], half[i], a_creative(number * 10 + i)) for i in (0, 1)
    )
    given = {
        "id": number,
        "site_id": 1,
        "key": f"exp-{number}",
        "status": "running",
        "placement_id": 1,
        "phase": 1,
        "seed": f"seed-{number}",
        "slice": ((0, 10000),),
        "variants": variants,
    }
    return ExperimentEntry(**(given | fields))


def a_snapshot(*experiments: ExperimentEntry, **fields: Any) -> Snapshot:
    given = {
        "format": 1,
        "sites": (SiteEntry(1, "shop", ("https://Shop.example/",), "CNY"),),
        "keys": (KeyEntry("0" * 64, 1, 1, "publishable"),),
        "placements": (
            PlacementEntry(1, 1, "home-hero", "layer", a_creative(900)),
            PlacementEntry(2, 1, "bare", "layer-2", None),
        ),
        "experiments": experiments,
    }
    return Snapshot(**(given | fields))


def a_live(*experiments: ExperimentEntry, **fields: Any) -> Live:
    return index(a_snapshot(*experiments, **fields), version=118, as_of=NOW)
