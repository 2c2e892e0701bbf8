"""The snapshot: one immutable, hashed picture of everything that is live.

`experiments.publishing` writes it, every data-plane process reads it. It crosses from the
database to memory as JSON, so that any process and any language can check and keep it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from engine.assignment.recipe import Recipe, VariantRecipe
from engine.errors import LabError

FORMAT = 1


class Source(msgspec.Struct, frozen=True):
    """One file of a picture: where it lies, its MIME type, pixels and density."""

    src: str
    type: str
    width: int
    height: int
    density: int = 1


class CreativePayload(msgspec.Struct, frozen=True):
    """What a storefront needs to show a creative; `version_id` is the row the log names."""

    key: str
    version: int
    kind: str
    alt: str
    landing_url: str
    sources: tuple[Source, ...]
    version_id: int


class SiteEntry(msgspec.Struct, frozen=True):
    id: int
    key: str
    origins: tuple[str, ...]
    currency: str


class KeyEntry(msgspec.Struct, frozen=True):
    """An API key by the SHA-256 (hex) of its text; `kind` is publishable or secret."""

    sha256: str
    id: int
    site_id: int
    kind: str


class PlacementEntry(msgspec.Struct, frozen=True):
    id: int
    site_id: int
    key: str
    layer_seed: str
    fallback: CreativePayload | None


class VariantEntry(msgspec.Struct, frozen=True):
    """`range` is half-open in buckets, [start, end)."""

    id: int
    key: str
    range: tuple[int, int]
    creative: CreativePayload


class ExperimentEntry(msgspec.Struct, frozen=True):
    """`status` draft carries no variants: only a secret key may learn that it exists."""

    id: int
    site_id: int
    key: str
    status: Literal["draft", "running", "paused", "stopped", "decided"]
    placement_id: int
    phase: int
    seed: str
    slice: tuple[tuple[int, int], ...]
    variants: tuple[VariantEntry, ...]


class Snapshot(msgspec.Struct, frozen=True):
    format: int
    sites: tuple[SiteEntry, ...]
    keys: tuple[KeyEntry, ...]
    placements: tuple[PlacementEntry, ...]
    experiments: tuple[ExperimentEntry, ...]


class InvalidSnapshot(LabError):  # noqa: N818 - as in engine.errors
    """The bytes are not a snapshot of this format, or do not match their hash."""

    slug = "invalid-snapshot"


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Snapshot)


def encode(snapshot: Snapshot) -> bytes:
    """The canonical bytes of a snapshot; equal snapshots give equal bytes."""
    return _encoder.encode(snapshot)


def digest(body: bytes) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(body).hexdigest()


def decode(body: bytes, sha256: str) -> Snapshot:
    """Check and read a snapshot; raises InvalidSnapshot."""
    if digest(body) != sha256:
        raise InvalidSnapshot("The snapshot does not match its hash.")
    try:
        snapshot = _decoder.decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise InvalidSnapshot(f"The snapshot cannot be read: {error}") from error
    if snapshot.format != FORMAT:
        raise InvalidSnapshot(f"The snapshot has format {snapshot.format}, not {FORMAT}.")
    return snapshot


@dataclass(frozen=True, slots=True)
class LiveExperiment:
    """An experiment as the data plane uses it: entry and compiled recipe (a draft has none)."""

    entry: ExperimentEntry
    recipe: Recipe[VariantEntry] | None


@dataclass(frozen=True, slots=True)
class Live:
    """A snapshot with the indexes that make a decision a few dictionary look-ups.

    `version` is the published number (0: none yet); `as_of` its publication as Unix seconds.
    """

    version: int
    as_of: float
    sites: Mapping[int, SiteEntry] = field(default_factory=dict)
    keys: Mapping[str, KeyEntry] = field(default_factory=dict)
    placements: Mapping[tuple[int, str], PlacementEntry] = field(default_factory=dict)
    placements_by_id: Mapping[int, PlacementEntry] = field(default_factory=dict)
    experiments: Mapping[tuple[int, str], LiveExperiment] = field(default_factory=dict)
    running_on: Mapping[int, tuple[LiveExperiment, ...]] = field(default_factory=dict)
    creatives: Mapping[int, CreativePayload] = field(default_factory=dict)


def _recipe(entry: ExperimentEntry, layer_seed: str) -> Recipe[VariantEntry] | None:
    if entry.status == "draft":
        return None
    return Recipe(
        key=entry.key,
        status=entry.status,
        layer_seed=layer_seed,
        slice=entry.slice,
        seed=entry.seed,
        phase=entry.phase,
        variants=tuple(VariantRecipe(key=v.key, range=v.range, payload=v) for v in entry.variants),
    )


def _creatives(snapshot: Snapshot) -> dict[int, CreativePayload]:
    shown = [p.fallback for p in snapshot.placements if p.fallback]
    shown += [v.creative for e in snapshot.experiments for v in e.variants]
    return {payload.version_id: payload for payload in shown}


def index(snapshot: Snapshot, *, version: int, as_of: float) -> Live:
    """Compile a snapshot into look-ups."""
    placements_by_id = {p.id: p for p in snapshot.placements}
    experiments = [
        LiveExperiment(e, _recipe(e, placements_by_id[e.placement_id].layer_seed))
        for e in snapshot.experiments
        if e.placement_id in placements_by_id
    ]
    running: dict[int, tuple[LiveExperiment, ...]] = {}
    for live in experiments:
        if live.entry.status in {"running", "paused"}:
            place = live.entry.placement_id
            running[place] = (*running.get(place, ()), live)
    return Live(
        version=version,
        as_of=as_of,
        sites={s.id: s for s in snapshot.sites},
        keys={k.sha256: k for k in snapshot.keys},
        placements={(p.site_id, p.key): p for p in snapshot.placements},
        placements_by_id=placements_by_id,
        experiments={(e.entry.site_id, e.entry.key): e for e in experiments},
        running_on=running,
        creatives=_creatives(snapshot),
    )
