"""A second opinion on what rows of the log add up to, by plain counting and nothing else."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from delivery.token import EXPLORED, REST, TEST
from engine.stats.aggregates import Aggregates
from events.marks import SUSPICIOUS
from tests.events.log import Row

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
DAY = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A holdout: its experiment, the variant of those who are not held, and from when to when."""

    site: int
    experiment: int
    rest: int
    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """What the site and the phases say."""

    zone: str = "UTC"
    view: dt.timedelta = 30 * DAY
    click: dt.timedelta = 7 * DAY
    caps: dict[tuple[int, int], int] = field(default_factory=dict)
    quarters: tuple[Quarter, ...] = ()
    blocks: dict[int, int] = field(default_factory=dict)

    def day(self, at: dt.datetime) -> dt.date:
        return at.astimezone(ZoneInfo(self.zone)).date()


@dataclass(slots=True)
class Counted:
    """Aggregates by place as (moments, views), and units assigned per variant."""

    aggregates: dict[tuple, tuple] = field(default_factory=dict)
    assigned: dict[tuple, int] = field(default_factory=dict)
    reacted: Counter[tuple] = field(default_factory=Counter)


def expected(rows: Iterable[Row], rules: Rules | None = None) -> Counted:
    rules = rules or Rules()
    known = list({r.id: r for r in reversed(list(rows))}.values())
    named = [replace(r, unit=name) for r, name in zip(known, _names(known), strict=True)]
    found = Counted()
    for suspicious in (False, True):
        mine = [
            r
            for r in named
            if (r.mark in SUSPICIOUS if suspicious else not r.mark) and not r.flags & TEST
        ]
        _count(mine, suspicious, rules, found)
        if not suspicious:
            found.reacted.update(of for of, _unit in _reactions(mine))
    return found


def _reactions(rows: list[Row]) -> set[tuple]:
    """Who did what of a kind of its own in the banners of which variant, by a token."""
    return {
        ((r.experiment, r.phase, r.variant, r.kind), (r.site, r.unit))
        for r in rows
        if r.kind.startswith("custom:") and r.decided is not None and r.experiment is not None
    }


def aggregates(rows: Iterable[Row], zone: str = "UTC") -> dict[tuple, tuple]:
    return expected(rows, Rules(zone)).aggregates


def _names(rows: list[Row]) -> list[int]:
    """The name that the unit of each row is counted under: the smallest of the connected ones."""
    groups: list[set[tuple[int, int]]] = []
    for r in rows:
        if r.previous is not None:
            pair = {(r.site, r.unit), (r.site, r.previous)}
            near = [group for group in groups if group & pair]
            groups = [group for group in groups if not group & pair] + [pair.union(*near)]
    smallest = {name: min(group)[1] for group in groups for name in group}
    return [smallest.get((r.site, r.unit), r.unit) for r in rows]


def _count(rows: list[Row], suspicious: bool, rules: Rules, found: Counted) -> None:
    acts, daily = _acts(rows, rules)
    orders, cells = _net_orders(rows), defaultdict(list)
    for (site, experiment, phase, unit), mine in acts.items():
        if given := [r for r in mine if r.kind == "assigned"]:
            variant = min(given, key=lambda r: (r.at, r.variant)).variant
            key = (experiment, phase, variant, suspicious)
            found.assigned[key] = found.assigned.get(key, 0) + 1
        if not any(r.kind == "impression" for r in mine):
            continue
        bought = [
            (r, net)
            for r, net in orders
            if (r.site, r.unit) == (site, unit) and r.experiment in {None, abs(experiment)}
        ]
        if experiment < 0:
            shown = _blocks_shown(acts, site, experiment, unit)
            last = {
                r.id: max(b for b in shown if b[0] <= r.at)[1]
                for r, _net in bought
                if any(at <= r.at for at, _phase in shown)
            }
            since = min((at for at, number in shown if number == phase), default=None)
            # What was bought before is of the past of the block, whichever block has it.
            bought = [
                (r, net)
                for r, net in bought
                if last.get(r.id) == phase or (since is not None and r.at < since)
            ]
        for place, what in _places(mine, bought, daily[site, unit], rules):
            (variant, explored), cut = place[:2], place[2:]
            if cut[0] == "" or (not suspicious and experiment > 0):
                cells[experiment, phase, variant, explored, suspicious, *cut].append(what)
    for key, units in cells.items():
        views = tuple(map(sum, zip(*(v for _t, v in units if v), strict=True)))
        found.aggregates[key] = (Aggregates.of_units(t for t, _v in units).moments(), views)


def _acts(rows: list[Row], rules: Rules) -> tuple[dict, dict]:
    """What each unit did in each phase, and what it was shown and clicked anywhere at the site."""
    acts, daily = defaultdict(list), defaultdict(list)
    for r in rows:
        known = None not in {r.experiment, r.phase, r.variant}
        held = [q for q in rules.quarters if q.experiment == r.experiment]
        if known and not held and r.kind in {"impression", "viewable", "click", "assigned"}:
            acts[r.site, r.experiment, r.phase, r.unit].append(r)
        if r.kind in {"impression", "viewable", "click"}:
            for beside in _beside(r, rules, known=known):
                acts[r.site, beside.experiment, beside.phase, r.unit].append(beside)
        if r.kind in {"impression", "click"}:
            daily[r.site, r.unit].append(r)
    return acts, daily


def _beside(r: Row, rules: Rules, *, known: bool) -> Iterator[Row]:
    """The same event once more, for the holdout and for its block."""
    for q in rules.quarters:
        if q.site == r.site and q.experiment == r.experiment:
            yield from [replace(r, flags=0)] if known else []
        elif q.site == r.site and r.flags & REST and q.since <= r.decided_at < q.until:
            yield replace(r, experiment=q.experiment, phase=1, variant=q.rest, flags=0)
    if known and r.experiment in rules.blocks:
        hours = rules.blocks[r.experiment]
        local = r.decided_at.astimezone(ZoneInfo(rules.zone)).replace(tzinfo=None)
        place = (local - EPOCH) / dt.timedelta(hours=hours)
        phase, early = r.phase * 2**20 + int(place), EXPLORED if place % 1 < 0.2 else 0
        yield replace(r, experiment=-r.experiment, phase=phase, flags=early)


def _blocks_shown(acts, site, experiment, unit) -> list[tuple[dt.datetime, int]]:
    """When the unit was first shown something in each of its blocks."""
    return [
        (min(r.at for r in mine if r.kind == "impression"), phase)
        for (s, e, phase, u), mine in acts.items()
        if (s, e, u) == (site, experiment, unit) and any(r.kind == "impression" for r in mine)
    ]


def _places(mine, bought, daily, rules):
    """Where a unit counts, and with what: all units, each cut, each day since its first."""
    shown = sorted((r for r in mine if r.kind == "impression"), key=lambda r: (r.at, r.id))
    first, clicks = shown[0], [r.at for r in mine if r.kind == "click"]
    day, own = rules.day(first.at), (first.variant, bool(first.flags & EXPLORED))
    totals = _totals(mine, first, bought, daily, rules)
    cap = rules.caps.get((first.experiment, first.phase), totals["revenue"])
    totals["capped"] = min(totals["revenue"], cap)
    yield (*own, "", "", day), (totals, _views([r.at for r in shown], clicks))
    cuts = {
        "device": first.device,
        "locale": first.locale,
        "placement": "" if first.placement is None else str(first.placement),
        "returning": "yes" if any(rules.day(r.at) < day for r in daily) else "no",
    }
    for cut, value in cuts.items():
        yield (*own, cut, value, day), (totals, None)
    for age, counts in _by_age(mine, day, rules).items():
        yield (*own, "age", str(age), day), (counts, None)


def _by_age(mine, day, rules):
    found = defaultdict(lambda: {"impressions": 0, "clicks": 0})
    for r in mine:
        age = (rules.day(r.at) - day).days
        if r.kind in {"impression", "click"} and 0 <= age <= 13:
            found[age][f"{r.kind}s"] += 1
    return found


def _totals(mine, first, bought, daily, rules):
    day = rules.day(first.at)
    clicks = [r.at for r in mine if r.kind == "click"]
    in_view = [(r, n) for r, n in bought if first.at <= r.at <= first.at + rules.view]
    sales = [net for r, net in in_view if r.kind == "purchase"]
    won = [
        net
        for r, net in bought
        if r.kind == "purchase"
        and r.at >= first.at
        and any(at <= r.at <= at + rules.click for at in clicks)
    ]
    past = range(1, 29)
    before = [r for r in daily if (day - rules.day(r.at)).days in past]
    spent = [
        net for r, net in bought if r.kind == "purchase" and (day - rules.day(r.at)).days in past
    ]
    carts = len(in_view) - len(sales)
    viewables = sum(r.kind == "viewable" for r in mine)
    return {
        "impressions": sum(r.kind == "impression" for r in mine),
        "viewables": viewables,
        "clicks": len(clicks),
        "carts": carts,
        "orders": len(sales),
        "converted": int(bool(sales)),
        "revenue": sum(sales),
        "click_converted": int(bool(won)),
        "click_revenue": sum(won),
        "viewed": int(viewables > 0),
        "clicked": int(bool(clicks)),
        "carted": int(carts > 0),
        "pre_impressions": sum(r.kind == "impression" for r in before),
        "pre_clicks": sum(r.kind == "click" for r in before),
        "pre_converted": int(bool(spent)),
        "pre_revenue": sum(spent),
    }


def _views(shown: list[dt.datetime], clicks: list[dt.datetime]) -> list[int]:
    after = {sum(at <= click for at in shown) for click in clicks}
    return [int(len(shown) >= n) for n in range(1, 11)] + [int(n in after) for n in range(1, 11)]


def _net_orders(rows: list[Row]) -> list[tuple[Row, int]]:
    """Carts, and orders once each with what is left of their amount."""
    kept, orders, refunds = [], defaultdict(list), defaultdict(int)
    for r in rows:
        if r.kind == "purchase" and r.order_id:
            orders[r.site, r.experiment, r.order_id].append(r)
        elif r.kind in {"purchase", "add_to_cart"}:
            kept.append((r, r.amount or 0))
        elif r.kind == "refund" and r.order_id:
            refunds[r.site, r.experiment, r.order_id] += r.amount or 0
    for key, same in orders.items():
        order = min(same, key=lambda r: (r.at, r.id))
        kept.append((order, max((order.amount or 0) - refunds[key], 0)))
    return kept


def unit(name: int) -> uuid.UUID:
    return uuid.UUID(int=name)
