"""A snapshot made ready: everything that can be answered is encoded once, when it arrives.

A decision then is two hashes, a few look-ups and one signature; no JSON is written while a shopper
waits.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import msgspec

from delivery import expiry, offers, policies
from delivery.learnt import Learnt
from delivery.offers import Offer
from delivery.policies import ReadyPolicy
from delivery.snapshot import (
    ExperimentEntry,
    KeyEntry,
    PlacementEntry,
    SiteEntry,
    Snapshot,
    VariantEntry,
)
from delivery.token import Stamp
from engine.assignment.hashing import BUCKETS
from engine.assignment.recipe import Reason, Recipe, VariantRecipe

_WITHOUT_VARIANT = (Reason.NOT_IN_TRAFFIC, Reason.PAUSED, Reason.NO_EXPERIMENT, Reason.CAPPED)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class ReadyExperiment:
    """An experiment with an offer per variant, and one for each reason to get none.

    `policy` is None where the split is fixed; `late` are the splits for when a capped creative's
    counters could not be had in time. `capped` holds the places of variants with a cap. In one that
    is `plain` nothing matters but the id.
    """

    entry: ExperimentEntry
    recipe: Recipe[VariantEntry] | None = None
    splits: tuple[Offer, ...] = ()
    without: Mapping[Reason, Offer] = field(default_factory=dict)
    policy: ReadyPolicy | None = None
    late: tuple[Offer, ...] = ()
    capped: tuple[int, ...] = ()

    plain: bool = True

    @property
    def needs_profile(self) -> bool:
        """Whether a decision in it looks at what the visitor did."""
        return bool(self.capped) or (self.policy is not None and self.policy.needs_profile)


@dataclass(frozen=True, slots=True)
class ReadyPlacement:
    """A placement with its fallbacks, and who owns which buckets of its layer.

    `starts`, `ends` and `owners` belong together, ordered by bucket, so that a unit's experiment is
    found by bisection however many there are.
    """

    entry: PlacementEntry
    name: bytes
    fallbacks: Mapping[Reason, Offer]
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    owners: tuple[ReadyExperiment, ...] = ()
    one_owner: bool = False
    needs_profile: bool = False
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Live:
    """What the data plane knows. `version` is the published number, `as_of` when it was made.

    `as_of` is in Unix seconds, and so is `until`: then something of it expires, and it has to be
    made again from its `source`. `origins` holds each site's, `all_origins` those of all together;
    `learnt` the policies by experiment, with what they have learned last.
    """

    version: int
    as_of: float
    tail: bytes = b""
    sites: Mapping[int, SiteEntry] = field(default_factory=dict)
    keys: Mapping[str, KeyEntry] = field(default_factory=dict)
    origins: Mapping[int, frozenset[str]] = field(default_factory=dict)
    all_origins: frozenset[str] = frozenset()
    experiments: Mapping[tuple[int, str], ReadyExperiment] = field(default_factory=dict)
    placements: Mapping[tuple[int, str], ReadyPlacement] = field(default_factory=dict)
    keeps_profiles: bool = False
    learnt: Mapping[int, ReadyPolicy] = field(default_factory=dict)
    landings: "Landings" = field(default_factory=lambda: Landings({}, {}, {}))
    source: Snapshot | None = None
    until: float = math.inf


@dataclass(frozen=True, slots=True)
class Landings:
    """Where a click goes: by creative version, else by what the variant or placement shows now."""

    by_version: Mapping[int, str]
    by_variant: Mapping[int, str]
    by_placement: Mapping[int, str]

    def of(self, stamp: Stamp) -> str | None:
        """The landing page of what was shown; None when nothing of it is left."""
        return (
            self.by_version.get(stamp.creative_version_id)
            or self.by_variant.get(stamp.variant_id)
            or self.by_placement.get(stamp.placement_id)
        )


def index(source: Snapshot, *, version: int, as_of: float, now: float | None = None) -> Live:
    """Compile a snapshot into look-ups, without what has expired by `now` (default: `as_of`)."""
    now = as_of if now is None else now
    snapshot = expiry.current(source, now=now)
    entries = {place.id: place for place in snapshot.placements}
    experiments = [
        _experiment(entry, entries[entry.placement_id])
        for entry in snapshot.experiments
        if entry.placement_id in entries
    ]
    origins = {site.id: frozenset(map(normal_origin, site.origins)) for site in snapshot.sites}
    return Live(
        version=version,
        as_of=as_of,
        tail=b',"snapshot":%d}' % version,
        sites={site.id: site for site in snapshot.sites},
        keeps_profiles=any(site.profiles for site in snapshot.sites),
        keys={key.sha256: key for key in snapshot.keys},
        origins=origins,
        all_origins=frozenset().union(*origins.values()),
        experiments={(e.entry.site_id, e.entry.key): e for e in experiments},
        placements=_placements(snapshot, experiments),
        landings=_landings(source),
        source=source,
        until=expiry.next_end(source, after=now),
    )


def renewed(live: Live, *, now: float) -> Live:
    """The same without what has expired by now; itself when nothing has."""
    if now < live.until or live.source is None:
        return live
    fresh = index(live.source, version=live.version, as_of=live.as_of, now=now)
    return replace(fresh, learnt=live.learnt)


def with_learnt(live: Live, learnt: Learnt) -> Live:
    """The same with newer parameters: only tables of learning policies are made again."""
    entries = {entry.experiment_id: entry for entry in learnt.entries}
    found = {
        experiment.entry.id: policies.ready(
            experiment.entry, experiment.entry.policy, entries.get(experiment.entry.id)
        )
        for experiment in live.experiments.values()
        if experiment.entry.policy is not None and experiment.entry.policy.kind == "thompson"
    }
    return replace(live, learnt=found)


def normal_origin(text: str) -> str:
    """An origin as browsers send it."""
    return text.strip().rstrip("/").lower()


def _placements(
    snapshot: Snapshot, experiments: list[ReadyExperiment]
) -> dict[tuple[int, str], ReadyPlacement]:
    on: dict[int, list[ReadyExperiment]] = {}
    for experiment in experiments:
        if experiment.entry.status in {"running", "paused"}:
            on.setdefault(experiment.entry.placement_id, []).append(experiment)
    return {
        (entry.site_id, entry.key): _placement(entry, on.get(entry.id, []))
        for entry in snapshot.placements
    }


def _placement(entry: PlacementEntry, experiments: list[ReadyExperiment]) -> ReadyPlacement:
    owned = [(part, experiment) for experiment in experiments for part in experiment.entry.slice]
    owned.sort(key=lambda pair: pair[0])
    return ReadyPlacement(
        entry=entry,
        name=_encode(entry.key),
        fallbacks={
            reason: offers.fallback(entry, reason)
            for reason in (*_WITHOUT_VARIANT, Reason.NO_CONSENT)
        },
        starts=tuple(start for (start, _), _ in owned),
        ends=tuple(end for (_, end), _ in owned),
        owners=tuple(experiment for _, experiment in owned),
        one_owner=[part for part, _ in owned] == [(0, BUCKETS)],
        needs_profile=any(experiment.needs_profile for experiment in experiments),
        plain=all(experiment.plain for experiment in experiments),
    )


def _experiment(entry: ExperimentEntry, place: PlacementEntry) -> ReadyExperiment:
    if entry.status == "draft":
        return ReadyExperiment(entry)
    recipe = Recipe(
        key=entry.key,
        status=entry.status,
        layer_seed=place.layer_seed,
        slice=entry.slice,
        seed=entry.seed,
        phase=entry.phase,
        variants=tuple(VariantRecipe(key=v.key, range=v.range, payload=v) for v in entry.variants),
    )
    capped = tuple(p for p, variant in enumerate(entry.variants) if variant.creative.cap)
    return ReadyExperiment(
        entry,
        recipe,
        _splits(recipe, entry, offers.FIXED),
        {reason: offers.fallback(place, reason, entry.key) for reason in _WITHOUT_VARIANT},
        policy=policies.ready(entry, entry.policy, None) if entry.policy else None,
        late=_splits(recipe, entry, offers.Terms(Reason.DEFAULT)) if capped else (),
        capped=capped,
        plain=not capped and entry.policy is None,
    )


def _splits(
    recipe: Recipe[VariantEntry], entry: ExperimentEntry, terms: offers.Terms
) -> tuple[Offer, ...]:
    return tuple(
        offers.split(entry, variant, draw.propensity or 0.0, terms)
        for variant, draw in zip(entry.variants, recipe.draws, strict=True)
    )


def _landings(snapshot: Snapshot) -> Landings:
    fallbacks = {p.id: p.fallback for p in snapshot.placements if p.fallback}
    shown = {v.id: v.creative for e in snapshot.experiments for v in e.variants}
    every = [*fallbacks.values(), *shown.values()]
    return Landings(
        by_version={c.version_id: _web_address(c.landing_url) for c in every},
        by_variant={number: _web_address(c.landing_url) for number, c in shown.items()},
        by_placement={number: _web_address(c.landing_url) for number, c in fallbacks.items()},
    )


def _web_address(text: str) -> str:
    """The address if a redirect to it is safe, else nothing: no scripts, no second header."""
    try:
        safe = urlsplit(text).scheme in {"http", "https"} and text.isprintable()
    except ValueError:
        return ""
    return text if safe and " " not in text else ""
