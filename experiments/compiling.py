"""An experiment as the snapshot carries it: who takes part, what is shown, how it is drawn."""

import datetime as dt
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Prefetch, Q
from django.db.models.functions import JSONObject

from creatives import rendering
from creatives.models import Creative, Placement, Version
from delivery import expiry
from delivery import snapshot as wire
from engine.assignment import allocation, targeting
from engine.assignment.hashing import BUCKETS
from engine.errors import LabError
from experiments import audience
from experiments.models import Experiment, PolicyRule, Status, TestUnit, Variant

WAITING: Final = (Status.IN_REVIEW, Status.SCHEDULED)
"""Drafts whose plan is fixed: whoever reviews them may look at them by a signed link."""
NOT_STARTED: Final = (Status.DRAFT, *WAITING)
ASKING: Final = (Status.DRAFT, Status.RUNNING, Status.PAUSED)
HOUR: Final = 3600


class Spoilt(LabError):
    """A started experiment that cannot be shown."""


def experiment(row: Experiment) -> wire.ExperimentEntry:
    """The entry of an experiment, loaded with its variants, rules, placements and testers.

    Raises:
        Spoilt: It has been started and a part of it is damaged.
    """
    status = status_of(row)
    places = _places(row)
    if status == Status.DRAFT:
        return _draft(row, places)
    variants = row.variants.all()
    _check_ranges([(v.bucket_start, v.bucket_end) for v in variants])
    made = wire.ExperimentEntry(
        id=row.pk,
        site_id=row.site_id,
        key=row.key,
        status=status,  # type: ignore[arg-type]
        placement_id=places[0].pk,
        phase=row.phase,
        seed=row.seed,
        slice=tuple((start, end) for start, end in row.slice),
        variants=tuple(_variant(variant, places) for variant in variants),
        policy=_policy(row, [variant.key for variant in variants]),
        targeting=_rule_or_spoilt(row),
        also_on=tuple(place.pk for place in places[1:]),
        block_seconds=row.block_hours * HOUR if row.unit == Experiment.Unit.BLOCK else 0,
        test_units=_testers(row),
        local=row.local,
    )
    return expiry.standing(made) if _has_hole(made) else made


def status_of(row: Experiment) -> str:
    """The status for the data plane: what waits is a draft, the archived is what it was."""
    return row.stage if row.has_begun else Status.DRAFT


def asks_profile(row: Experiment) -> bool:
    """Whether its own rule asks for what visitors did; what is no rule asks for nothing.

    Plans ask too: when it starts, something is known already.
    """
    if not row.targeting or status_of(row) not in ASKING:
        return False
    try:
        return targeting.needs_profile(targeting.read(row.targeting))
    except LabError:
        return False


def _rule_or_spoilt(row: Experiment) -> targeting.Rule | None:
    try:
        return audience.rule_of(row)
    except LabError as error:
        raise Spoilt(f"who takes part is no rule: {error}") from error


def _places(row: Experiment) -> list[Placement]:
    """Its placements, the first one first; a placement of another site is none of them."""
    first = row.placement
    assert first is not None  # noqa: S101 - a database constraint of live experiments
    others = [p for p in row.also_on.all() if p.pk != first.pk and p.site_id == row.site_id]
    return [first, *sorted(others, key=lambda place: place.pk)]


def _draft(row: Experiment, places: list[Placement]) -> wire.ExperimentEntry:
    """What has not started: its banners go along only when somebody may test them."""
    tested = row.status in WAITING or bool(_testers(row))
    shown = [v for v in row.variants.all() if payload(v.creative, places[0])] if tested else []
    return wire.ExperimentEntry(
        id=row.pk,
        site_id=row.site_id,
        key=row.key,
        status="draft",
        placement_id=places[0].pk,
        phase=row.phase,
        seed="",
        slice=(),
        variants=tuple(_variant(variant, places) for variant in shown),
        also_on=tuple(place.pk for place in places[1:]) if shown else (),
        test_units=_testers(row) if shown else (),
    )


def testers() -> ArraySubquery:
    """The test visitors of an experiment, as `testers`: with the row, for few have any."""
    of = TestUnit.objects.filter(experiment=OuterRef("pk")).order_by("pk")
    return ArraySubquery(of.values(one=JSONObject(pseudonym="pseudonym", variant_id="variant_id")))


def _testers(row: Experiment) -> tuple[wire.ForcedEntry, ...]:
    known: list[dict[str, Any]] = getattr(row, "testers", [])
    return tuple(wire.ForcedEntry(one["pseudonym"], one["variant_id"]) for one in known)


def shown(path: str, now: dt.datetime, *, words: bool) -> "Prefetch[str]":
    """The approved version of each creative that may be shown, as `shown`.

    `words`: some site speaks more than one language.
    """
    siblings = Version.objects.filter(creative=OuterRef("creative")).order_by("pk").values("pk")
    live = Version.objects.filter(pk=F("creative__live")).annotate(siblings=ArraySubquery(siblings))
    expired = Q(creative__expires_at__lte=now)
    versions = live.exclude(expired).select_related("creative__site")
    loaded = versions.prefetch_related("renditions", *(["copies"] if words else []))
    return Prefetch(f"{path}__versions", loaded, to_attr="shown")


def payload(creative: Creative | None, place: Placement) -> wire.CreativePayload | None:
    """A creative loaded with `shown`, for a placement; None when nothing of it may be seen."""
    found: list[Any] = getattr(creative, "shown", [])
    return rendering.payload(found[0], place, siblings=found[0].siblings) if found else None


def _has_hole(entry: wire.ExperimentEntry) -> bool:
    """Whether a variant on pages may not be shown: withdrawn, expired or never approved."""
    showing = entry.status in {"running", "paused"}
    return showing and any(not variant.creative.version_id for variant in entry.variants)


def _policy(row: Experiment, keys: list[str]) -> wire.PolicyEntry | None:
    if row.policy == Experiment.Policy.FIXED:
        return None
    exploration = row.exploration_share * BUCKETS // 100
    if row.policy == Experiment.Policy.THOMPSON:
        return wire.PolicyEntry("thompson", exploration)
    rules = tuple(_rule(rule, keys) for rule in row.rules.all())
    return wire.PolicyEntry("rules", exploration, rules)


def _rule(rule: PolicyRule, keys: list[str]) -> wire.RuleEntry:
    try:
        widths = allocation.widths([rule.weights.get(key, 0) for key in keys])
        return wire.RuleEntry(rule.segment.key, targeting.read(rule.segment.rule), widths)
    except LabError as error:
        raise Spoilt(f"the rule for segment {rule.segment.key}: {error}") from error


def _check_ranges(ranges: list[tuple[int, int]]) -> None:
    borders = [0, *(border for pair in ranges for border in pair), BUCKETS]
    meet = all(end == start for end, start in zip(borders[::2], borders[1::2], strict=True))
    if not (ranges and meet):
        raise Spoilt("its variants do not cover every bucket exactly once")


def _variant(row: Variant, places: list[Placement]) -> wire.VariantEntry:
    if row.creative is None:
        raise Spoilt(f"variant {row.key} has no banner")
    if row.placement_id and row.placement_id not in {place.pk for place in places}:
        raise Spoilt(f"variant {row.key} is shown where the experiment is not")
    return wire.VariantEntry(
        id=row.pk,
        key=row.key,
        range=(row.bucket_start, row.bucket_end),
        creative=payload(row.creative, places[0]) or expiry.nothing(row.creative.key),
        elsewhere=_elsewhere(row, places[1:]),
        only_on=row.placement_id or 0,
    )


def _elsewhere(row: Variant, places: list[Placement]) -> tuple[wire.Elsewhere, ...]:
    shown = [place for place in places if row.placement_id in {None, place.pk}]
    made = ((place.pk, payload(row.creative, place)) for place in shown)
    return tuple(wire.Elsewhere(number, one) for number, one in made if one is not None)
