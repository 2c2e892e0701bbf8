"""An experiment on each of its placements: which of its banners are shown there.

For one placement it is an ordinary experiment whose creatives are that placement's, so that all
that follows knows of one placement only.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from delivery import expiry
from delivery.snapshot import CreativePayload, ExperimentEntry, PlacementEntry, VariantEntry
from engine.assignment.targeting import Rule, features_of
from engine.profiles.features import Value

OF_PLACEMENT: Final = frozenset({"position", "channel"})
"""What rules may ask of the placement itself."""
NO_FEATURES: Final[Mapping[str, Value]] = MappingProxyType({})


def of(entry: ExperimentEntry) -> tuple[int, ...]:
    """The ids of all placements of an experiment, the first one first."""
    return (entry.placement_id, *entry.also_on)


def at(entry: ExperimentEntry, place: PlacementEntry) -> ExperimentEntry:
    """The experiment as one of its placements shows it."""
    if not entry.also_on:
        return entry
    variants = tuple(_variant(variant, place) for variant in entry.variants)
    return replace(entry, placement_id=place.id, variants=variants)


def is_shown(variant: VariantEntry, place_id: int) -> bool:
    """Whether a variant shows its own creative on a placement, not the default."""
    return variant.only_on in {0, place_id}


def checked(entry: ExperimentEntry, places: Mapping[int, PlacementEntry]) -> ExperimentEntry:
    """The experiment, standing still while a default that belongs to a variant is missing.

    Otherwise some of its visitors would see a hole, and not be counted.
    """
    needed = [
        places.get(number)
        for variant in entry.variants
        for number in of(entry)
        if not is_shown(variant, number)
    ]
    whole = all(place is not None and place.fallback is not None for place in needed)
    live = entry.status in {"running", "paused"}
    return entry if whole or not live else expiry.standing(entry)


def asked_of(entry: ExperimentEntry, place: PlacementEntry) -> Mapping[str, Value]:
    """What rules of the experiment may ask of the placement; nothing where none does."""
    rules: list[Rule] = [rule.rule for rule in entry.policy.rules] if entry.policy else []
    rules += [entry.targeting] if entry.targeting else []
    if not any(OF_PLACEMENT & features_of(rule) for rule in rules):
        return NO_FEATURES
    return {"position": place.key, "channel": place.channel}


def _variant(variant: VariantEntry, place: PlacementEntry) -> VariantEntry:
    return replace(variant, creative=_creative(variant, place))


def _creative(variant: VariantEntry, place: PlacementEntry) -> CreativePayload:
    if not is_shown(variant, place.id):
        # A default is shown without end: caps are of what is tested.
        default = place.fallback or expiry.nothing(variant.creative.key)
        return replace(default, cap=None, versions=())
    found = (one.creative for one in variant.elsewhere if one.placement_id == place.id)
    return next(found, variant.creative)
