"""Features for GrowthBook's SDKs, which decide by themselves: `GET /api/features/<client key>`.

The client key is a publishable one. A feature is an experiment whose plan says `local`; it has the
key of the experiment and the values that are its variants' keys, and null for whoever is in none.
Everything is carried as it is drawn here: `ranges` are the buckets of the variants, `filters` the
holdout and the slice of the layer with seeds of their own, never weights to be rescaled. The same
hash draws (`engine.assignment.hashing`), on the attribute `id`.
"""

import datetime as dt
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Literal, TypeAlias

import msgspec

from delivery.callers import identify
from delivery.index import Live, ReadyExperiment
from delivery.messages import message
from delivery.moment import Moment
from delivery.protocols import conditions
from delivery.snapshot import SiteEntry
from delivery.wire import Headers, Request, Response
from engine.assignment.allocation import fractions
from engine.assignment.hashing import BUCKETS
from engine.assignment.recipe import Recipe
from engine.assignment.targeting import Rule
from engine.errors import Unavailable

Difference: TypeAlias = Literal["policy", "switchback", "caps", "placements", "features"]
"""Why SDKs could not decide as we do."""

HASH_VERSION: Final = 2
_SHOWN: Final = frozenset({"running", "paused"})
_JSON: Final = (b"content-type", b"application/json")
_KEPT: Final = (
    b"cache-control",
    b"public, max-age=30, stale-while-revalidate=3600, stale-if-error=36000",
)
"""As GrowthBook's own servers say it: an outage of ours costs its clients nothing for ten hours."""


def differs(
    *, policy: bool, blocks: bool, caps: bool, places: bool, rule: Rule | None
) -> Difference | None:
    """The first reason why an experiment cannot be decided elsewhere; None when it can.

    Args:
        policy: It does not split by fixed weights.
        blocks: Everybody gets one variant for some hours.
        caps: One of its creatives may be shown only so often.
        places: It is on several placements.
        rule: Who takes part.
    """
    found: tuple[tuple[bool, Difference], ...] = (
        (policy, "policy"),
        (blocks, "switchback"),
        (caps, "caps"),
        (places, "placements"),
        (rule is not None and bool(conditions.unlike(rule)), "features"),
    )
    return next((name for is_so, name in found if is_so), None)


def is_local(experiment: ReadyExperiment) -> bool:
    """Whether SDKs may decide it now: a cap or a segment may have changed since it was planned."""
    entry = experiment.entry
    return entry.local and None is differs(
        policy=entry.policy is not None,
        blocks=bool(entry.block_seconds),
        caps=bool(experiment.capped),
        places=bool(entry.also_on) or any(variant.only_on for variant in entry.variants),
        rule=entry.targeting,
    )


@dataclass(slots=True)
class _Made:
    """What was written of the last snapshot, by site: it is asked for again and again."""

    live: Live | None = None
    by_site: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)


_made = _Made()


def features(request: Request, moment: Moment, client_key: str) -> Response:
    """`GET /api/features/<client key>`"""
    live = moment.live
    if live is None:
        raise Unavailable(message("no_snapshot"), hint=message("again_hint", seconds=5))
    caller = identify(live, request, elsewhere=client_key, tools=moment.tools)
    body, tag = _written(live, caller.site)
    headers: Headers = (_JSON, _KEPT, (b"etag", tag))
    if tag in {one.strip() for one in request.headers.get(b"if-none-match", b"").split(b",")}:
        return Response(304, b"", headers)
    return Response(200, body, headers)


def _written(live: Live, site: SiteEntry) -> tuple[bytes, bytes]:
    if _made.live is not live:
        _made.live, _made.by_site = live, {}
    if site.id not in _made.by_site:
        _made.by_site[site.id] = _write(live, site)
    return _made.by_site[site.id]


def _write(live: Live, site: SiteEntry) -> tuple[bytes, bytes]:
    """The body and its tag, which is of the features alone: not every snapshot changes them."""
    made = msgspec.json.encode(payload(live, site))
    at = dt.datetime.fromtimestamp(live.as_of, dt.UTC)
    body = msgspec.json.encode({"status": 200, "features": msgspec.Raw(made), "dateUpdated": at})
    return body, b'"%s"' % blake2b(made, digest_size=12).hexdigest().encode()


def payload(live: Live, site: SiteEntry) -> dict[str, Any]:
    """The features of a site by their keys."""
    found = {
        key: feature(experiment, site)
        for (owner, key), experiment in live.experiments.items()
        if owner == site.id and experiment.entry.status in _SHOWN and is_local(experiment)
    }
    return dict(sorted(found.items()))


def feature(experiment: ReadyExperiment, site: SiteEntry) -> dict[str, Any]:
    """One experiment; without a rule, and so without a variant, while it is not running."""
    recipe = experiment.recipe
    if recipe is None or recipe.status != "running":
        return {"defaultValue": None}
    rule = {
        "key": recipe.key,
        "variations": [variant.key for variant in recipe.variants],
        "meta": [{"key": variant.key} for variant in recipe.variants],
        "hashAttribute": "id",
        "hashVersion": HASH_VERSION,
        "seed": recipe.draw_seed,
        "phase": str(recipe.phase),
        "ranges": fractions(variant.range for variant in recipe.variants),
        "filters": _filters(recipe, site),
    }
    targeting = experiment.entry.targeting
    condition = {"condition": conditions.of(targeting)} if targeting else {}
    return {"defaultValue": None, "rules": [rule | condition]}


def _filters(recipe: Recipe[Any], site: SiteEntry) -> list[dict[str, Any]]:
    """Who is not held, and who is in the slice of the layer."""
    held = site.holdout
    kept = [_filter(held.seed, ((held.buckets, BUCKETS),))] if held else []
    if recipe.takes_everybody:
        return kept
    return [*kept, _filter(recipe.layer_seed, recipe.slice)]


def _filter(seed: str, ranges: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    return {
        "seed": seed,
        "ranges": fractions(ranges),
        "hashVersion": HASH_VERSION,
        "attribute": "id",
    }
