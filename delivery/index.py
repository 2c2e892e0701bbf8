"""A snapshot made ready: everything that can be answered is encoded once, when it arrives.

A decision then is two hashes, a few look-ups and one signature; no JSON is written while a shopper
waits.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from delivery import expiry, mailing, offers, places, policies
from delivery.holdout import flags_of
from delivery.landings import NOWHERE, Landings, landings
from delivery.learnt import Learnt
from delivery.mailing import NO_PICTURES, Pictures, pictures
from delivery.offers import Offer
from delivery.policies import Lookup, ReadyPolicy
from delivery.snapshot import (
    ExperimentEntry,
    KeyEntry,
    PlacementEntry,
    SiteEntry,
    Snapshot,
    VariantEntry,
)
from engine.assignment.hashing import BUCKETS
from engine.assignment.recipe import Reason, Recipe, VariantRecipe
from engine.assignment.targeting import compile as compiled
from engine.assignment.targeting import needs_profile as rule_needs_profile
from engine.profiles.features import Value

_WITHOUT_VARIANT = (
    *(Reason.NOT_IN_TRAFFIC, Reason.PAUSED, Reason.NO_EXPERIMENT, Reason.CAPPED),
    Reason.NO_CONSENT,
)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class ReadyExperiment:
    """An experiment on one of its placements: an offer per variant, and per reason to get none.

    `matches` asks whether somebody is targeted (None: everybody is), `here` what rules may ask of
    the placement. `policy` is None where the split is fixed; `late` are the splits for when a
    capped creative's counters could not be had in time. `capped` holds the places of variants with
    a cap. In one that is `plain` nothing matters but the id. `flags` are in all of its tokens.
    """

    entry: ExperimentEntry
    recipe: Recipe[VariantEntry] | None = None
    splits: tuple[Offer, ...] = ()
    without: Mapping[Reason, Offer] = field(default_factory=dict)
    policy: ReadyPolicy | None = None
    late: tuple[Offer, ...] = ()
    capped: tuple[int, ...] = ()
    matches: Callable[[Lookup], bool] | None = None
    targets_profile: bool = False
    here: Mapping[str, Value] = field(default_factory=dict)
    flags: int = 0

    plain: bool = True

    @property
    def needs_profile(self) -> bool:
        """Whether a decision in it looks at what the visitor did."""
        by_policy = self.policy is not None and self.policy.needs_profile
        return bool(self.capped) or self.targets_profile or by_policy


@dataclass(frozen=True, slots=True)
class ReadyPlacement:
    """A placement with its fallbacks, and who owns which buckets of its layer.

    `starts`, `ends` and `owners` belong together, ordered by bucket, so that a unit's experiment is
    found by bisection however many there are. `known` are all experiments that may be shown here,
    by id: testers see those that nobody else does.
    """

    entry: PlacementEntry
    name: bytes
    fallbacks: Mapping[Reason, Offer]
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    owners: tuple[ReadyExperiment, ...] = ()
    one_owner: bool = False
    known: Mapping[int, ReadyExperiment] = field(default_factory=dict)
    needs_profile: bool = False
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Live:
    """What the data plane knows. `version` is the published number, `as_of` when it was made.

    `as_of` is in Unix seconds, and so is `until`: then something of it expires, and it has to be
    made again from its `source`. `origins` holds each site's, `all_origins` those of all together;
    `experiments` are as on their first placements, `everywhere` on each of all; `learnt` the
    policies by experiment and placement, with what they have learned last. `testers` are the
    variants by experiment that visitors of the team get, by site and pseudonym.
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
    everywhere: tuple[ReadyExperiment, ...] = ()
    learnt: Mapping[tuple[int, int], ReadyPolicy] = field(default_factory=dict)
    testers: Mapping[tuple[int, bytes], Mapping[int, int]] = field(default_factory=dict)
    landings: Landings = NOWHERE
    pictures: Pictures = NO_PICTURES
    source: Snapshot | None = None
    until: float = math.inf


def index(source: Snapshot, *, version: int, as_of: float, now: float | None = None) -> Live:
    """Compile a snapshot into look-ups, without what has expired by `now` (default: `as_of`)."""
    now = as_of if now is None else now
    snapshot = expiry.current(source, now=now)
    sites = {site.id: site for site in snapshot.sites}
    everywhere = tuple(_everywhere(snapshot, sites))
    first = {entry.id: entry.placement_id for entry in snapshot.experiments}
    origins = {site.id: frozenset(map(normal_origin, site.origins)) for site in snapshot.sites}
    return Live(
        version=version,
        as_of=as_of,
        tail=b',"snapshot":%d}' % version,
        sites=sites,
        keeps_profiles=any(site.profiles for site in snapshot.sites),
        keys={key.sha256: key for key in snapshot.keys},
        origins=origins,
        all_origins=frozenset().union(*origins.values()),
        experiments={
            (e.entry.site_id, e.entry.key): e
            for e in everywhere
            if e.entry.placement_id == first[e.entry.id]
        },
        placements=_placements(snapshot, sites, everywhere),
        everywhere=everywhere,
        testers=_testers(snapshot),
        landings=landings(source),
        pictures=pictures(snapshot),
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
    return replace(live, learnt=dict(learning(live, learnt)))


def learning(live: Live, learnt: Learnt) -> Iterator[tuple[tuple[int, int], ReadyPolicy]]:
    """The policies that learn, with newer parameters, one by one: shoppers wait for none of it."""
    entries = {entry.experiment_id: entry for entry in learnt.entries}
    for experiment in live.everywhere:
        entry, policy = experiment.entry, experiment.entry.policy
        if policy is not None and policy.kind == "thompson":
            ready = policies.ready(entry, policy, entries.get(entry.id), flags=experiment.flags)
            yield (entry.id, entry.placement_id), ready


def normal_origin(text: str) -> str:
    """An origin as browsers send it."""
    return text.strip().rstrip("/").lower()


def _everywhere(snapshot: Snapshot, sites: Mapping[int, SiteEntry]) -> Iterator[ReadyExperiment]:
    """Each experiment on each of its placements, the first one first."""
    known = {place.id: place for place in snapshot.placements}
    for entry in snapshot.experiments:
        whole = places.checked(entry, known)
        for place in filter(None, map(known.get, places.of(entry))):
            yield _experiment(places.at(whole, place), place, sites.get(entry.site_id))


def _testers(snapshot: Snapshot) -> dict[tuple[int, bytes], dict[int, int]]:
    found: dict[tuple[int, bytes], dict[int, int]] = {}
    for entry in snapshot.experiments:
        for tester in entry.test_units:
            name = (entry.site_id, bytes.fromhex(tester.pseudonym))
            found.setdefault(name, {})[entry.id] = tester.variant_id
    return found


def _placements(
    snapshot: Snapshot, sites: Mapping[int, SiteEntry], everywhere: tuple[ReadyExperiment, ...]
) -> dict[tuple[int, str], ReadyPlacement]:
    on: dict[int, list[ReadyExperiment]] = {}
    for experiment in everywhere:
        on.setdefault(experiment.entry.placement_id, []).append(experiment)
    return {
        (entry.site_id, entry.key): _placement(
            entry, on.get(entry.id, []), sites.get(entry.site_id)
        )
        for entry in snapshot.placements
    }


def _placement(
    entry: PlacementEntry, known: list[ReadyExperiment], site: SiteEntry | None
) -> ReadyPlacement:
    live = [one for one in known if one.entry.status in {"running", "paused"}]
    owned = [(part, experiment) for experiment in live for part in experiment.entry.slice]
    owned.sort(key=lambda pair: pair[0])
    return ReadyPlacement(
        entry=entry,
        name=_encode(entry.key),
        fallbacks=_defaults(entry, site, _WITHOUT_VARIANT),
        starts=tuple(start for (start, _), _ in owned),
        ends=tuple(end for (_, end), _ in owned),
        owners=tuple(experiment for _, experiment in owned),
        one_owner=[part for part, _ in owned] == [(0, BUCKETS)],
        known={experiment.entry.id: experiment for experiment in known},
        needs_profile=any(experiment.needs_profile for experiment in live),
        plain=all(experiment.plain for experiment in live),
    )


def _defaults(
    place: PlacementEntry,
    site: SiteEntry | None,
    reasons: tuple[Reason, ...],
    experiment: str | None = None,
) -> dict[Reason, Offer]:
    """The default of a placement, for each reason to show it."""
    flags = flags_of(site)
    made = {r: offers.fallback(place, r, experiment, flags=flags) for r in reasons}
    if site is not None and site.holdout is not None:
        made[Reason.HOLDOUT] = offers.held(place, site.holdout, experiment)
    return made


def _experiment(
    entry: ExperimentEntry, place: PlacementEntry, site: SiteEntry | None
) -> ReadyExperiment:
    flags, rule = flags_of(site) | mailing.flags_of(place), entry.targeting
    if entry.status == "draft":
        return ReadyExperiment(entry, flags=flags)
    recipe = _recipe(entry, place)
    capped = tuple(p for p, variant in enumerate(entry.variants) if variant.creative.cap)
    simple = entry.policy is None and rule is None and not entry.block_seconds
    late = offers.Terms(Reason.DEFAULT, flags=flags)
    return ReadyExperiment(
        entry,
        recipe,
        _splits(recipe, entry, offers.Terms(flags=flags)),
        _defaults(
            place, site, (*_WITHOUT_VARIANT, *((Reason.NOT_TARGETED,) if rule else ())), entry.key
        ),
        policy=policies.ready(entry, entry.policy, None, flags=flags) if entry.policy else None,
        late=_splits(recipe, entry, late) if capped else (),
        capped=capped,
        matches=compiled(rule) if rule else None,
        targets_profile=rule is not None and rule_needs_profile(rule),
        here=places.asked_of(entry, place),
        flags=flags,
        plain=not capped and simple,
    )


def _recipe(entry: ExperimentEntry, place: PlacementEntry) -> Recipe[VariantEntry]:
    return Recipe(
        key=entry.key,
        status=entry.status,  # type: ignore[arg-type]
        layer_seed=place.layer_seed,
        slice=entry.slice,
        seed=entry.seed,
        phase=entry.phase,
        variants=tuple(VariantRecipe(key=v.key, range=v.range, payload=v) for v in entry.variants),
    )


def _splits(
    recipe: Recipe[VariantEntry], entry: ExperimentEntry, terms: offers.Terms
) -> tuple[Offer, ...]:
    return tuple(
        offers.split(entry, variant, draw.propensity or 0.0, terms)
        for variant, draw in zip(entry.variants, recipe.draws, strict=True)
    )
